//! The endpoints, a file each: the request becomes a message, the answer a response.

pub(crate) mod authorize;
pub(crate) mod device_authorization;
pub(crate) mod health;
pub(crate) mod introspect;
pub(crate) mod jwks;
pub(crate) mod metadata;
pub(crate) mod register;
pub(crate) mod revoke;
pub(crate) mod token;
pub(crate) mod tokeninfo;
pub(crate) mod userinfo;

use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use serde_json::Value;

use crate::body;

/// A JSON document that the core wrote, passed on byte by byte.
fn json_text(json: String) -> Response {
    ([(CONTENT_TYPE, body::JSON)], json).into_response()
}

/// The `aud` claim: a string when there is one audience, an array when there
/// are many (RFC 7519 section 4.1.3), left out when there is none.
fn audience(mut aud: Vec<String>) -> Option<Value> {
    match aud.len() {
        0 => None,
        1 => aud.pop().map(Value::from),
        _ => Some(Value::from(aud)),
    }
}
