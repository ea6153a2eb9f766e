//! The token endpoint (RFC 6749 section 3.2).

use authgate_proto::v1::{RequestContext, TokenRequest, TokenResponse};
use axum::{Extension, Json, extract::State};
use http::HeaderMap;
use serde::Serialize;

use crate::{client_auth, core::Core, error::Error, form::Form};

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
    Extension(context): Extension<RequestContext>,
    headers: HeaderMap,
    mut form: Form,
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
    let answer = core.oauth().token(context.request(request)).await?;
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
