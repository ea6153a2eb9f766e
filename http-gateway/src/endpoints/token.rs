//! The token endpoint (RFC 6749 section 3.2).

use authgate_proto::v1::{TokenRequest, TokenResponse};
use axum::{Json, extract::State};
use serde::Serialize;

use crate::{body::Submission, client_auth, context::Context, core::Core, error::Error};

/// RFC 6749 section 5.1, OpenID Connect Core section 3.1.3.3.
#[derive(Serialize)]
pub(crate) struct TokenBody {
    access_token: String,
    token_type: String,
    /// Seconds.
    expires_in: u64,
    scope: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
}

/// `POST /oauth/token`.
pub(crate) async fn post(
    State(core): State<Core>,
    Context(context): Context,
    Submission { headers, mut form }: Submission,
) -> Result<Json<TokenBody>, Error> {
    let request = TokenRequest {
        client: Some(client_auth::from_request(&headers, &mut form)?),
        grant_type: form.take("grant_type"),
        scope: form.take("scope"),
        code: form.take("code"),
        redirect_uri: form.take("redirect_uri"),
        code_verifier: form.take("code_verifier"),
        device_code: form.take("device_code"),
        refresh_token: form.take("refresh_token"),
        extra_claims: form.take("extra_claims"),
        resource: form.take_resources(),
    };
    let answer = core.oauth.token(context.into_request(request)).await?;
    Ok(Json(answer.into_inner().into()))
}

impl From<TokenResponse> for TokenBody {
    fn from(answer: TokenResponse) -> Self {
        let TokenResponse {
            access_token,
            token_type,
            expires_in,
            scope,
            refresh_token,
            id_token,
        } = answer;
        Self {
            access_token,
            token_type,
            expires_in,
            scope,
            refresh_token,
            id_token,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::test_support::{Gateway, post_form};

    fn answer() -> TokenResponse {
        TokenResponse {
            access_token: "at".into(),
            token_type: "Bearer".into(),
            expires_in: 3600,
            scope: "read".into(),
            refresh_token: None,
            id_token: None,
        }
    }

    #[tokio::test]
    async fn absent_tokens_are_left_out() {
        let gateway = Gateway::answering(answer());
        let form = "grant_type=client_credentials&client_id=c&client_secret=s&scope=read";
        let answer = gateway.send(post_form("/oauth/token", form)).await;
        assert_eq!(answer.status.as_u16(), 200);
        assert_eq!(
            answer.json(),
            json!({ "access_token": "at", "token_type": "Bearer", "expires_in": 3600, "scope": "read" })
        );
        answer.assert_not_stored();
    }

    #[tokio::test]
    async fn all_tokens_are_given() {
        let gateway = Gateway::answering(TokenResponse {
            refresh_token: Some("rt".into()),
            id_token: Some("it".into()),
            ..answer()
        });
        let answer = gateway.send(post_form("/oauth/token", "code=1")).await;
        assert_eq!(answer.json()["refresh_token"], "rt");
        assert_eq!(answer.json()["id_token"], "it");
    }

    #[tokio::test]
    async fn every_parameter_reaches_the_core() {
        let gateway = Gateway::answering(answer());
        let form = "grant_type=g&scope=a+b&code=c&redirect_uri=https%3A%2F%2Fc.example%2Fcb\
                    &code_verifier=v&device_code=d&refresh_token=r&extra_claims=%7B%7D\
                    &resource=x&resource=y&client_id=i&client_secret=s&unknown=u";
        gateway.send(post_form("/oauth/token", form)).await;
        let TokenRequest {
            client,
            grant_type,
            scope,
            code,
            redirect_uri,
            code_verifier,
            device_code,
            refresh_token,
            extra_claims,
            resource,
        } = gateway.seen();
        let client = client.unwrap();
        assert!(client.basic.is_none());
        assert_eq!((&*client.client_id, &*client.client_secret), ("i", "s"));
        assert_eq!((&*grant_type, &*scope, &*code), ("g", "a b", "c"));
        assert_eq!(redirect_uri, "https://c.example/cb");
        assert_eq!((&*code_verifier, &*device_code), ("v", "d"));
        assert_eq!((&*refresh_token, &*extra_claims), ("r", "{}"));
        assert_eq!(resource, ["x", "y"]);
    }

    #[tokio::test]
    async fn the_query_is_not_read() {
        let gateway = Gateway::answering(answer());
        let path = "/oauth/token?client_id=q&client_secret=q&code=q&grant_type=q";
        gateway.send(post_form(path, "client_id=b")).await;
        let request: TokenRequest = gateway.seen();
        let client = request.client.unwrap();
        assert_eq!((&*client.client_id, &*client.client_secret), ("b", ""));
        assert_eq!((&*request.code, &*request.grant_type), ("", ""));
    }
}
