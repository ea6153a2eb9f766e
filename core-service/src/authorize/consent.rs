//! Consent: did the person agree that this client may have this?

use authgate_proto::{
    error::{ErrorCode, OAuthError},
    v1::{AuthorizeResponse, ConsentDecision, ConsentView, ViewConsentRequest},
    vocabulary::path,
};

use super::{
    app::app,
    code, form_action_source, gone,
    pending::{self, Pending},
    remembered,
    request::{Prompt, ValidRequest},
    response, sign_in_needed,
};
use crate::{
    Actor, Core, Ctx,
    account::{
        redirect,
        session::{self, SignedIn},
    },
    audit::{Event, EventType, Resource},
    domain::client::Client,
    error::Error,
    store::authorization_requests,
};

/// Whether the person has to be asked.
pub(super) async fn needed(
    core: &Core,
    client: &Client,
    request: &ValidRequest,
    who: &SignedIn,
) -> Result<bool, Error> {
    if request.prompt.contains(&Prompt::Consent)
        || !core.settings.authorization.remember_consent
        || !is_recognisable(client, request)
    {
        return Ok(true);
    }
    let covered = remembered::covers(core, &who.user.id, &client.id, request).await?;
    Ok(!covered)
}

/// Whether a request that claims to be of this client is so: a public client has
/// nothing to prove it by but an https redirect that only it receives
/// (RFC 8252 section 8.6), or an admin vouches for it.
fn is_recognisable(client: &Client, request: &ValidRequest) -> bool {
    !client.is_public()
        || client.metadata.trusted
        || request.answer.redirect_uri.starts_with("https://")
}

/// What the consent page shows.
///
/// # Errors
/// NotSignedIn; NotFound when the request is gone.
pub(crate) async fn view_consent(
    core: &Core,
    ctx: &Ctx,
    request: ViewConsentRequest,
) -> Result<ConsentView, Error> {
    let signed_in = session::current(core, ctx).await?;
    let ViewConsentRequest {
        client_id,
        request_uri,
    } = request;
    let (client, pending) = pending::find(core, ctx, &client_id, &request_uri)
        .await?
        .ok_or_else(gone)?;
    if signed_in.is_none() {
        return Err(Error::NotSignedIn);
    }
    let request = &pending.request;
    let base_path = redirect::base_path(&core.settings.issuer);
    // The stored request does not change; the prompt has the login page ask again.
    let back: String = form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", &client_id)
        .append_pair("request_uri", &request_uri)
        .append_pair("prompt", "select_account")
        .finish();
    let switch: String = form_urlencoded::Serializer::new(String::new())
        .append_pair(
            "redirect",
            &format!("{base_path}{}?{back}", path::AUTHORIZE),
        )
        .finish();
    Ok(ConsentView {
        browser: Some(session::browser(core, ctx, &signed_in)),
        app: Some(app(&client, Some(&request.answer.redirect_uri))),
        scopes: request.scopes().to_vec(),
        claims: request.claims.personal().to_vec(),
        form_action_source: form_action_source(request),
        request_uri,
        switch_account_path: format!("{base_path}{}?{switch}", path::LOGIN),
    })
}

/// The person's decision. It is taken once: whoever posts the form again finds
/// the request gone.
///
/// # Errors
/// StaleForm.
pub(crate) async fn decide(
    core: &Core,
    ctx: &Ctx,
    decision: ConsentDecision,
) -> Result<AuthorizeResponse, Error> {
    session::verify_csrf(core, ctx, &decision.csrf_token)?;
    let found = pending::find(core, ctx, &decision.client_id, &decision.request_uri).await?;
    let Some((client, pending)) = found else {
        return Ok(response::gone());
    };
    let signed_in = session::current(core, ctx).await?;
    let signed_in = signed_in.filter(|who| !sign_in_needed(&pending, who, ctx.now));
    let Some(signed_in) = signed_in else {
        let waiting = pending::store(core, ctx, &client, pending).await?;
        return Ok(response::sign_in(waiting));
    };
    if decision.approved {
        return code::issue_on_consent(core, ctx, &client, &pending, &signed_in).await;
    }
    if !claim(core, &pending).await? {
        return Ok(response::gone());
    }
    let event = Event::new(EventType::AuthorizationCodeDenied, "refused access")
        .by(Actor::from(&signed_in.user))
        .about(Resource::client(&client))
        .with("scope", pending.request.scopes().as_str());
    core.audit.record(ctx, event);
    let denied = OAuthError::new(ErrorCode::AccessDenied, "the person said no");
    Ok(response::error(core, &pending.request.answer, &denied))
}

/// Takes the stored request away; false when another decision was faster.
async fn claim(core: &Core, pending: &Pending) -> Result<bool, Error> {
    let Some(id) = pending.record_id() else {
        return Ok(true);
    };
    let mut transaction = core.store.begin().await?;
    let claimed = authorization_requests::delete(&mut transaction, id).await?;
    transaction.commit().await?;
    Ok(claimed)
}
