//! The OAuth 2.0 and OpenID Connect endpoints over HTTP.
//!
//! Each request is decoded strictly, handed to the core as one gRPC call and
//! answered with what the core decided. The gateway has no state and no rules:
//!
//! 1. [`router`] lists the routes; `middleware` lists the layers around them.
//! 2. `context` says who asks; `authorization`, `client_auth`, `body` and `form` read what
//!    the client sent.
//! 3. `endpoints` holds a file per endpoint: request to message, message to response.
//! 4. `error` turns every failure into HTTP, and nothing else does.
//!
//! Handlers expect an [`authgate_proto::v1::RequestContext`] in the request's
//! extensions; whoever composes the router puts it there.

mod authorization;
mod body;
mod client_auth;
mod context;
mod core;
mod endpoints;
mod error;
mod form;
mod middleware;
mod redirect;
mod router;
#[cfg(test)]
mod test_support;

use std::{sync::Arc, time::Duration};

use http::{HeaderName, Method, StatusCode};

pub use router::{router, well_known_router};

/// What the gateway has to know about its surroundings.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The path of the issuer: empty, or like `/auth`. Stands before every
    /// path that the gateway prints; the routes themselves are relative to it.
    pub base_path: String,
    /// Whether the issuer is reached over https, which names the session
    /// cookie ([`authgate_proto::vocabulary::session_cookie_name`]).
    pub https: bool,
    /// Which other origins may call the API endpoints; `None` switches CORS off.
    pub cors: Option<Cors>,
}

/// Cross-origin rules of the API endpoints (Fetch standard, section 3.3).
/// These endpoints read no cookies, so credentials are never allowed.
#[derive(Debug, Clone, Default)]
pub struct Cors {
    /// Origins such as `https://app.example`, or `*` for all of them.
    pub allowed_origins: Vec<String>,
    /// Methods that a preflight is told.
    pub allowed_methods: Vec<Method>,
    /// Request headers that a preflight is told.
    pub allowed_headers: Vec<HeaderName>,
    /// How long a browser may keep a preflight's answer.
    pub max_age: Duration,
}

/// HTML for the few answers that a person sees. The web UI renders it; the
/// composition root hands it in.
#[derive(Clone)]
pub struct Pages {
    /// The page that says what went wrong.
    pub error: Arc<dyn Fn(&ErrorPage) -> String + Send + Sync>,
    /// The page that posts an authorization response to the client (OAuth 2.0
    /// Form Post Response Mode, section 2).
    pub form_post: Arc<dyn Fn(&FormPost) -> String + Send + Sync>,
}

/// What an error page shows. The texts may come from the client: escape them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorPage {
    /// The status of the response.
    pub status: StatusCode,
    /// The protocol's error code, e.g. `invalid_request`, when the app made a mistake.
    pub code: Option<String>,
    /// What went wrong, in a sentence; may be empty.
    pub description: String,
    /// Finds the request in the log.
    pub request_id: String,
}

/// What a form-post page sends. The texts may come from the client: escape them.
#[derive(Clone, PartialEq, Eq)]
pub struct FormPost {
    /// The client's verified redirect URI.
    pub action: String,
    /// The names and values of the hidden fields, in order.
    pub parameters: Vec<(String, String)>,
}
