//! The predecessor's own validation endpoint.

use authgate_proto::v1::{RequestContext, TokenInfoRequest, TokenInfoResponse};
use axum::{Extension, Json, extract::State};
use http::HeaderMap;
use serde::Serialize;
use serde_json::Value;

use super::audience;
use crate::{authorization::bearer_or_bare_token, core::Core, error::Error};

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
    Extension(context): Extension<RequestContext>,
    headers: HeaderMap,
) -> Result<Json<TokenInfoBody>, Error> {
    let access_token = bearer_or_bare_token(&headers)?.ok_or_else(Error::missing_token)?;
    let request = TokenInfoRequest { access_token };
    let answer = core.oauth().token_info(context.request(request)).await?;
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
