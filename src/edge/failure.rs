//! What the edge answers itself, and the only place where that becomes a response:
//! a page for people, JSON for programs, a status for gRPC clients.

use std::sync::Arc;

use authgate_proto::vocabulary::path;
use axum::{
    Json,
    extract::Request,
    http::{
        HeaderValue, StatusCode,
        header::{ACCEPT, ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_TYPE, RETRY_AFTER},
    },
    response::{Html, IntoResponse, Response},
};
use tonic::{Code, Status};
use web_ui::ErrorView;

use super::{body::is_grpc, context::Caller};

/// Renders the error page.
pub type ErrorPage = Arc<dyn Fn(&ErrorView) -> String + Send + Sync>;

/// Why a request did not get through to an endpoint, or back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// There is nothing at this path.
    NotFound,
    /// There is, but not for this method.
    MethodNotAllowed,
    /// The body is larger than any request has a reason to be.
    BodyTooLarge,
    /// The body took too long to arrive.
    BodyTooSlow,
    /// The body ended before its end.
    BodyBroken,
    /// The client's address asked too often.
    RateLimited {
        /// Seconds until it may ask again.
        retry_after: u32,
    },
    /// More requests are under way than can be served.
    Overloaded,
    /// More connections are open than can be held; this one is closed.
    TooManyConnections,
    /// The request took too long.
    TooSlow,
    /// A fault of ours; the log has the cause.
    Internal,
}

/// How failures are rendered.
#[derive(Clone)]
pub struct Renderer {
    /// The issuer's path.
    pub base_path: Arc<str>,
    /// The error page.
    pub page: ErrorPage,
}

/// Paths that people go to, below the issuer's path.
const PAGES: [&str; 8] = [
    path::LOGIN,
    "/logout",
    path::DEVICE,
    path::CONSENT,
    path::AUTHORIZE,
    "/account",
    "/apps",
    "/admin",
];

/// Who waits for an answer, and so what it has to look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// A person before a browser.
    Person,
    /// A program that reads JSON.
    Program,
    /// A gRPC client.
    Grpc,
}

impl Failure {
    /// Its status.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyTooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::BodyBroken => StatusCode::BAD_REQUEST,
            Self::RateLimited { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Overloaded | Self::TooManyConnections | Self::TooSlow => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The code and the text for programs.
    const fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::NotFound => ("not_found", "there is nothing at this path"),
            Self::MethodNotAllowed => ("invalid_request", "this path does not have that method"),
            Self::BodyTooLarge => ("invalid_request", "the body is too large"),
            Self::BodyTooSlow => ("invalid_request", "the body took too long to arrive"),
            Self::BodyBroken => ("invalid_request", "the body broke off"),
            Self::RateLimited { .. } => (
                "rate_limit_exceeded",
                "too many requests from this address; try again later",
            ),
            Self::Overloaded => (
                "temporarily_unavailable",
                "too many requests are under way; try again shortly",
            ),
            Self::TooManyConnections => (
                "temporarily_unavailable",
                "too many connections are open; try again shortly",
            ),
            Self::TooSlow => (
                "temporarily_unavailable",
                "the request took too long; try again shortly",
            ),
            Self::Internal => (
                "server_error",
                "something went wrong on the server; the request id finds it in the log",
            ),
        }
    }

    const fn retry_after(self) -> Option<u32> {
        match self {
            Self::RateLimited { retry_after } => Some(retry_after),
            Self::Overloaded => Some(1),
            Self::TooManyConnections | Self::TooSlow => Some(5),
            Self::NotFound
            | Self::MethodNotAllowed
            | Self::BodyTooLarge
            | Self::BodyTooSlow
            | Self::BodyBroken
            | Self::Internal => None,
        }
    }

    /// The code for gRPC clients.
    const fn grpc(self) -> Code {
        match self {
            Self::NotFound | Self::MethodNotAllowed => Code::Unimplemented,
            Self::BodyTooLarge | Self::RateLimited { .. } => Code::ResourceExhausted,
            Self::BodyTooSlow => Code::DeadlineExceeded,
            Self::BodyBroken => Code::Cancelled,
            Self::Overloaded | Self::TooManyConnections | Self::TooSlow => Code::Unavailable,
            Self::Internal => Code::Internal,
        }
    }

    fn to_json(self) -> Response {
        let (error, error_description) = self.texts();
        let body = serde_json::json!({ "error": error, "error_description": error_description });
        self.finish(Json(body).into_response())
    }

    /// Clients of gRPC read the status in the headers; what lies between them and us
    /// reads that of HTTP.
    pub fn to_grpc(self) -> Response {
        let (_, description) = self.texts();
        self.finish(Status::new(self.grpc(), description).into_http())
    }

    fn finish(self, mut response: Response) -> Response {
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after() {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        if self == Self::TooManyConnections {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

impl Renderer {
    /// Who waits for the answer to `request`: a browser says that it wants HTML, and
    /// a page is a page for everybody who does not ask for something else.
    pub fn audience(&self, request: &Request) -> Audience {
        if is_grpc(request) {
            return Audience::Grpc;
        }
        let accept = request
            .headers()
            .get(ACCEPT)
            .and_then(|value| value.to_str().ok());
        match accept {
            Some(accept) if accept.contains("text/html") => Audience::Person,
            Some(accept) if accept.contains("json") => Audience::Program,
            _ if self.is_page(request.uri().path()) => Audience::Person,
            _ => Audience::Program,
        }
    }

    /// The response: what was answered, or what the failure is to its audience. An
    /// empty error of the router is a failure too.
    pub fn render(
        &self,
        answered: Result<Response, Failure>,
        audience: Audience,
        caller: &Caller,
    ) -> Response {
        match answered {
            Err(failure) => self.response(failure, audience, caller),
            Ok(response) => match left_by_router(&response) {
                None => response,
                Some(failure) => {
                    let mut rendered = self.response(failure, audience, caller);
                    // It says which methods there are.
                    if let Some(allow) = response.headers().get(ALLOW) {
                        rendered.headers_mut().insert(ALLOW, allow.clone());
                    }
                    rendered
                }
            },
        }
    }

    fn response(&self, failure: Failure, audience: Audience, caller: &Caller) -> Response {
        match audience {
            Audience::Person => self.page(failure, caller),
            Audience::Program => failure.to_json(),
            Audience::Grpc => failure.to_grpc(),
        }
    }

    fn page(&self, failure: Failure, caller: &Caller) -> Response {
        let view = ErrorView {
            status: failure.status(),
            request_id: caller.request_id.to_str().unwrap_or_default().to_owned(),
            retry_after: failure.retry_after(),
            ..ErrorView::default()
        };
        failure.finish(Html((self.page)(&view)).into_response())
    }

    fn is_page(&self, path: &str) -> bool {
        let Some(path) = path.strip_prefix(self.base_path.as_ref()) else {
            return false;
        };
        let below = |page: &str| {
            path.strip_prefix(page)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        matches!(path, "" | "/") || PAGES.into_iter().any(below)
    }
}

/// The router's own empty 404 or 405.
fn left_by_router(response: &Response) -> Option<Failure> {
    let failure = match response.status() {
        StatusCode::NOT_FOUND => Failure::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Failure::MethodNotAllowed,
        _ => return None,
    };
    (!response.headers().contains_key(CONTENT_TYPE)).then_some(failure)
}
