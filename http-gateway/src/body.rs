//! Request bodies: their media type and their bytes.

use std::mem;

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
    must_be_form(request.headers())?;
    read(request).await
}

fn must_be_form(headers: &HeaderMap) -> Result<(), Error> {
    if is(headers, FORM) {
        return Ok(());
    }
    Err(Error::invalid_request(format!(
        "the request body must be {FORM}"
    )))
}

async fn read(request: Request) -> Result<Form, Error> {
    let RawBody(body) = RawBody::from_request(request, &()).await?;
    Ok(Form::parse(&body)?)
}

/// What was sent to an API endpoint: a form in which no parameter may be repeated, and the
/// headers it came with.
pub(crate) struct Submission {
    pub(crate) headers: HeaderMap,
    pub(crate) form: Form,
}

impl<S: Send + Sync> FromRequest<S> for Submission {
    type Rejection = Error;

    async fn from_request(mut request: Request, _state: &S) -> Result<Self, Error> {
        must_be_form(request.headers())?;
        let headers = mem::take(request.headers_mut());
        let form = read(request).await?.without_repetition()?;
        Ok(Self { headers, form })
    }
}

#[cfg(test)]
mod tests {
    use authgate_proto::v1::{RevokeRequest, RevokeResponse};
    use axum::body::Body;
    use http::Method;

    use super::*;
    use crate::test_support::{Gateway, bare, post_form, send_body};

    #[tokio::test]
    async fn a_form_may_name_its_charset() {
        for media_type in [
            "application/x-www-form-urlencoded",
            "application/x-www-form-urlencoded; charset=UTF-8",
            "Application/X-WWW-Form-URLencoded;charset=utf-8",
        ] {
            let gateway = Gateway::answering(RevokeResponse {});
            let request = send_body(Method::POST, "/oauth/revoke", media_type, "token=t");
            assert_eq!(gateway.send(request).await.status, StatusCode::OK);
            assert_eq!(gateway.seen::<RevokeRequest>().token, "t");
        }
    }

    #[tokio::test]
    async fn every_other_media_type_is_an_invalid_request() {
        for path in ["/oauth/token", "/oauth/introspect", "/oauth/revoke"] {
            for media_type in [
                "application/json",
                "text/plain",
                "multipart/form-data",
                "",
                "\u{fc}",
            ] {
                let gateway = Gateway::new();
                let request = send_body(Method::POST, path, media_type, "token=t");
                gateway
                    .send(request)
                    .await
                    .assert_error(400, "invalid_request");
                assert_eq!(gateway.calls(), 0);
            }
            let answer = Gateway::new().send(bare(Method::POST, path)).await;
            answer.assert_error(400, "invalid_request");
        }
    }

    #[tokio::test]
    async fn a_body_over_the_limit_is_refused() {
        let long = format!("token={}", "x".repeat(64 * 1024));
        for path in [
            "/oauth/token",
            "/oauth/device/code",
            "/oauth/introspect",
            "/oauth/revoke",
            "/oauth/userinfo",
        ] {
            let gateway = Gateway::new();
            let answer = gateway.send(post_form(path, long.clone())).await;
            answer.assert_error(413, "invalid_request");
            assert_eq!(gateway.calls(), 0);
        }
        let gateway = Gateway::new();
        let request = send_body(Method::POST, "/oauth/register", JSON, long);
        gateway
            .send(request)
            .await
            .assert_error(413, "invalid_request");
    }

    #[tokio::test]
    async fn a_body_at_the_limit_is_read() {
        let gateway = Gateway::answering(RevokeResponse {});
        let form = format!("token={}", "x".repeat(64 * 1024 - 6));
        let answer = gateway.send(post_form("/oauth/revoke", form)).await;
        assert_eq!(answer.status, StatusCode::OK);
    }

    #[tokio::test]
    async fn hostile_forms_never_reach_the_core() {
        for path in [
            "/oauth/token",
            "/oauth/device/code",
            "/oauth/introspect",
            "/oauth/revoke",
        ] {
            for form in [
                &b"token=a&token=b"[..],
                b"token=%FF",
                b"token=\xC0\x80",
                b"token=%00",
                b"token=%G1",
            ] {
                let gateway = Gateway::new();
                let answer = gateway.send(post_form(path, Body::from(form))).await;
                let description = answer.assert_error(400, "invalid_request");
                assert!(description.contains("'token'"), "{description}");
                assert_eq!(gateway.calls(), 0);
            }
        }
    }
}
