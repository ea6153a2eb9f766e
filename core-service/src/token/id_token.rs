//! ID tokens (OpenID Connect Core section 2).

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;

use crate::{
    Core, Ctx,
    config::Algorithm,
    domain::{
        claims::{self, ClaimsRequest},
        client::Client,
        grant::Grant,
        id::time_ordered,
        scope::ScopeSet,
        user::User,
    },
    error::Error,
};

/// What an ID token speaks of.
pub(super) struct Contents<'a> {
    pub(super) client: &'a Client,
    pub(super) user: &'a User,
    pub(super) grant: &'a Grant,
    pub(super) scope: &'a ScopeSet,
    /// Of the authorization request; none on refresh (section 12.2).
    pub(super) nonce: Option<&'a str>,
    /// The access token beside it.
    pub(super) access_token: &'a str,
}

/// Signs the ID token, with the algorithm that the client registered.
pub(super) fn sign(core: &Core, ctx: &Ctx, contents: &Contents<'_>) -> Result<String, Error> {
    let Contents {
        client,
        user,
        grant,
        scope,
        nonce,
        access_token,
    } = contents;
    let algorithm = algorithm(client);
    let request = ClaimsRequest::from_stored(&grant.claims);
    let mut claims = claims::for_id_token(user, scope, &request);
    let mut put = |name: &str, value| claims.insert(name.to_owned(), value);

    put("iss", json!(core.settings.issuer));
    put("sub", json!(user.id));
    put("aud", json!(client.id));
    put("iat", json!(ctx.now.seconds()));
    put(
        "exp",
        json!((ctx.now + core.settings.tokens.id_token).seconds()),
    );
    put("jti", json!(time_ordered(ctx.now).to_string()));
    put("auth_time", json!(grant.auth_time.seconds()));
    put("at_hash", json!(at_hash(access_token, algorithm)));
    put("amr", json!(grant.amr.split(' ').collect::<Vec<_>>()));
    if let Some(acr) = &grant.acr {
        put("acr", json!(acr));
    }
    if let Some(nonce) = nonce {
        put("nonce", json!(nonce));
    }
    if let Some(session) = &grant.session_id {
        put("sid", json!(session));
    }
    core.keys.sign(ctx.now, algorithm, Some("JWT"), &claims)
}

/// RS256 unless the client registered another (OpenID Connect Registration section 2).
fn algorithm(client: &Client) -> Algorithm {
    client
        .metadata
        .id_token_signed_response_alg
        .as_deref()
        .and_then(Algorithm::parse)
        .unwrap_or(Algorithm::Rs256)
}

/// The left half of the hash that belongs to the algorithm (section 3.1.3.6);
/// Ed25519 hashes with SHA-512.
fn at_hash(access_token: &str, algorithm: Algorithm) -> String {
    let hash = match algorithm {
        Algorithm::EdDsa => &digest::SHA512,
        Algorithm::Es256 | Algorithm::Rs256 | Algorithm::Hs256 => &digest::SHA256,
    };
    let digest = digest::digest(hash, access_token.as_bytes());
    let half = digest.as_ref().len() / 2;
    URL_SAFE_NO_PAD.encode(&digest.as_ref()[..half])
}
