//! The metadata of the authorization server (RFC 8414) and of the OpenID
//! provider (OpenID Connect Discovery section 4): one document serves both.

use authgate_proto::v1::{MetadataRequest, RequestContext};
use axum::{Extension, extract::State, response::IntoResponse};
use http::header::CACHE_CONTROL;

use super::json_text;
use crate::{core::Core, error::Error};

/// The document; it may be kept for an hour.
pub(crate) async fn get(
    State(core): State<Core>,
    Extension(context): Extension<RequestContext>,
) -> Result<impl IntoResponse, Error> {
    let request = context.request(MetadataRequest {});
    let document = core.oauth().metadata(request).await?.into_inner();
    Ok((
        [(CACHE_CONTROL, "public, max-age=3600")],
        json_text(document.json),
    ))
}
