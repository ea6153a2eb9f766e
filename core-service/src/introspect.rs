//! Token introspection (RFC 7662).

use std::sync::Arc;

use authgate_proto::{
    error::ErrorCode,
    v1::{ClientAuthentication, IntrospectRequest, IntrospectResponse},
};

use crate::{
    Actor, Core, Ctx,
    audit::{Event, EventType, Resource},
    domain::{client::Client, id::ClientId, secret::PlainToken, time::Timestamp},
    error::Error,
    store::{clients, grants, refresh_tokens, users},
    token::{access, client_authentication::authenticate_confidential},
};

/// Who asks, proven.
pub(crate) struct Caller {
    client: Arc<Client>,
}

/// The introspection endpoint.
///
/// # Errors
/// `invalid_client` or `invalid_token` for the caller; `invalid_request` without a token.
pub(crate) async fn introspect(
    core: &Core,
    ctx: &Ctx,
    request: IntrospectRequest,
) -> Result<IntrospectResponse, Error> {
    let caller = authenticate(core, ctx, request.client.as_ref(), &request.bearer_token).await?;
    if request.token.is_empty() {
        return Err(Error::oauth(ErrorCode::InvalidRequest, "token is missing"));
    }
    inspect(core, ctx, &caller, &request.token).await
}

/// The caller: a confidential client by its credentials, or by an access token
/// that it got for itself (section 2.1).
///
/// # Errors
/// `invalid_client`, or `invalid_token` when a token was shown.
pub(crate) async fn authenticate(
    core: &Core,
    ctx: &Ctx,
    credentials: Option<&ClientAuthentication>,
    bearer_token: &str,
) -> Result<Caller, Error> {
    if bearer_token.is_empty() {
        let client = authenticate_confidential(core, ctx, credentials).await?;
        return Ok(Caller { client });
    }
    let token = access::authenticate_bearer(core, ctx, bearer_token).await?;
    if token.user_id.is_some() {
        return Err(Error::oauth(
            ErrorCode::InvalidToken,
            "introspection takes a token that a client got for itself, not a person's",
        ));
    }
    let client = core
        .client(&token.record.client_id)
        .await?
        .ok_or_else(access::invalid_token)?;
    Ok(Caller { client })
}

/// What there is to say to `caller` of `token`; no more than "inactive" when it
/// does not count or is none of the caller's business (section 4).
pub(crate) async fn inspect(
    core: &Core,
    ctx: &Ctx,
    caller: &Caller,
    token: &str,
) -> Result<IntrospectResponse, Error> {
    if let Some(live) = access::live(core, ctx, token).await? {
        let said = &live.introspection;
        if !may_see(&caller.client, &live.record.client_id, &said.aud) {
            return Ok(IntrospectResponse::default());
        }
        report(core, ctx, caller, said);
        return Ok(said.clone());
    }
    inspect_refresh_token(core, ctx, caller, token).await
}

async fn inspect_refresh_token(
    core: &Core,
    ctx: &Ctx,
    caller: &Caller,
    token: &str,
) -> Result<IntrospectResponse, Error> {
    let presented = PlainToken::presented(token);
    let inactive = IntrospectResponse::default();
    let Some(id) = presented.record_id() else {
        return Ok(inactive);
    };
    let mut connection = core.store.read().await?;
    let Some(token) = refresh_tokens::by_id(&mut connection, &id.to_string()).await? else {
        return Ok(inactive);
    };
    let Some(grant) = grants::by_id(&mut connection, &token.grant_id).await? else {
        return Ok(inactive);
    };
    let counts = token.hash.matches(&presented)
        && token.is_live(ctx.now)
        && token.rotated_at.is_none()
        && grant.is_live(ctx.now);
    if !counts || !may_see(&caller.client, &grant.client_id, &[]) {
        return Ok(inactive);
    }
    let client = clients::by_id(&mut connection, &grant.client_id).await?;
    let user = users::by_id(&mut connection, &grant.user_id).await?;
    let (Some(_), Some(user)) = (
        client.filter(Client::is_active),
        user.filter(|user| user.active),
    ) else {
        return Ok(inactive);
    };
    let said = IntrospectResponse {
        active: true,
        scope: grant.scope.to_string(),
        client_id: grant.client_id.to_string(),
        username: user.username,
        token_type: "Bearer".to_owned(),
        exp: token.expires_at.seconds(),
        iat: Timestamp::seconds(token.created_at),
        sub: user.id.to_string(),
        aud: Vec::new(),
        iss: core.settings.issuer.clone(),
        jti: token.id,
        token_use: "refresh_token".to_owned(),
        claims: String::new(),
    };
    report(core, ctx, caller, &said);
    Ok(said)
}

/// Notes who asked about which token, counted by the minute.
fn report(core: &Core, ctx: &Ctx, caller: &Caller, said: &IntrospectResponse) {
    let client = &*caller.client;
    core.audit.record_often(
        ctx,
        EventType::TokenIntrospected,
        client.id.as_str(),
        &said.jti,
        || {
            Event::new(EventType::TokenIntrospected, "introspected a token")
                .by(Actor::from(client))
                .about(Resource::new("TOKEN", &said.jti, said.client_id.clone()))
        },
    );
}

/// A caller sees what was issued to it, what is meant for it, or, registered so, everything.
fn may_see(caller: &Client, issued_to: &ClientId, audience: &[String]) -> bool {
    caller.metadata.introspect_any
        || caller.id == *issued_to
        || audience.iter().any(|aud| aud == caller.id.as_str())
}
