//! All layers of the gateway. Each list runs from the outside in.

use axum::{Router, extract::DefaultBodyLimit, middleware::map_response, response::Response};
use http::{
    HeaderValue, Method,
    header::{CACHE_CONTROL, PRAGMA, REFERRER_POLICY, RETRY_AFTER, WWW_AUTHENTICATE},
};
use tower::ServiceBuilder;
use tower_http::{
    cors::{AllowOrigin, Any, CorsLayer},
    set_header::SetResponseHeaderLayer,
};

use crate::{Cors, error::Fault};

/// The largest request body, in bytes. Requests are a few short parameters;
/// the longest, a signed request object, stays well below.
const BODY_LIMIT: usize = 64 * 1024;

/// The API endpoints.
pub(crate) fn api<S>(routes: Router<S>, cors: Option<&Cors>) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    routes.layer(
        ServiceBuilder::new()
            // Outermost, so that it answers preflights, which no route lists,
            // and so that pages of other origins can read errors too.
            .option_layer(cors.map(configured_cors))
            // Sees the answer with its cause.
            .layer(map_response(log_fault))
            // Tokens and what is said about them stay out of every cache.
            .layer(map_response(no_store))
            // Memory per request is bounded.
            .layer(DefaultBodyLimit::max(BODY_LIMIT)),
    )
}

/// The authorization endpoint. No CORS, ever: browsers go there, scripts don't
/// (RFC 9700 section 2.6).
pub(crate) fn browser<S>(routes: Router<S>) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    routes.layer(
        ServiceBuilder::new()
            // Sees the answer with its cause.
            .layer(map_response(log_fault))
            // Redirects carry codes.
            .layer(map_response(no_store))
            // The request's URL must not reach the next site (RFC 9700 section 4.2.4).
            .layer(SetResponseHeaderLayer::overriding(
                REFERRER_POLICY,
                HeaderValue::from_static("no-referrer"),
            ))
            // Memory per request is bounded.
            .layer(DefaultBodyLimit::max(BODY_LIMIT)),
    )
}

/// The public documents.
pub(crate) fn documents<S>(routes: Router<S>, cors: Option<&Cors>) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    routes.layer(
        ServiceBuilder::new()
            // Every origin may read what everybody may read.
            .option_layer(cors.map(public_cors))
            // Sees the answer with its cause.
            .layer(map_response(log_fault))
            // The documents say how long they last; errors don't last.
            .layer(map_response(no_store)),
    )
}

/// The health endpoints.
pub(crate) fn probes<S>(routes: Router<S>) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    // An old answer about health is a wrong one.
    routes.layer(map_response(no_store))
}

/// CORS by configuration. The endpoints read no cookies, so there are no
/// credentials to allow, with `*` or without.
fn configured_cors(cors: &Cors) -> CorsLayer {
    let origins = if cors.allowed_origins.iter().any(|origin| origin == "*") {
        AllowOrigin::any()
    } else {
        // A text that is no header value is no origin: no browser sends it.
        AllowOrigin::list(
            cors.allowed_origins
                .iter()
                .filter_map(|origin| HeaderValue::from_str(origin).ok()),
        )
    };
    CorsLayer::new()
        .allow_origin(origins)
        .allow_methods(cors.allowed_methods.clone())
        .allow_headers(cors.allowed_headers.clone())
        .expose_headers([WWW_AUTHENTICATE, RETRY_AFTER])
        .max_age(cors.max_age)
}

/// CORS of documents that hold nothing private.
fn public_cors(cors: &Cors) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD])
        .allow_headers(cors.allowed_headers.clone())
        .max_age(cors.max_age)
}

/// Forbids caching unless the handler said how long its answer lasts
/// (RFC 6749 section 5.1, which asks for `Pragma` too).
async fn no_store(mut response: Response) -> Response {
    let headers = response.headers_mut();
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    }
    response
}

/// Logs a call to the core that failed without an answer of the protocol: the
/// core could not be reached or broke, and the client is told no more than that.
async fn log_fault(response: Response) -> Response {
    if let Some(Fault(cause)) = response.extensions().get() {
        tracing::error!(code = ?cause.code(), cause = cause.message(), "the core did not answer");
    }
    response
}
