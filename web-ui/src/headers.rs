//! The headers that every page carries.

use axum::response::Response;
use http::{HeaderName, HeaderValue, header};

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");

/// What every answer of a page route says. Pages hold names and one-time tokens,
/// so nothing may store them; their URLs hold codes, so no other site learns them.
const COMMON: [(HeaderName, HeaderValue); 5] = [
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    ),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (
        PERMISSIONS_POLICY,
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ),
];

/// Sets the common headers, and a Content-Security-Policy where the page set none.
pub fn secure(response: &mut Response) {
    let headers = response.headers_mut();
    for (name, value) in COMMON {
        headers.insert(name, value);
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY)
        && let Ok(policy) = HeaderValue::try_from(content_security_policy(None))
    {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// The Content-Security-Policy of a page: same origin only, nothing inline, no frames.
///
/// `form_action` is a source that forms may lead to besides this origin, such as
/// `https://app.example` or `com.example.app:`. Browsers apply `form-action` to
/// the redirects after a post too, so a form that ends at an app must name it.
/// A text that is not one plain source is left out.
#[must_use]
pub fn content_security_policy(form_action: Option<&str>) -> String {
    let extra = form_action.and_then(source).unwrap_or_default();
    format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; form-action 'self'{extra}; \
         frame-ancestors 'none'; base-uri 'none'"
    )
}

/// `text` as a further source, when it is a scheme or an origin and holds nothing
/// that could end the directive or mean a keyword. The grammar has no IPv6
/// addresses, so an origin with one stands as its scheme.
fn source(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once(':')?;
    let plain = |text: &str| {
        text.chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-._:/*[]".contains(c))
    };
    let starts_well = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
    if !(starts_well && plain(scheme) && plain(rest)) {
        return None;
    }
    if rest.contains('[') {
        return Some(format!(" {scheme}:"));
    }
    Some(format!(" {text}"))
}
