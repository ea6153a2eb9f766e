//! The key set (RFC 7517 section 5).

use authgate_proto::v1::{JwksRequest, RequestContext};
use axum::{Extension, extract::State, response::IntoResponse};
use http::header::CACHE_CONTROL;

use super::json_text;
use crate::{core::Core, error::Error};

/// `GET /.well-known/jwks.json`; it may be kept for five minutes, so that a new
/// key is known everywhere soon after it was made.
pub(crate) async fn get(
    State(core): State<Core>,
    Extension(context): Extension<RequestContext>,
) -> Result<impl IntoResponse, Error> {
    let request = context.request(JwksRequest {});
    let document = core.oauth().jwks(request).await?.into_inner();
    Ok((
        [(CACHE_CONTROL, "public, max-age=300")],
        json_text(document.json),
    ))
}
