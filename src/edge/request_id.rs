//! Names of requests.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use uuid::Uuid;

/// Carries the id in both directions.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Longer ids are not taken over.
const LONGEST: usize = 64;

/// The id that a trusted proxy gave the request, when it is a plain word; a new one otherwise.
#[must_use]
pub fn choose(headers: &HeaderMap, from_trusted_proxy: bool) -> HeaderValue {
    let given = headers.get(HEADER).filter(|_| from_trusted_proxy);
    let plain = given.filter(|id| id.to_str().is_ok_and(is_plain));
    plain.cloned().unwrap_or_else(made_up)
}

/// A name that no other request has. It is no secret.
fn made_up() -> HeaderValue {
    let mut text = Uuid::encode_buffer();
    let id: &str = Uuid::new_v4().simple().encode_lower(&mut text);
    // Hexadecimal digits are a header's value.
    HeaderValue::from_str(id).unwrap_or(HeaderValue::from_static("unnamed"))
}

/// Nothing that could forge a log line or a page.
fn is_plain(id: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    (8..=LONGEST).contains(&id.len()) && id.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(id: &str, trusted: bool) -> String {
        let headers = HeaderMap::from_iter([(HEADER, id.parse().unwrap())]);
        choose(&headers, trusted).to_str().unwrap().to_owned()
    }

    #[test]
    fn only_a_sane_id_of_a_trusted_proxy_is_taken_over() {
        assert_eq!(chosen("edge-7.4f_2a", true), "edge-7.4f_2a");
        for (id, trusted) in [
            ("edge-7.4f_2a", false),
            ("short", true),
            ("with space and more", true),
            ("<script>alert(1)</script>", true),
            (&"a".repeat(65), true),
        ] {
            let chosen = chosen(id, trusted);
            assert_ne!(chosen, id);
            assert!(is_plain(&chosen), "{chosen}");
        }
    }

    #[test]
    fn new_ids_differ() {
        assert_ne!(
            choose(&HeaderMap::new(), true),
            choose(&HeaderMap::new(), true)
        );
    }
}
