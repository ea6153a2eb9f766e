//! The predecessor's own validation endpoint.

use authgate_proto::v1::{TokenInfoRequest, TokenInfoResponse};
use axum::{
    Json,
    extract::{Request, State},
};
use serde::Serialize;
use serde_json::Value;

use super::audience;
use crate::{authorization::bearer_or_bare_token, context::Context, core::Core, error::Error};

#[derive(Serialize)]
pub(crate) struct TokenInfoBody {
    active: bool,
    user_id: String,
    client_id: String,
    scope: String,
    /// Seconds since the epoch.
    exp: i64,
    iss: String,
    subject_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<Value>,
}

/// `GET /oauth/tokeninfo`, with the token in the `Authorization` header.
pub(crate) async fn get(
    State(core): State<Core>,
    Context(context): Context,
    request: Request,
) -> Result<Json<TokenInfoBody>, Error> {
    let access_token = bearer_or_bare_token(request.headers())?.ok_or_else(Error::missing_token)?;
    let request = TokenInfoRequest { access_token };
    let answer = core.oauth.token_info(context.into_request(request)).await?;
    Ok(Json(answer.into_inner().into()))
}

impl From<TokenInfoResponse> for TokenInfoBody {
    fn from(answer: TokenInfoResponse) -> Self {
        let TokenInfoResponse {
            user_id,
            client_id,
            scope,
            exp,
            iss,
            subject_type,
            aud,
        } = answer;
        Self {
            active: true,
            user_id,
            client_id,
            scope,
            exp,
            iss,
            subject_type,
            aud: audience(aud),
        }
    }
}

#[cfg(test)]
mod tests {
    use authgate_proto::error::ErrorCode;
    use http::{Method, header::WWW_AUTHENTICATE};
    use serde_json::json;

    use super::*;
    use crate::test_support::{Gateway, authorized, bare, get};

    const PATH: &str = "/oauth/tokeninfo";

    fn gateway() -> Gateway {
        Gateway::answering(TokenInfoResponse {
            user_id: "u".into(),
            client_id: "c".into(),
            scope: "read".into(),
            exp: 2_000,
            iss: "https://as.example".into(),
            subject_type: "user".into(),
            aud: vec!["a".into(), "b".into()],
        })
    }

    #[tokio::test]
    async fn a_valid_token_is_described() {
        let answer = gateway().send(authorized(get(PATH), "Bearer t")).await;
        assert_eq!(
            answer.json(),
            json!({
                "active": true,
                "user_id": "u",
                "client_id": "c",
                "scope": "read",
                "exp": 2000,
                "iss": "https://as.example",
                "subject_type": "user",
                "aud": ["a", "b"],
            })
        );
        answer.assert_not_stored();
    }

    #[tokio::test]
    async fn the_scheme_may_be_missing_or_in_any_case() {
        for header in ["Bearer a.b.c", "bearer  a.b.c", "BEARER a.b.c ", "a.b.c"] {
            let gateway = gateway();
            gateway.send(authorized(get(PATH), header)).await;
            assert_eq!(gateway.seen::<TokenInfoRequest>().access_token, "a.b.c");
        }
    }

    #[tokio::test]
    async fn without_a_token_the_challenge_names_no_error() {
        let requests = [
            get(PATH),
            get("/oauth/tokeninfo?access_token=t"),
            authorized(get(PATH), ""),
            authorized(get(PATH), "Bearer"),
            authorized(get(PATH), "Bearer "),
            authorized(get(PATH), "Basic YTpi"),
        ];
        for request in requests {
            let gateway = gateway();
            let answer = gateway.send(request).await;
            answer.assert_error(401, "invalid_token");
            assert_eq!(
                answer.header(WWW_AUTHENTICATE),
                Some(r#"Bearer realm="authgate""#)
            );
            assert_eq!(gateway.calls(), 0);
        }
    }

    #[tokio::test]
    async fn a_refused_token_is_named_in_the_challenge() {
        let gateway = Gateway::failing(ErrorCode::InvalidToken, "the token has expired");
        let answer = gateway.send(authorized(get(PATH), "Bearer t")).await;
        answer.assert_error(401, "invalid_token");
        assert_eq!(
            answer.header(WWW_AUTHENTICATE),
            Some(
                r#"Bearer realm="authgate", error="invalid_token", error_description="the token has expired""#
            )
        );
    }

    #[tokio::test]
    async fn a_token_that_is_no_text_is_refused_here() {
        let gateway = gateway();
        for header in ["Bearer \u{e9}", "Bearer a b"] {
            let answer = gateway.send(authorized(get(PATH), header)).await;
            answer.assert_error(401, "invalid_token");
        }
        assert_eq!(gateway.calls(), 0);
    }

    #[tokio::test]
    async fn head_is_get_without_a_body() {
        let request = authorized(bare(Method::HEAD, PATH), "Bearer t");
        let answer = gateway().send(request).await;
        assert_eq!(answer.status.as_u16(), 200);
        assert!(answer.body.is_empty());
    }
}
