//! Access tokens in use: is this one ours, and does it still count?

use authgate_proto::error::ErrorCode;
use serde_json::{Map, Value, json};

use super::issuance::client_subject;

use crate::{
    Core, Ctx,
    domain::{
        id::{ClientId, TokenId},
        scope::ScopeSet,
        token::AccessTokenState,
        user::User,
    },
    error::Error,
    keys::TokenType,
    store::{access_tokens, users},
};

/// An access token that counts, and whom it stands for.
pub(crate) struct LiveAccessToken {
    /// The client that it was issued to.
    pub(crate) client_id: ClientId,
    /// What it is good for.
    pub(crate) scope: ScopeSet,
    /// The person, unless it stands for the client itself.
    pub(crate) user: Option<User>,
    /// Everything on record.
    pub(crate) state: AccessTokenState,
}

/// The claims and the record of `token`, if it is one of ours and counts now:
/// signature, type, issuer, record, family, user and client are looked at.
///
/// # Errors
/// Only faults; a token that does not count is `None`.
pub(crate) async fn live(
    core: &Core,
    ctx: &Ctx,
    token: &str,
) -> Result<Option<(Map<String, Value>, AccessTokenState)>, Error> {
    let Some(claims) = core.keys.verify(token, TokenType::AccessToken) else {
        return Ok(None);
    };
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let (Some(jti), Some(issuer)) = (text("jti"), text("iss")) else {
        return Ok(None);
    };
    if issuer != core.settings.issuer || jti.contains('\0') {
        return Ok(None);
    }
    let mut connection = core.store.read().await?;
    let state = access_tokens::state(&mut connection, &TokenId::from(jti)).await?;
    Ok(state
        .filter(|state| state.is_live(ctx.now) && is_of_record(&claims, state))
        .map(|state| (claims, state)))
}

/// Whether the claims are those that were signed for this record. They can differ
/// only where others hold the key as well: with HS256.
fn is_of_record(claims: &Map<String, Value>, state: &AccessTokenState) -> bool {
    let AccessTokenState { token, grant, .. } = state;
    let subject = match grant {
        Some(grant) => grant.user_id.to_string(),
        None => client_subject(&token.client_id),
    };
    let expected = [
        ("sub", json!(subject)),
        ("client_id", json!(token.client_id)),
        ("exp", json!(token.expires_at.seconds())),
        ("type", json!("access")),
    ];
    expected
        .iter()
        .all(|(name, value)| claims.get(*name) == Some(value))
}

/// Whom the bearer of `token` stands for (RFC 6750).
///
/// # Errors
/// `invalid_token` when it does not count.
pub(crate) async fn authenticate_bearer(
    core: &Core,
    ctx: &Ctx,
    token: &str,
) -> Result<LiveAccessToken, Error> {
    let Some((_, state)) = live(core, ctx, token).await? else {
        return Err(invalid_token());
    };
    let user = match &state.grant {
        None => None,
        Some(grant) => {
            let mut connection = core.store.read().await?;
            users::by_id(&mut connection, &grant.user_id).await?
        }
    };
    Ok(LiveAccessToken {
        client_id: state.token.client_id.clone(),
        scope: state.token.scope.clone(),
        user,
        state,
    })
}

/// RFC 6750 section 3.1.
pub(crate) fn invalid_token() -> Error {
    Error::oauth(
        ErrorCode::InvalidToken,
        "the access token is missing, malformed, expired or revoked",
    )
}
