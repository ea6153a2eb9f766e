//! The authorization endpoint (RFC 6749 section 3.1, OpenID Connect Core section
//! 3.1.2). The order of checks:
//!
//! 1. the request is new, or one that was stored and comes back ([`pending`]);
//! 2. client and redirect URI: until both are verified, errors go to a page ([`recipient`]);
//! 3. everything else about the request; errors go to the redirect URI ([`request`]);
//! 4. is the right person signed in, recently enough? ([`sign_in_needed`])
//! 5. did the person agree? ([`consent`])
//! 6. the code ([`code`]).
//!
//! A request that has to wait for 4 or 5 is stored and goes on under its `request_uri`.

pub(crate) mod acr;
pub(crate) mod app;
mod code;
pub(crate) mod consent;
pub(crate) mod pending;
mod recipient;
pub(crate) mod remembered;
mod request;
mod response;

use authgate_proto::{
    error::ErrorCode,
    v1::{AuthorizeRequest, AuthorizeResponse},
};

use crate::{
    Core, Ctx,
    account::session::{self, SignedIn},
    domain::{client::Client, time::Timestamp},
    error::Error,
};
pub(crate) use consent::view_consent;
use pending::Pending;
use request::{Prompt, ValidRequest};

/// The authorization endpoint.
///
/// # Errors
/// Only faults: what is wrong with the request is an answer to the client or the person.
pub(crate) async fn authorize(
    core: &Core,
    ctx: &Ctx,
    request: AuthorizeRequest,
) -> Result<AuthorizeResponse, Error> {
    if pending::is_reference(&request.request_uri) {
        let found = pending::find(core, ctx, &request.client_id, &request.request_uri).await?;
        return match found {
            Some((client, pending)) => proceed(core, ctx, &client, pending).await,
            None => Ok(response::gone()),
        };
    }
    let recipient = match recipient::verify(core, &request).await? {
        Ok(recipient) => recipient,
        Err(page) => return Ok(page),
    };
    let request = match request::validate(core, &recipient, &request) {
        Ok(request) => request,
        Err((answer, error)) => return Ok(response::error(core, &answer, &error)),
    };
    proceed(core, ctx, &recipient.client, Pending::new(request)).await
}

/// Steps 4 to 6, for new requests and for those that come back.
async fn proceed(
    core: &Core,
    ctx: &Ctx,
    client: &Client,
    pending: Pending,
) -> Result<AuthorizeResponse, Error> {
    let request = &pending.request;
    let silent = request.prompt.contains(&Prompt::None);
    let refuse = |code, description: &str| {
        let error = authgate_proto::error::OAuthError::new(code, description);
        Ok(response::error(core, &request.answer, &error))
    };
    let signed_in = session::current(core, ctx).await?;
    if signed_in
        .as_ref()
        .is_some_and(|who| is_somebody_else(&pending, who))
    {
        return refuse(
            ErrorCode::LoginRequired,
            "somebody else signed in than the person whom the request is about",
        );
    }
    let signed_in = signed_in.filter(|who| !sign_in_needed(&pending, who, ctx.now));
    let Some(signed_in) = signed_in else {
        if silent {
            return refuse(
                ErrorCode::LoginRequired,
                "the person has to sign in, and prompt=none forbids to ask",
            );
        }
        let waiting = pending::store(core, ctx, client, pending).await?;
        return Ok(response::sign_in(waiting));
    };
    if !acr::can_be_met(&request.claims) {
        return refuse(
            ErrorCode::AccessDenied,
            "the authentication class that the request insists on is not to be had here",
        );
    }
    if consent::needed(core, client, request, &signed_in).await? {
        if silent {
            return refuse(
                ErrorCode::ConsentRequired,
                "the person has to agree, and prompt=none forbids to ask",
            );
        }
        let waiting = pending::store(core, ctx, client, pending).await?;
        return Ok(response::consent(waiting));
    }
    code::issue(core, ctx, client, &pending, &signed_in).await
}

/// Whether the person has to sign in (again) before this request goes on:
/// another person is meant, the request asks for it, or the last sign-in is too
/// long ago. A sign-in after the request was stored satisfies all but the first.
fn sign_in_needed(pending: &Pending, who: &SignedIn, now: Timestamp) -> bool {
    let request = &pending.request;
    if !request.is_about(&who.user.id) {
        return true;
    }
    if signed_in_for(pending, who) {
        return false;
    }
    let asked =
        request.prompt.contains(&Prompt::Login) || request.prompt.contains(&Prompt::SelectAccount);
    let too_old = request.max_age.is_some_and(|max_age| {
        max_age == 0 || now.since(who.session.auth_time).as_secs() > max_age
    });
    asked || too_old
}

/// Whether the person signed in after the request was stored, that is: for it.
fn signed_in_for(pending: &Pending, who: &SignedIn) -> bool {
    pending
        .stored_at()
        .is_some_and(|stored_at| who.session.auth_time >= stored_at)
}

/// Whether a sign-in for this request was by another than the one it is about:
/// to ask again would go in circles.
fn is_somebody_else(pending: &Pending, who: &SignedIn) -> bool {
    signed_in_for(pending, who) && !pending.request.is_about(&who.user.id)
}

/// What the person's browser is told when the request that is asked about is gone.
fn gone() -> Error {
    Error::NotFound("the authorization request is not there any more")
}

/// For forms of the consent page: where the browser may be redirected to after the post.
fn form_action_source(request: &ValidRequest) -> String {
    crate::domain::redirect_uri::csp_source(&request.answer.redirect_uri)
}
