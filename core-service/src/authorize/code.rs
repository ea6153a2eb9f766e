//! The authorization code (RFC 6749 section 4.1.2) and the grant behind it.

use authgate_proto::v1::AuthorizeResponse;

use super::{acr, pending::Pending, remembered, response};
use crate::{
    Actor, Core, Ctx,
    account::session::SignedIn,
    audit::{Event, EventType, Resource},
    domain::{
        client::Client,
        grant::{AuthorizationCode, Grant},
        id::{ConsentId, time_ordered},
        secret::PlainToken,
    },
    error::Error,
    store::{Transaction, authorization_codes, authorization_requests, consents, grants},
};

/// The code, on a consent that was given before.
pub(super) async fn issue(
    core: &Core,
    ctx: &Ctx,
    client: &Client,
    pending: &Pending,
    who: &SignedIn,
) -> Result<AuthorizeResponse, Error> {
    let mut transaction = core.store.begin().await?;
    let consent = consents::by_user_and_client(&mut transaction, &who.user.id, &client.id).await?;
    let consent = consent.map(|consent| consent.id);
    let issued = record(core, ctx, client, pending, who, transaction, consent).await?;
    Ok(answer(core, pending, issued))
}

/// The code, on the consent that the person just gave.
pub(super) async fn issue_on_consent(
    core: &Core,
    ctx: &Ctx,
    client: &Client,
    pending: &Pending,
    who: &SignedIn,
) -> Result<AuthorizeResponse, Error> {
    let request = &pending.request;
    let mut transaction = core.store.begin().await?;
    let consent = remembered::remember(
        &mut transaction,
        ctx,
        &who.user.id,
        &client.id,
        &request.scopes(),
        &request.claims.personal(),
    )
    .await?;
    let consent = Some(consent);
    let issued = record(core, ctx, client, pending, who, transaction, consent).await?;
    if let Some(Issued { grant, .. }) = &issued {
        let action = "gave consent";
        let event = about(
            EventType::UserAuthorizationGranted,
            action,
            client,
            who,
            grant,
        );
        core.audit.record(ctx, event);
    }
    Ok(answer(core, pending, issued))
}

/// What is on record by now.
struct Issued {
    grant: Grant,
    code: PlainToken,
}

/// The code goes to the client; without one the request is gone.
fn answer(core: &Core, pending: &Pending, issued: Option<Issued>) -> AuthorizeResponse {
    issued.map_or_else(response::gone, |Issued { code, .. }| {
        response::code(core, &pending.request.answer, code.into_string())
    })
}

/// What `who` did with the request of `client`, for the audit trail.
fn about(
    event_type: EventType,
    action: &'static str,
    client: &Client,
    who: &SignedIn,
    grant: &Grant,
) -> Event {
    let name = client.metadata.client_name.clone();
    Event::new(event_type, action)
        .by(Actor::from(&who.user))
        .about(Resource::new("AUTHORIZATION", grant.id, name))
        .with("client_id", client.id.as_str())
        .with("scope", grant.scope.as_str())
}

/// Puts grant and code on record; none when another post of the form was faster.
async fn record(
    core: &Core,
    ctx: &Ctx,
    client: &Client,
    pending: &Pending,
    who: &SignedIn,
    mut transaction: Transaction,
    consent: Option<ConsentId>,
) -> Result<Option<Issued>, Error> {
    let request = &pending.request;
    // The stored request is claimed: two posts of one form give one code.
    if let Some(id) = pending.record_id()
        && !authorization_requests::delete(&mut transaction, id).await?
    {
        return Ok(None);
    }
    let grant = Grant {
        id: time_ordered(ctx.now).into(),
        client_id: client.id.clone(),
        user_id: who.user.id.clone(),
        session_id: Some(who.session.id.clone()),
        consent_id: consent,
        scope: request.scopes(),
        claims: request.claims.to_stored(),
        nonce: request.nonce.clone(),
        auth_time: who.session.auth_time,
        amr: who.session.amr.clone(),
        acr: Some(acr::PASSWORD.to_owned()),
        created_at: ctx.now,
        expires_at: ctx.now + core.settings.tokens.refresh_absolute,
        revoked_at: None,
        disabled_at: None,
        client_ip: ctx.client_ip.clone(),
        user_agent: ctx.kept_user_agent(),
    };
    let (id, code) = PlainToken::for_record(ctx.now);
    let record = AuthorizationCode {
        id: id.to_string(),
        hash: code.hash(),
        grant_id: grant.id,
        client_id: client.id.clone(),
        redirect_uri: request
            .redirect_uri_named
            .then(|| request.answer.redirect_uri.clone()),
        code_challenge: request.code_challenge.clone(),
        expires_at: ctx.now + core.settings.authorization.code_lifetime,
        used_at: None,
    };
    grants::insert(&mut transaction, &grant).await?;
    authorization_codes::insert(&mut transaction, &record).await?;
    transaction.commit().await?;
    let action = "let an application in";
    let event = about(
        EventType::AuthorizationCodeGenerated,
        action,
        client,
        who,
        &grant,
    );
    core.audit.record(ctx, event);
    Ok(Some(Issued { grant, code }))
}
