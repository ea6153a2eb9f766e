//! Headers that tell browsers what not to do with a response.

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

/// A year, as the preload lists want it.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000; includeSubDomains");

/// What a response carries unless its endpoint says otherwise.
const DEFAULTS: [(HeaderName, HeaderValue); 5] = [
    // Nothing here is a document of its own. Pages bring their own policy.
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    ),
    // No guessing of scripts and styles.
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    // No clickjacking, in browsers that don't know frame-ancestors.
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    // URLs here carry codes (RFC 9700 section 4.2.4).
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    ),
    // Nothing here uses devices.
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ),
];

/// Which headers are set.
#[derive(Debug, Clone, Copy)]
pub struct SecurityHeaders {
    /// Browsers come by https and are told to stay there.
    pub https: bool,
}

/// Sets the headers that the response does not have.
pub async fn set(
    State(settings): State<SecurityHeaders>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in DEFAULTS {
        headers.entry(name).or_insert(value);
    }
    if settings.https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
    response
}
