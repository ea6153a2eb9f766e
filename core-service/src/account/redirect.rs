//! Where to go on after a sign-in. The place comes from the query of a link that
//! anybody may have made, so it is safe only on this server (RFC 9700 section 4.11).

use url::{Position, Url};

/// Longer than any path of ours.
const MAX_LENGTH: usize = 4096;
/// What some server behind us might decode into a path that browsers saw otherwise.
const ENCODED_TRICKS: [&str; 4] = ["%2f", "%5c", "%0", "%1"];

/// A path on the server of `issuer` (with query and fragment, percent-encoded) that
/// is safe to redirect to: `unverified` when it is one, else the home page.
///
/// Taken are paths with one leading slash, and absolute URLs of the issuer's own
/// origin, as path.
pub(crate) fn safe(issuer: &str, unverified: &str) -> String {
    local_path(issuer, unverified).unwrap_or_else(|| format!("{}/", base_path(issuer)))
}

/// The path that all pages stand below: empty, or `/auth` for `https://host/auth`.
pub(crate) fn base_path(issuer: &str) -> &str {
    let after_scheme = issuer.find("://").map_or(0, |at| at + 3);
    issuer[after_scheme..]
        .find('/')
        .map_or("", |at| issuer[after_scheme + at..].trim_end_matches('/'))
}

fn local_path(issuer: &str, unverified: &str) -> Option<String> {
    // Browsers read a backslash as a slash and skip tabs and line breaks (WHATWG
    // URL section 4.4), so that what looks like a path may lead elsewhere.
    let misread = |c: char| c == '\\' || c.is_control();
    if unverified.len() > MAX_LENGTH || unverified.contains(misread) {
        return None;
    }
    let issuer = Url::parse(issuer).ok()?;
    let url = if unverified.starts_with('/') {
        issuer.join(unverified).ok()?
    } else {
        Url::parse(unverified).ok()?
    };
    let path = url.path().to_ascii_lowercase();
    let tricky = ENCODED_TRICKS.iter().any(|trick| path.contains(trick));
    // `/.//elsewhere` resolves to the path `//elsewhere`, which as a redirect names a host.
    // `blob:https://host/..` has the origin of its host.
    let elsewhere = url.scheme() != issuer.scheme() || url.origin() != issuer.origin();
    if elsewhere || tricky || path.starts_with("//") {
        return None;
    }
    Some(url[Position::BeforePath..].to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ISSUER: &str = "https://id.example/auth";

    #[test]
    fn paths_of_this_server_are_kept() {
        for (given, safe_path) in [
            ("/", "/"),
            (
                "/auth/device?user_code=ABCD-EFGH",
                "/auth/device?user_code=ABCD-EFGH",
            ),
            (
                "/auth/oauth/authorize?client_id=a&request_uri=urn%3Aietf%3A%2F%2Fx",
                "/auth/oauth/authorize?client_id=a&request_uri=urn%3Aietf%3A%2F%2Fx",
            ),
            (
                "/a?b=https://elsewhere.example//",
                "/a?b=https://elsewhere.example//",
            ),
            ("/a/../b#c", "/b#c"),
            ("/ä b", "/%C3%A4%20b"),
            ("https://id.example/auth/device", "/auth/device"),
            ("https://ID.example:443/x", "/x"),
        ] {
            assert_eq!(safe(ISSUER, given), safe_path, "{given:?}");
        }
    }

    #[test]
    fn everything_else_leads_home() {
        for given in [
            "",
            "device",
            "//elsewhere.example",
            "///elsewhere.example",
            "/\\elsewhere.example",
            "\\\\elsewhere.example",
            "/\t/elsewhere.example",
            "/\n/elsewhere.example",
            "/a\r\nSet-Cookie: a=b",
            "/.//elsewhere.example",
            "/a/..//elsewhere.example",
            "/%2f/elsewhere.example",
            "/%5Celsewhere.example",
            "/a%0d%0aSet-Cookie:a=b",
            "https://elsewhere.example/",
            "http://id.example/auth",
            "https://id.example:8443/",
            "https://id.example.elsewhere.example/",
            "https://id.example@elsewhere.example/",
            "https:elsewhere.example",
            "https:/elsewhere.example",
            "https://id.example//elsewhere.example",
            "javascript:alert(1)",
            "data:text/html,x",
            " //elsewhere.example",
            "/a\0",
            &format!("/{}", "a".repeat(MAX_LENGTH)),
        ] {
            assert_eq!(safe(ISSUER, given), "/auth/", "{given:?}");
        }
    }

    #[test]
    fn the_base_path_is_the_issuer_s() {
        for (issuer, path) in [
            ("https://id.example", ""),
            ("https://id.example/", ""),
            ("http://localhost:8080", ""),
            ("https://id.example/auth", "/auth"),
            ("https://id.example/a/b", "/a/b"),
        ] {
            assert_eq!(base_path(issuer), path);
        }
    }

    /// Texts made of the pieces that redirect tricks are made of.
    fn tricks() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            6 => Just("/".to_owned()),
            4 => proptest::sample::select(vec![".", "..", "%2e", "%2F"]).prop_map(str::to_owned),
            2 => Just("elsewhere.example".to_owned()),
            3 => proptest::sample::select(vec!["\\", "\t", "@", ":", "?", "#", "https:", "id.example", "[::1]"])
                .prop_map(str::to_owned),
            1 => any::<char>().prop_map(String::from),
        ];
        let tail = proptest::collection::vec(piece, 0..10);
        (
            proptest::sample::select(vec!["", "/", "https://id.example"]),
            tail,
        )
            .prop_map(|(start, tail)| format!("{start}{}", tail.concat()))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn a_browser_stays_on_this_server(unverified in tricks()) {
            let path = safe(ISSUER, &unverified);
            prop_assert!(path.starts_with('/') && path.is_ascii());
            // The page that redirects may itself be any page here.
            for page in [ISSUER, "https://id.example/auth/login?redirect=x"] {
                let page = Url::parse(page).unwrap();
                prop_assert_eq!(page.join(&path).unwrap().origin(), page.origin());
            }
            prop_assert_eq!(safe(ISSUER, &path), path.clone());
        }

        #[test]
        fn a_browser_stays_on_this_server_whatever_the_text(unverified in "\\PC*") {
            let page = Url::parse(ISSUER).unwrap();
            prop_assert_eq!(page.join(&safe(ISSUER, &unverified)).unwrap().origin(), page.origin());
        }
    }
}
