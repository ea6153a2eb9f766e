//! The metadata of the authorization server (RFC 8414) and of the OpenID
//! provider (OpenID Connect Discovery section 4): one document serves both.

use authgate_proto::v1::MetadataRequest;
use axum::{extract::State, response::IntoResponse};
use http::header::CACHE_CONTROL;

use super::json_text;
use crate::{context::Context, core::Core, error::Error};

/// The document; it may be kept for an hour.
pub(crate) async fn get(
    State(core): State<Core>,
    Context(context): Context,
) -> Result<impl IntoResponse, Error> {
    let request = context.into_request(MetadataRequest {});
    let document = core.oauth.metadata(request).await?.into_inner();
    Ok((
        [(CACHE_CONTROL, "public, max-age=3600")],
        json_text(document.json),
    ))
}

#[cfg(test)]
mod tests {
    use authgate_proto::{error::ErrorCode, v1::JsonDocument};
    use http::{Method, header::CONTENT_TYPE};

    use super::*;
    use crate::test_support::{Gateway, bare, get};

    const PATHS: [&str; 2] = [
        "/.well-known/oauth-authorization-server",
        "/.well-known/openid-configuration",
    ];
    const JSON: &str = r#"{ "issuer":"https://as.example" }"#;

    fn gateway() -> Gateway {
        Gateway::answering(JsonDocument { json: JSON.into() })
    }

    #[tokio::test]
    async fn the_document_is_passed_on_and_may_be_kept() {
        for path in PATHS {
            let answer = gateway().send(get(path)).await;
            assert_eq!(answer.text(), JSON);
            assert_eq!(answer.header(CONTENT_TYPE), Some("application/json"));
            assert_eq!(answer.header(CACHE_CONTROL), Some("public, max-age=3600"));
            let head = gateway().send(bare(Method::HEAD, path)).await;
            assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
        }
    }

    #[tokio::test]
    async fn an_error_is_not_kept() {
        for path in PATHS {
            let gateway = Gateway::failing(ErrorCode::TemporarilyUnavailable, "later");
            let answer = gateway.send(get(path)).await;
            answer.assert_error(503, "temporarily_unavailable");
        }
    }

    #[tokio::test]
    async fn the_host_serves_the_document_before_the_issuers_path() {
        for path in PATHS {
            let gateway = gateway().at("/auth");
            let answer = gateway.send_to_host(get(&format!("{path}/auth"))).await;
            assert_eq!(answer.text(), JSON);
            let answer = gateway.send_to_host(get(path)).await;
            assert_eq!(answer.status.as_u16(), 404, "not this issuer's");
        }
    }
}
