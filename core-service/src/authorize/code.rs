//! The authorization code (RFC 6749 section 4.1.2) and the grant behind it.

use authgate_proto::v1::AuthorizeResponse;

use super::{acr, pending::Pending, remembered, response};
use crate::{
    Core, Ctx,
    account::session::SignedIn,
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
    finish(core, ctx, client, pending, who, transaction, consent).await
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
    finish(core, ctx, client, pending, who, transaction, Some(consent)).await
}

async fn finish(
    core: &Core,
    ctx: &Ctx,
    client: &Client,
    pending: &Pending,
    who: &SignedIn,
    mut transaction: Transaction,
    consent: Option<ConsentId>,
) -> Result<AuthorizeResponse, Error> {
    let request = &pending.request;
    // The stored request is claimed: two posts of one form give one code.
    if let Some(id) = pending.record_id()
        && !authorization_requests::delete(&mut transaction, id).await?
    {
        return Ok(response::gone());
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
    Ok(response::code(core, &request.answer, code.into_string()))
}
