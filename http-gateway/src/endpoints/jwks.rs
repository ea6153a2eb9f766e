//! The key set (RFC 7517 section 5).

use authgate_proto::v1::JwksRequest;
use axum::{extract::State, response::IntoResponse};
use http::header::CACHE_CONTROL;

use super::json_text;
use crate::{context::Context, core::Core, error::Error};

/// `GET /.well-known/jwks.json`; it may be kept for five minutes, so that a new
/// key is known everywhere soon after it was made.
pub(crate) async fn get(
    State(core): State<Core>,
    Context(context): Context,
) -> Result<impl IntoResponse, Error> {
    let request = context.into_request(JwksRequest {});
    let document = core.oauth.jwks(request).await?.into_inner();
    Ok((
        [(CACHE_CONTROL, "public, max-age=300")],
        json_text(document.json),
    ))
}

#[cfg(test)]
mod tests {
    use authgate_proto::{error::ErrorCode, v1::JsonDocument};

    use super::*;
    use crate::test_support::{Gateway, get};

    #[tokio::test]
    async fn the_key_set_may_be_kept_for_minutes() {
        let gateway = Gateway::answering(JsonDocument {
            json: r#"{"keys":[]}"#.into(),
        });
        let answer = gateway.send(get("/.well-known/jwks.json")).await;
        assert_eq!(answer.text(), r#"{"keys":[]}"#);
        assert_eq!(answer.json()["keys"].as_array().map(Vec::len), Some(0));
        assert_eq!(answer.header(CACHE_CONTROL), Some("public, max-age=300"));
    }

    #[tokio::test]
    async fn an_error_is_not_kept() {
        let gateway = Gateway::failing(ErrorCode::ServerError, "broken");
        let answer = gateway.send(get("/.well-known/jwks.json")).await;
        answer.assert_error(500, "server_error");
    }
}
