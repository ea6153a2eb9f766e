//! Request bodies: their media type and their bytes.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
};
use http::{HeaderMap, StatusCode, header::CONTENT_TYPE};

use crate::{error::Error, form::Form};

/// The media type of forms.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
/// The media type of JSON.
pub(crate) const JSON: &str = "application/json";

/// Whether the body is of that media type, whatever its parameters.
pub(crate) fn is(headers: &HeaderMap, media_type: &str) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|essence| essence.trim().eq_ignore_ascii_case(media_type))
}

/// The body as it came, no longer than the limit.
pub(crate) struct RawBody(pub(crate) Bytes);

impl<S: Send + Sync> FromRequest<S> for RawBody {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        Bytes::from_request(request, state)
            .await
            .map(Self)
            .map_err(|rejection| match rejection.status() {
                StatusCode::PAYLOAD_TOO_LARGE => Error::body_too_large(),
                _ => Error::invalid_request("the request body broke off"),
            })
    }
}

/// The form in the body, in which a parameter may still be repeated.
///
/// # Errors
/// `invalid_request` when the body is not a form, is malformed or too large.
pub(crate) async fn form(request: Request) -> Result<Form, Error> {
    if !is(request.headers(), FORM) {
        return Err(Error::invalid_request(format!(
            "the request body must be {FORM}"
        )));
    }
    let RawBody(body) = RawBody::from_request(request, &()).await?;
    Ok(Form::parse(&body)?)
}

/// Extracts the form of an API endpoint, where no parameter may be repeated.
impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Error;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Error> {
        Ok(form(request).await?.without_repetition()?)
    }
}
