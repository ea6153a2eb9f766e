//! axum and one ES256 signature: what a signed token costs at least.

use std::sync::Arc;

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use axum::{Json, body::Bytes, extract::State, http::StatusCode};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::Serialize;

use crate::error::Result;

/// The claims that every access token has; `filling` stands for the rest.
#[derive(Serialize)]
struct Claims {
    iss: &'static str,
    sub: &'static str,
    aud: &'static str,
    exp: u64,
    iat: u64,
    jti: String,
    client_id: &'static str,
    scope: &'static str,
    filling: Arc<str>,
}

#[derive(Serialize)]
struct Header {
    alg: &'static str,
    typ: &'static str,
    kid: &'static str,
}

/// RFC 6749 section 5.1.
#[derive(Serialize)]
pub struct TokenBody {
    access_token: String,
    token_type: &'static str,
    expires_in: u64,
    scope: &'static str,
}

/// A key, made once, and the filling of the claims.
pub struct Signer {
    key: EcdsaKeyPair,
    random: SystemRandom,
    filling: Arc<str>,
}

/// A new key, for claims of this many bytes.
///
/// # Errors
/// When the system has no randomness.
pub fn signer(claims_bytes: usize) -> Result<Arc<Signer>> {
    let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
        .map_err(|_| "no key can be made")?;
    let around = serde_json::to_vec(&claims("".into()))?.len();
    Ok(Arc::new(Signer {
        key,
        random: SystemRandom::new(),
        filling: "a".repeat(claims_bytes.saturating_sub(around)).into(),
    }))
}

pub async fn answer(
    State(signer): State<Arc<Signer>>,
    body: Bytes,
) -> Result<Json<TokenBody>, StatusCode> {
    drop(body);
    let access_token = token(&signer).ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(Json(TokenBody {
        access_token,
        token_type: "Bearer",
        expires_in: 3600,
        scope: "read write",
    }))
}

fn token(signer: &Signer) -> Option<String> {
    let header = serde_json::to_vec(&Header {
        alg: "ES256",
        typ: "at+jwt",
        kid: "q1NRyMfrcMRmVYkJPFkWLLt0-f9aZl4ubNgGaYI2Fq0",
    });
    let claims = serde_json::to_vec(&claims(Arc::clone(&signer.filling)));
    let mut token = String::with_capacity(1024);
    BASE64_URL_SAFE_NO_PAD.encode_string(header.ok()?, &mut token);
    token.push('.');
    BASE64_URL_SAFE_NO_PAD.encode_string(claims.ok()?, &mut token);
    let signature = signer.key.sign(&signer.random, token.as_bytes()).ok()?;
    token.push('.');
    BASE64_URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    Some(token)
}

fn claims(filling: Arc<str>) -> Claims {
    Claims {
        iss: "http://127.0.0.1:8080",
        sub: "client:service",
        aud: "http://127.0.0.1:8080",
        exp: 1_800_003_600,
        iat: 1_800_000_000,
        jti: uuid::Uuid::new_v4().to_string(),
        client_id: "service",
        scope: "read write",
        filling,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_claims_of_the_size_that_was_asked_for() {
        let token = token(&signer(350).unwrap()).unwrap();
        let parts: Vec<_> = token.split('.').collect();
        let claims = BASE64_URL_SAFE_NO_PAD.decode(parts[1]).unwrap();
        assert_eq!((parts.len(), claims.len()), (3, 350));
    }
}
