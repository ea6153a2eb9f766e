//! The revocation endpoint (RFC 7009).

use authgate_proto::v1::{RequestContext, RevokeRequest};
use axum::{Extension, extract::State};
use http::{HeaderMap, StatusCode};

use crate::{client_auth, core::Core, error::Error, form::Form};

/// `POST /oauth/revoke`. 200 without a body, for unknown tokens as well
/// (RFC 7009 section 2.2).
pub(crate) async fn post(
    State(core): State<Core>,
    Extension(context): Extension<RequestContext>,
    headers: HeaderMap,
    mut form: Form,
) -> Result<StatusCode, Error> {
    let request = RevokeRequest {
        client: Some(client_auth::from_request(&headers, &mut form)?),
        token: form.take("token"),
        token_type_hint: form.take("token_type_hint"),
    };
    core.oauth().revoke(context.request(request)).await?;
    Ok(StatusCode::OK)
}
