//! What the edge answers itself, and the only place where that becomes a response:
//! a page for people, JSON for programs.

use std::{any::Any, sync::Arc};

use authgate_proto::{v1::RequestContext, vocabulary::path};
use axum::{
    Extension, Json,
    extract::{Request, State},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{ACCEPT, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER},
    },
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use web_ui::ErrorView;

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
    /// The client's address asked too often.
    RateLimited {
        /// Seconds until it may ask again.
        retry_after: u32,
    },
    /// More requests are under way than can be served.
    Overloaded,
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
const PAGES: [&str; 6] = [
    path::LOGIN,
    "/logout",
    path::DEVICE,
    path::CONSENT,
    path::AUTHORIZE,
    "/account",
];

/// Turns the failure that a layer inside left, and an empty error of the router,
/// into a response that the caller understands.
pub async fn render(
    State(renderer): State<Renderer>,
    Extension(context): Extension<RequestContext>,
    request: Request,
    next: Next,
) -> Response {
    let wants_page = renderer.wants_page(&request);
    let mut response = next.run(request).await;
    let Some(failure) = left_in(&mut response) else {
        return response;
    };
    let (mut parts, _) = response.into_parts();
    let body = if wants_page {
        renderer.page(failure, &context)
    } else {
        failure.json()
    };
    parts.headers.remove(CONTENT_TYPE);
    parts.headers.remove(CONTENT_LENGTH);
    let mut rendered = (failure.status(), body).into_response();
    // The layers inside say more, such as `Allow` or how many requests are left.
    for (name, value) in &parts.headers {
        rendered
            .headers_mut()
            .entry(name)
            .or_insert_with(|| value.clone());
    }
    failure.finish(rendered.headers_mut());
    rendered
}

/// What a panic of a handler becomes. The panic hook has logged it.
pub fn panicked(_: Box<dyn Any + Send>) -> Response {
    Failure::Internal.into_response()
}

/// Carries the failure to [`render`].
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl Failure {
    /// Its status.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::RateLimited { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Overloaded | Self::TooSlow => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The code and the text for programs.
    const fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::NotFound => ("not_found", "there is nothing at this path"),
            Self::MethodNotAllowed => ("invalid_request", "this path does not have that method"),
            Self::BodyTooLarge => ("invalid_request", "the body is too large"),
            Self::RateLimited { .. } => (
                "rate_limit_exceeded",
                "too many requests from this address; try again later",
            ),
            Self::Overloaded => (
                "temporarily_unavailable",
                "too many requests are under way; try again shortly",
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
            Self::TooSlow => Some(5),
            Self::NotFound | Self::MethodNotAllowed | Self::BodyTooLarge | Self::Internal => None,
        }
    }

    fn json(self) -> Response {
        let (error, error_description) = self.texts();
        Json(serde_json::json!({ "error": error, "error_description": error_description }))
            .into_response()
    }

    fn finish(self, headers: &mut HeaderMap) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after() {
            headers.insert(RETRY_AFTER, seconds.into());
        }
    }
}

impl Renderer {
    fn page(&self, failure: Failure, context: &RequestContext) -> Response {
        let view = ErrorView {
            status: failure.status(),
            request_id: context.request_id.clone(),
            retry_after: failure.retry_after(),
            ..ErrorView::default()
        };
        Html((self.page)(&view)).into_response()
    }

    /// A browser says that it wants HTML; a page is a page for everybody who does
    /// not ask for something else.
    fn wants_page(&self, request: &Request) -> bool {
        let accept = request
            .headers()
            .get(ACCEPT)
            .and_then(|value| value.to_str().ok());
        match accept {
            Some(accept) if accept.contains("text/html") => true,
            Some(accept) if accept.contains("json") || accept.contains("grpc") => false,
            _ => self.is_page(request.uri().path()),
        }
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

/// The failure in a response: left by a layer, or the router's own empty 404 or 405.
fn left_in(response: &mut Response) -> Option<Failure> {
    let failure = response.extensions_mut().remove::<Failure>();
    failure.or_else(|| {
        let untouched = !response.headers().contains_key(CONTENT_TYPE);
        match response.status() {
            StatusCode::NOT_FOUND if untouched => Some(Failure::NotFound),
            StatusCode::METHOD_NOT_ALLOWED if untouched => Some(Failure::MethodNotAllowed),
            _ => None,
        }
    })
}
