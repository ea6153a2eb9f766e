//! Access tokens in use: is this one ours, and does it still count?

use std::sync::Arc;

use authgate_proto::{error::ErrorCode, v1::IntrospectResponse};
use serde_json::{Map, Value, json};

use super::issuance::client_subject;

use crate::{
    Core, Ctx,
    cache::{Cache, Weigh},
    domain::{
        id::{TokenId, UserId},
        secret::sha256,
        token::{AccessToken, AccessTokenState},
        user::User,
    },
    error::Error,
    keys::TokenType,
    store::{Change, access_tokens, users},
};

/// Claims that have a member of their own in what introspection says.
const NAMED: [&str; 9] = [
    "scope",
    "client_id",
    "exp",
    "iat",
    "sub",
    "aud",
    "iss",
    "jti",
    "type",
];

/// Live access tokens by their SHA-256.
pub(crate) type LiveTokens = Cache<[u8; 32], Arc<LiveToken>>;

/// An access token that counts.
pub(crate) struct LiveToken {
    /// What is on record.
    pub(crate) record: AccessToken,
    /// The person, unless it stands for the client itself.
    pub(crate) user_id: Option<UserId>,
    /// All there is to say of it (RFC 7662 section 2.2).
    pub(crate) introspection: IntrospectResponse,
}

/// The usual [`LiveToken::weight`].
pub(crate) const USUAL_WEIGHT: u64 = 1500;

impl Weigh for Arc<LiveToken> {
    fn weight(&self) -> usize {
        let said = &self.introspection;
        let texts = [
            &said.scope,
            &said.client_id,
            &said.username,
            &said.sub,
            &said.iss,
            &said.jti,
            &said.claims,
        ];
        let texts: usize = texts.iter().map(|text| text.len()).sum();
        let audience: usize = said
            .aud
            .iter()
            .map(|aud| aud.len() + size_of::<String>())
            .sum();
        // The record holds some of the texts once more, and each allocation has its overhead.
        size_of::<LiveToken>() + 2 * texts + audience + 256
    }
}

/// `token`, if it is one of ours and counts now: signature, type, issuer, record, family,
/// user and client are looked at, or were and have not changed since.
///
/// # Errors
/// Only faults; a token that does not count is `None`.
pub(crate) async fn live(
    core: &Core,
    ctx: &Ctx,
    token: &str,
) -> Result<Option<Arc<LiveToken>>, Error> {
    let key = sha256(token.as_bytes());
    core.store.changes().catch_up().await;
    if let Some(live) = core.live_tokens.get(&key) {
        return Ok((ctx.now < live.record.expires_at).then_some(live));
    }
    let reading = core.store.changes().reading();
    let Some(live) = look_up(core, ctx, token).await? else {
        return Ok(None);
    };
    let live = Arc::new(live);
    let subjects = subjects(&live);
    core.live_tokens
        .keep(key, Arc::clone(&live), reading, &subjects);
    Ok(Some(live))
}

/// What may end the token.
fn subjects(live: &LiveToken) -> Vec<Change> {
    let AccessToken {
        id,
        client_id,
        grant_id,
        ..
    } = &live.record;
    let of_token = [Change::AccessToken(*id), Change::Client(client_id.clone())];
    let of_person = [
        grant_id.map(Change::Grant),
        live.user_id.clone().map(Change::User),
    ];
    of_token
        .into_iter()
        .chain(of_person.into_iter().flatten())
        .collect()
}

async fn look_up(core: &Core, ctx: &Ctx, token: &str) -> Result<Option<LiveToken>, Error> {
    let Some(claims) = core.keys.verify(token, TokenType::AccessToken) else {
        return Ok(None);
    };
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let (Some(jti), Some(issuer)) = (text("jti").and_then(TokenId::parse), text("iss")) else {
        return Ok(None);
    };
    if issuer != core.settings.issuer {
        return Ok(None);
    }
    let mut connection = core.store.read().await?;
    let state = access_tokens::state(&mut connection, &jti).await?;
    Ok(state
        .filter(|state| state.is_live(ctx.now) && is_of_record(&claims, state))
        .map(|state| LiveToken::new(&claims, state)))
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

impl LiveToken {
    fn new(claims: &Map<String, Value>, state: AccessTokenState) -> Self {
        let AccessTokenState { token, grant, .. } = state;
        let text = |name: &str| {
            let text = claims.get(name).and_then(Value::as_str);
            text.unwrap_or_default().to_owned()
        };
        let (user_id, username) = grant.map(|grant| (grant.user_id, grant.username)).unzip();
        let introspection = IntrospectResponse {
            active: true,
            scope: token.scope.to_string(),
            client_id: token.client_id.to_string(),
            username: username.unwrap_or_default(),
            token_type: "Bearer".to_owned(),
            exp: token.expires_at.seconds(),
            iat: claims.get("iat").and_then(Value::as_i64).unwrap_or(0),
            sub: text("sub"),
            aud: audience(claims),
            iss: text("iss"),
            jti: token.id.to_string(),
            token_use: "access_token".to_owned(),
            claims: further(claims),
        };
        Self {
            record: token,
            user_id,
            introspection,
        }
    }
}

/// The token's `aud`, one or many.
fn audience(claims: &Map<String, Value>) -> Vec<String> {
    match claims.get("aud") {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(several)) => several
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

/// The claims that have no member of their own, a JSON object.
fn further(claims: &Map<String, Value>) -> String {
    let further: Map<String, Value> = claims
        .iter()
        .filter(|(name, _)| !NAMED.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    Value::Object(further).to_string()
}

/// The access token that the bearer shows (RFC 6750).
///
/// # Errors
/// `invalid_token` when it does not count.
pub(crate) async fn authenticate_bearer(
    core: &Core,
    ctx: &Ctx,
    token: &str,
) -> Result<Arc<LiveToken>, Error> {
    live(core, ctx, token).await?.ok_or_else(invalid_token)
}

/// The person that the token stands for; none when it stands for the client itself.
///
/// # Errors
/// Only faults.
pub(crate) async fn person(core: &Core, token: &LiveToken) -> Result<Option<User>, Error> {
    let Some(id) = &token.user_id else {
        return Ok(None);
    };
    let mut connection = core.store.read().await?;
    Ok(users::by_id(&mut connection, id).await?)
}

/// RFC 6750 section 3.1.
pub(crate) fn invalid_token() -> Error {
    Error::oauth(
        ErrorCode::InvalidToken,
        "the access token is missing, malformed, expired or revoked",
    )
}
