//! Headers that tell browsers what not to do with a response.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// A year, as the preload lists want it.
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000; includeSubDomains");

/// What a response carries unless its endpoint says otherwise.
const DEFAULTS: [(HeaderName, HeaderValue); 4] = [
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

/// Data is no document: it may load and do nothing.
const POLICY_OF_DATA: HeaderValue =
    HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// Which headers are set.
#[derive(Debug, Clone)]
pub struct SecurityHeaders {
    /// Browsers come by https and are told to stay there.
    https: bool,
    /// The Content-Security-Policy of a page that brings none of its own.
    policy_of_pages: HeaderValue,
}

impl SecurityHeaders {
    /// The headers of a server that browsers reach by https or not.
    pub fn new(https: bool) -> Self {
        let policy = HeaderValue::try_from(web_ui::content_security_policy(None));
        Self {
            https,
            policy_of_pages: policy.unwrap_or(POLICY_OF_DATA),
        }
    }

    /// Sets the headers that the response does not have. Answers to gRPC calls need none:
    /// no browser takes them for anything.
    pub fn set(&self, headers: &mut HeaderMap) {
        let content_type = headers.get(header::CONTENT_TYPE);
        let policy = match content_type.map_or(&[][..], HeaderValue::as_bytes) {
            grpc if grpc.starts_with(b"application/grpc") => return,
            html if html.starts_with(b"text/html") => self.policy_of_pages.clone(),
            _ => POLICY_OF_DATA,
        };
        headers
            .entry(header::CONTENT_SECURITY_POLICY)
            .or_insert(policy);
        for (name, value) in DEFAULTS {
            headers.entry(name).or_insert(value);
        }
        if self.https {
            headers.insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
        }
    }
}
