//! Token revocation (RFC 7009).

use authgate_proto::{
    error::ErrorCode,
    v1::{RevokeRequest, RevokeResponse},
};
use serde_json::Value;

use crate::{
    Actor, Core, Ctx,
    audit::{Event, EventType, Resource},
    domain::{
        client::Client,
        id::{TokenId, UserId},
        secret::PlainToken,
    },
    error::Error,
    keys::TokenType,
    store::{access_tokens, grants, refresh_tokens},
    token::client_authentication::{Missing, authenticate},
};

/// The revocation endpoint: a refresh token takes its whole family with it
/// (section 2.1), an access token only itself. A token that is not known, not
/// any more or not yet, is gone already: that is a success (section 2.2).
///
/// # Errors
/// `invalid_client`; `invalid_request` without a token; `unauthorized_client`
/// for somebody else's token, which stays as it is.
pub(crate) async fn revoke(
    core: &Core,
    ctx: &Ctx,
    request: RevokeRequest,
) -> Result<RevokeResponse, Error> {
    let client = authenticate(core, ctx, request.client.as_ref(), Missing::Authentication).await?;
    if request.token.is_empty() {
        return Err(Error::oauth(ErrorCode::InvalidRequest, "token is missing"));
    }
    let presented = PlainToken::presented(&request.token);
    match presented.record_id() {
        Some(id) => revoke_refresh_token(core, ctx, &client, &presented, &id.to_string()).await?,
        None => revoke_access_token(core, ctx, &client, &request.token).await?,
    }
    Ok(RevokeResponse {})
}

async fn revoke_refresh_token(
    core: &Core,
    ctx: &Ctx,
    client: &Client,
    presented: &PlainToken,
    id: &str,
) -> Result<(), Error> {
    let mut transaction = core.store.begin().await?;
    let token = refresh_tokens::by_id(&mut transaction, id)
        .await?
        .filter(|token| token.hash.matches(presented));
    let Some(token) = token else { return Ok(()) };
    let Some(grant) = grants::by_id(&mut transaction, &token.grant_id).await? else {
        return Ok(());
    };
    if grant.client_id != client.id {
        return Err(foreign());
    }
    grants::revoke(&mut transaction, &grant.id, ctx.now).await?;
    transaction.commit().await?;
    let resource = Resource::grant(grant.id, &client.id);
    report(
        core,
        ctx,
        client,
        ("refresh_token", resource),
        Some(&grant.user_id),
    );
    Ok(())
}

async fn revoke_access_token(
    core: &Core,
    ctx: &Ctx,
    client: &Client,
    token: &str,
) -> Result<(), Error> {
    let Some(claims) = core.keys.verify(token, TokenType::AccessToken) else {
        return Ok(());
    };
    let jti = claims.get("jti").and_then(Value::as_str);
    let Some(jti) = jti.and_then(TokenId::parse) else {
        return Ok(());
    };
    let mut transaction = core.store.begin().await?;
    let Some(state) = access_tokens::state(&mut transaction, &jti).await? else {
        return Ok(());
    };
    if state.token.client_id != client.id {
        return Err(foreign());
    }
    access_tokens::revoke(&mut transaction, &jti, ctx.now).await?;
    transaction.commit().await?;
    let resource = Resource::token(jti, &client.id);
    let user = state.grant.as_ref().map(|grant| &grant.user_id);
    report(core, ctx, client, ("access_token", resource), user);
    Ok(())
}

/// Whose token it was, unless it was the client's own, is `user`.
fn report(
    core: &Core,
    ctx: &Ctx,
    client: &Client,
    (kind, resource): (&str, Resource),
    user: Option<&UserId>,
) {
    let mut event = Event::new(EventType::TokenRevoked, "revoked its token")
        .by(Actor::from(client))
        .about(resource)
        .with("kind", kind);
    if let Some(user) = user {
        event = event.with("user_id", user.as_str());
    }
    core.audit.record(ctx, event);
}

fn foreign() -> Error {
    Error::oauth(
        ErrorCode::UnauthorizedClient,
        "the token was issued to another client",
    )
}
