//! One request, built step by step.

use std::net::SocketAddr;

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{
        HeaderName, HeaderValue, Method, Request,
        header::{AUTHORIZATION, CONTENT_TYPE},
    },
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;
use tower::ServiceExt;

use super::Answer;

/// A request to the app.
#[must_use]
pub struct RequestBuilder {
    router: Router,
    request: Request<Body>,
}

impl RequestBuilder {
    pub fn new(router: Router, method: Method, path: &str) -> Self {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .body(Body::empty());
        Self {
            router,
            request: request.expect("the path is one"),
        }
        .from("127.0.0.1")
    }

    /// The address that it comes from, instead of 127.0.0.1.
    pub fn from(mut self, address: &str) -> Self {
        let address = SocketAddr::new(address.parse().expect("an address"), 4711);
        self.request.extensions_mut().insert(ConnectInfo(address));
        self
    }

    /// Adds a header.
    pub fn header(
        mut self,
        name: impl TryInto<HeaderName>,
        value: impl TryInto<HeaderValue>,
    ) -> Self {
        let name = name.try_into().ok().expect("a header name");
        let value = value.try_into().ok().expect("a header value");
        self.request.headers_mut().append(name, value);
        self
    }

    /// Authenticates a client by Basic; id and secret are form-encoded (RFC 6749 section 2.3.1).
    pub fn basic(self, client_id: &str, secret: &str) -> Self {
        let encode =
            |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let credentials = format!("{}:{}", encode(client_id), encode(secret));
        self.header(
            AUTHORIZATION,
            format!("Basic {}", STANDARD.encode(credentials)),
        )
    }

    /// Shows a bearer token.
    pub fn bearer(self, token: &str) -> Self {
        self.header(AUTHORIZATION, format!("Bearer {token}"))
    }

    /// Sends a form.
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.body("application/x-www-form-urlencoded", body)
    }

    /// Sends JSON.
    pub fn json(self, document: &Value) -> Self {
        self.body("application/json", document.to_string())
    }

    /// Sends anything.
    pub fn body(mut self, content_type: &str, body: impl Into<Body>) -> Self {
        *self.request.body_mut() = body.into();
        self.header(CONTENT_TYPE, content_type)
    }

    /// Sends it.
    pub async fn send(self) -> Answer {
        let response = self.router.oneshot(self.request).await;
        let Ok(response) = response;
        Answer::read(response).await
    }
}
