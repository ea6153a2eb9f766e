//! Where the browser goes next: URLs and redirects.

use authgate_proto::vocabulary::path;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header::LOCATION};
use url::{Host, Url};

use crate::error::Error;

/// A redirect. `status` is 302 after a GET and 303 after a POST, never 307,
/// which would send the form on (RFC 9700 section 4.12).
///
/// # Errors
/// `server_error` when the location can't stand in a header.
pub(crate) fn to(status: StatusCode, location: &str) -> Result<Response, Error> {
    let location = HeaderValue::from_str(location)
        .map_err(|_| Error::broken_answer("a redirect's location is not visible ASCII"))?;
    Ok((status, [(LOCATION, location)]).into_response())
}

/// `uri` with `parameters` appended to its own query, which stays as it is
/// (RFC 6749 section 4.1.2); a fragment is dropped.
pub(crate) fn with_query<'a>(
    uri: &str,
    parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> String {
    let uri = uri.split('#').next().unwrap_or_default();
    let separator = match uri.split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    let start = format!("{uri}{separator}");
    let length = start.len();
    form_urlencoded::Serializer::for_suffix(start, length)
        .extend_pairs(parameters)
        .finish()
}

/// The authorization endpoint with a stored request, below `base_path`.
pub(crate) fn authorize_url(base_path: &str, client_id: &str, request_uri: &str) -> String {
    pending(base_path, path::AUTHORIZE, client_id, request_uri)
}

/// The login page, which returns to the stored request.
pub(crate) fn login_url(base_path: &str, client_id: &str, request_uri: &str) -> String {
    let back = authorize_url(base_path, client_id, request_uri);
    with_query(
        &format!("{base_path}{}", path::LOGIN),
        [("redirect", back.as_str())],
    )
}

/// The consent page for the stored request.
pub(crate) fn consent_url(base_path: &str, client_id: &str, request_uri: &str) -> String {
    pending(base_path, path::CONSENT, client_id, request_uri)
}

fn pending(base_path: &str, page: &str, client_id: &str, request_uri: &str) -> String {
    with_query(
        &format!("{base_path}{page}"),
        [("client_id", client_id), ("request_uri", request_uri)],
    )
}

/// The Content-Security-Policy of a page that may post to `action` and do
/// nothing else but load its own script and style.
pub(crate) fn form_post_policy(action: &str) -> Result<HeaderValue, Error> {
    let target = Url::parse(action)
        .map(|url| policy_source(&url))
        .map_err(|_| Error::broken_answer("a redirect URI is not a URL"))?;
    HeaderValue::try_from(format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
         base-uri 'none'; frame-ancestors 'none'; form-action {target}"
    ))
    .map_err(|_| Error::broken_answer("a redirect URI does not fit a policy"))
}

/// The origin of `url` as a policy's source. Where the grammar of sources has
/// no such origin (an IPv6 address, a custom scheme) it is the scheme alone.
fn policy_source(url: &Url) -> String {
    let expressible = match url.host() {
        Some(Host::Domain(name)) => name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-')),
        Some(Host::Ipv4(_)) => true,
        Some(Host::Ipv6(_)) | None => false,
    };
    let origin = url.origin();
    if expressible && origin.is_tuple() {
        origin.ascii_serialization()
    } else {
        format!("{}:", url.scheme())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_query_is_kept_and_a_fragment_dropped() {
        let cases = [
            ("https://c.example/cb", "https://c.example/cb?code=1"),
            ("https://c.example", "https://c.example?code=1"),
            (
                "https://c.example/cb?a=%20b",
                "https://c.example/cb?a=%20b&code=1",
            ),
            ("https://c.example/cb?", "https://c.example/cb?code=1"),
            ("https://c.example/cb?a&", "https://c.example/cb?a&code=1"),
            (
                "https://c.example/cb?a=1#top",
                "https://c.example/cb?a=1&code=1",
            ),
            ("com.example.app:/cb", "com.example.app:/cb?code=1"),
            ("http://[::1]:7000/cb", "http://[::1]:7000/cb?code=1"),
        ];
        for (uri, expected) in cases {
            assert_eq!(with_query(uri, [("code", "1")]), expected);
        }
    }

    #[test]
    fn the_way_back_from_login_is_one_parameter() {
        let url = login_url("/auth", "a&b", "urn:x:1");
        let url = Url::parse(&format!("https://host{url}")).unwrap();
        assert_eq!(url.path(), "/auth/login");
        let query: Vec<_> = url.query_pairs().into_owned().collect();
        assert_eq!(
            query,
            [(
                "redirect".to_owned(),
                "/auth/oauth/authorize?client_id=a%26b&request_uri=urn%3Ax%3A1".to_owned()
            )]
        );
    }

    #[test]
    fn a_policy_names_the_origin_or_else_the_scheme() {
        let cases = [
            ("https://c.example/cb?x=1", "https://c.example"),
            ("https://c.example:8443/cb", "https://c.example:8443"),
            ("http://127.0.0.1:9000/cb", "http://127.0.0.1:9000"),
            ("http://[::1]:9000/cb", "http:"),
            ("https://a;script-src/cb", "https:"),
            ("com.example.app:/cb", "com.example.app:"),
            ("myapp://host/cb", "myapp:"),
        ];
        for (action, source) in cases {
            let Ok(policy) = form_post_policy(action) else {
                panic!("{action} has a policy");
            };
            let policy = policy.to_str().unwrap();
            let (_, target) = policy.split_once("form-action ").unwrap();
            assert_eq!(target, source);
        }
    }

    proptest! {
        #[test]
        fn parameters_and_query_both_survive(
            own in prop::collection::vec(("[a-z]{1,8}", "\\PC{0,12}"), 0..4),
            added in prop::collection::vec(("\\PC{1,8}", "\\PC{0,20}"), 1..6),
        ) {
            let uri = Url::parse_with_params("https://c.example/cb", &own).unwrap();
            let pairs = added.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            let result = with_query(uri.as_str(), pairs);
            prop_assert!(HeaderValue::from_str(&result).is_ok());
            prop_assert!(result.starts_with(uri.as_str()));
            let query: Vec<_> = Url::parse(&result).unwrap().query_pairs().into_owned().collect();
            prop_assert_eq!(query, [own, added].concat());
        }
    }
}
