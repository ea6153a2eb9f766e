//! Cross-origin access to the API endpoints.

use std::time::Duration;

use axum::http::{HeaderName, Method};
use http_gateway::Cors;
use url::{Origin, Url};

use super::reader::Reader;

/// Reads the cross-origin rules; none unless CORS_ENABLED says yes.
pub fn read(reader: &mut Reader<'_>) -> Option<Cors> {
    let cors = Cors {
        allowed_origins: origins(reader),
        allowed_methods: words(
            reader,
            "CORS_ALLOWED_METHODS",
            "GET,POST,PUT,DELETE,OPTIONS",
            |word| Method::from_bytes(word.to_ascii_uppercase().as_bytes()).ok(),
        ),
        allowed_headers: words(
            reader,
            "CORS_ALLOWED_HEADERS",
            "Origin,Content-Type,Authorization",
            |word| word.parse::<HeaderName>().ok(),
        ),
        max_age: reader.duration("CORS_MAX_AGE", Duration::from_secs(12 * 3600)),
    };
    let enabled = reader.flag("CORS_ENABLED", false);
    if enabled && cors.allowed_origins.is_empty() {
        reader.warn("CORS_ENABLED is set without CORS_ALLOWED_ORIGINS: no other origin is allowed");
    }
    enabled.then_some(cors)
}

fn origins(reader: &mut Reader<'_>) -> Vec<String> {
    let expected = "expected origins such as https://app.corp.net, without a path, or *";
    reader.parse("CORS_ALLOWED_ORIGINS", Vec::new(), expected, |text| {
        let entries = text
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty());
        entries.map(origin).collect()
    })
}

/// An origin in the form in which browsers send it.
fn origin(text: &str) -> Option<String> {
    if text == "*" {
        return Some(text.to_owned());
    }
    let url = Url::parse(text).ok()?;
    let bare = url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty();
    match url.origin() {
        origin @ Origin::Tuple(..) if bare => Some(origin.ascii_serialization()),
        _ => None,
    }
}

fn words<T>(
    reader: &mut Reader<'_>,
    name: &str,
    default: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Vec<T> {
    let all = |text: &str| {
        text.split(',')
            .map(|word| read(word.trim()))
            .collect::<Option<Vec<T>>>()
    };
    reader
        .parse(name, None, "expected a comma-separated list", |text| {
            all(text).map(Some)
        })
        .or_else(|| all(default))
        .unwrap_or_default()
}
