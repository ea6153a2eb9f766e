//! The device authorization endpoint (RFC 8628 section 3.1).

use std::mem;

use authgate_proto::v1::{
    ClientAuthentication, DeviceAuthorizationRequest, DeviceAuthorizationResponse,
};
use axum::{
    Json,
    extract::{FromRequest, Request, State},
};
use http::HeaderMap;
use serde::{Deserialize, Serialize};

use crate::{
    body::{self, RawBody},
    client_auth,
    context::Context,
    core::Core,
    error::Error,
    form::{self, Form},
};

/// RFC 8628 section 3.2, and the scope that was granted.
#[derive(Serialize)]
pub(crate) struct DeviceAuthorizationBody {
    device_code: String,
    user_code: String,
    verification_uri: String,
    verification_uri_complete: String,
    /// Seconds, both.
    expires_in: u64,
    interval: u64,
    scope: String,
}

/// The predecessor's JSON variant of the request.
#[derive(Deserialize)]
struct JsonRequest {
    client_id: Option<String>,
    scope: Option<String>,
}

/// `POST /oauth/device/code`.
pub(crate) async fn post(
    State(core): State<Core>,
    Context(context): Context,
    mut request: Request,
) -> Result<Json<DeviceAuthorizationBody>, Error> {
    let headers = mem::take(request.headers_mut());
    let is_form = body::is(&headers, body::FORM);
    if !is_form && !body::is(&headers, body::JSON) {
        return Err(Error::invalid_request(format!(
            "the request body must be {} or {}",
            body::FORM,
            body::JSON
        )));
    }
    let RawBody(body) = RawBody::from_request(request, &()).await?;
    // Tools such as curl label any body a form; the predecessor read a JSON
    // object under that label too, and no form begins like one.
    let looks_like_json = body.trim_ascii_start().starts_with(b"{");
    let message = if is_form && !looks_like_json {
        from_form(&headers, &body)?
    } else {
        from_json(&headers, &body)?
    };
    let answer = core
        .oauth
        .authorize_device(context.into_request(message))
        .await?;
    Ok(Json(answer.into_inner().into()))
}

fn from_form(headers: &HeaderMap, body: &[u8]) -> Result<DeviceAuthorizationRequest, Error> {
    let mut form = Form::parse(body)?.without_repetition()?;
    Ok(DeviceAuthorizationRequest {
        client: Some(client_auth::from_request(headers, &mut form)?),
        scope: form.take("scope"),
    })
}

fn from_json(headers: &HeaderMap, body: &[u8]) -> Result<DeviceAuthorizationRequest, Error> {
    let JsonRequest { client_id, scope } = serde_json::from_slice(body).map_err(|_| {
        Error::invalid_request("the request body is not a JSON object with client_id and scope")
    })?;
    Ok(DeviceAuthorizationRequest {
        client: Some(ClientAuthentication {
            basic: client_auth::basic(headers)?,
            client_id: member("client_id", client_id)?,
            client_secret: String::new(),
        }),
        scope: member("scope", scope)?,
    })
}

/// A JSON member's text; empty when it is absent.
fn member(name: &str, value: Option<String>) -> Result<String, Error> {
    let value = value.unwrap_or_default();
    form::refuse_nul(&value)
        .map_err(|why| Error::invalid_request(why.text(&format!("the member '{name}'"))))?;
    Ok(value)
}

impl From<DeviceAuthorizationResponse> for DeviceAuthorizationBody {
    fn from(answer: DeviceAuthorizationResponse) -> Self {
        let DeviceAuthorizationResponse {
            device_code,
            user_code,
            verification_uri,
            verification_uri_complete,
            expires_in,
            interval,
            scope,
        } = answer;
        Self {
            device_code,
            user_code,
            verification_uri,
            verification_uri_complete,
            expires_in,
            interval,
            scope,
        }
    }
}

#[cfg(test)]
mod tests {
    use http::Method;
    use serde_json::json;

    use super::*;
    use crate::test_support::{Gateway, authorized, basic, post_form, send_body};

    const PATH: &str = "/oauth/device/code";

    fn gateway() -> Gateway {
        Gateway::answering(DeviceAuthorizationResponse {
            device_code: "d".into(),
            user_code: "WDJB-MJHT".into(),
            verification_uri: "https://as.example/device".into(),
            verification_uri_complete: "https://as.example/device?user_code=WDJB-MJHT".into(),
            expires_in: 1800,
            interval: 5,
            scope: "read".into(),
        })
    }

    fn post_json(body: &'static str) -> Request {
        send_body(Method::POST, PATH, "application/json; charset=utf-8", body)
    }

    #[tokio::test]
    async fn a_form_is_answered_with_the_codes() {
        let gateway = gateway();
        let answer = gateway
            .send(post_form(
                PATH,
                "client_id=c&client_secret=s&scope=read+write",
            ))
            .await;
        assert_eq!(
            answer.json(),
            json!({
                "device_code": "d",
                "user_code": "WDJB-MJHT",
                "verification_uri": "https://as.example/device",
                "verification_uri_complete": "https://as.example/device?user_code=WDJB-MJHT",
                "expires_in": 1800,
                "interval": 5,
                "scope": "read",
            })
        );
        answer.assert_not_stored();
        let request: DeviceAuthorizationRequest = gateway.seen();
        let client = request.client.unwrap();
        assert_eq!((&*client.client_id, &*client.client_secret), ("c", "s"));
        assert_eq!(request.scope, "read write");
    }

    #[tokio::test]
    async fn json_is_read_under_either_label() {
        let body = r#" {"client_id": "c", "scope": "read", "more": 1}"#;
        for request in [post_json(body), post_form(PATH, body)] {
            let gateway = gateway();
            let answer = gateway.send(authorized(request, &basic("b:s"))).await;
            assert_eq!(answer.status.as_u16(), 200);
            let request: DeviceAuthorizationRequest = gateway.seen();
            let client = request.client.unwrap();
            assert_eq!(client.client_id, "c");
            assert_eq!(client.basic.unwrap().client_id, "b");
            assert_eq!(request.scope, "read");
        }
    }

    #[tokio::test]
    async fn json_members_may_be_absent_or_null() {
        let gateway = gateway();
        gateway.send(post_json(r#"{"scope": null}"#)).await;
        let request: DeviceAuthorizationRequest = gateway.seen();
        assert_eq!(request.client.unwrap().client_id, "");
        assert_eq!(request.scope, "");
    }

    #[tokio::test]
    async fn broken_json_is_an_invalid_request() {
        for body in [
            "",
            "{",
            "[]",
            "null",
            r#"{"client_id": 1}"#,
            r#"{"client_id": "a", "client_id": "b"}"#,
            r#"{"client_id": "a\u0000"}"#,
            r#"{"client_id": "a"} x"#,
        ] {
            let gateway = gateway();
            let answer = gateway.send(post_json(body)).await;
            answer.assert_error(400, "invalid_request");
            assert_eq!(gateway.calls(), 0, "{body}");
        }
    }

    #[tokio::test]
    async fn no_other_media_type_is_read() {
        let request = send_body(Method::POST, PATH, "text/plain", r#"{"client_id": "c"}"#);
        let answer = gateway().send(request).await;
        answer.assert_error(400, "invalid_request");
    }
}
