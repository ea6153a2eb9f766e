//! Redirect URIs: which ones may be registered, and when a presented one is a
//! registered one (RFC 6749 section 3.1.2, RFC 8252 section 7, RFC 9700 section 2.1).

use url::{Host, Url};

use super::client_metadata::Registrant;

/// Bytes of a redirect URI.
const MAX_LENGTH: usize = 2048;

/// Schemes that a browser runs, reads or hands on itself: no app of the client's
/// own stands behind them, so an authorization code would go astray or be script.
const FORBIDDEN_SCHEMES: [&str; 22] = [
    "about",
    "blob",
    "chrome",
    "chrome-extension",
    "data",
    "file",
    "filesystem",
    "ftp",
    "intent",
    "jar",
    "javascript",
    "mailto",
    "moz-extension",
    "resource",
    "sms",
    "tel",
    "urn",
    "vbscript",
    "view-source",
    "ws",
    "wss",
    "wyciwyg",
];

/// What decides which redirect URIs a client may have.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules<'a> {
    /// Who registers it.
    pub(crate) by: Registrant,
    /// `web`, `native` or not said (OpenID Connect Registration section 2).
    pub(crate) application_type: Option<&'a str>,
    /// Whether the client authenticates at the token endpoint.
    pub(crate) confidential: bool,
}

/// Whether `uri` may be registered.
///
/// Anybody: `https`, `http` on a loopback address, and private-use schemes named
/// after a domain (RFC 8252 section 7.1). An admin also: `http` on any host for
/// confidential web clients, as the predecessor allowed, and any other private-use
/// scheme.
///
/// # Errors
/// Why not, for the client's developer.
pub(crate) fn validate(uri: &str, rules: Rules<'_>) -> Result<(), &'static str> {
    if uri.len() > MAX_LENGTH {
        return Err("is longer than 2048 bytes");
    }
    if !uri.bytes().all(is_uri_character) {
        return Err("holds a character that a URI can't have; percent-encode it");
    }
    if uri.contains('#') {
        return Err("must not have a fragment");
    }
    // Registered URIs are compared as they are: a wildcard would never match.
    if uri.contains('*') {
        return Err("must not have a wildcard");
    }
    let url = Url::parse(uri).map_err(|_| "is not an absolute URI")?;
    if authority(uri).is_some_and(|authority| authority.contains('@')) {
        return Err("must not name a user");
    }
    let native = rules.application_type == Some("native");
    match url.scheme() {
        "https" => require_host(uri, &url),
        "http" if loopback(uri).is_some() => Ok(()),
        "http" if rules.by == Registrant::Admin && rules.confidential && !native => {
            require_host(uri, &url)
        }
        "http" => Err("must be https, or http on 127.0.0.1, [::1] or localhost"),
        scheme if FORBIDDEN_SCHEMES.contains(&scheme) => Err("has a scheme that is never allowed"),
        _ if rules.application_type == Some("web") => Err("must be https for a web client"),
        scheme if !scheme.contains('.') && rules.by != Registrant::Admin => Err(
            "has a private-use scheme that is not named after a domain, as in com.example.app:/callback",
        ),
        scheme if uri.len() <= scheme.len() + 1 => Err("has nothing after its scheme"),
        _ => Ok(()),
    }
}

/// Whether `presented` is `registered`: the same characters, but for the port of a
/// loopback address, which apps pick when they start to listen (RFC 8252 section 7.3).
/// Nothing is normalized (RFC 9700 section 4.1.3).
#[must_use]
pub(crate) fn matches(registered: &str, presented: &str) -> bool {
    registered == presented
        || loopback(registered).is_some_and(|registered| loopback(presented) == Some(registered))
}

/// What people read as the place that `uri` leads to: its host, or the scheme of an app.
#[must_use]
pub(crate) fn host_label(uri: &str) -> String {
    match Url::parse(uri) {
        Ok(url) => url
            .host_str()
            .filter(|_| is_web(&url))
            .unwrap_or(url.scheme())
            .to_owned(),
        Err(_) => String::new(),
    }
}

/// The source expression of a Content-Security-Policy that lets a form's answer
/// lead to `uri`: an origin or `scheme:` (CSP Level 3 section 2.3.1). Empty when
/// there is none.
#[must_use]
pub(crate) fn csp_source(uri: &str) -> String {
    let Ok(url) = Url::parse(uri) else {
        return String::new();
    };
    match url.host() {
        // The grammar of sources knows no IPv6 address.
        Some(Host::Ipv6(_)) if is_web(&url) => format!("{}:", url.scheme()),
        Some(_) if is_web(&url) && has_plain_host(&url) => url.origin().ascii_serialization(),
        _ if is_web(&url) => String::new(),
        _ => format!("{}:", url.scheme()),
    }
}

/// A loopback URI without its port: host, and everything from the path on.
fn loopback(uri: &str) -> Option<(&str, &str)> {
    let after_scheme = uri.strip_prefix("http://")?;
    let host = ["127.0.0.1", "[::1]", "localhost"]
        .into_iter()
        .find(|host| after_scheme.starts_with(host))?;
    let (host, mut rest) = after_scheme.split_at(host.len());
    if let Some(after_colon) = rest.strip_prefix(':') {
        let digits = after_colon.bytes().take_while(u8::is_ascii_digit).count();
        let (port, from_path) = after_colon.split_at(digits);
        port.parse::<u16>().ok()?;
        rest = from_path;
    }
    // Anything else belongs to the host: `localhost.example`, `localhost:80@example`.
    (rest.is_empty() || rest.starts_with(['/', '?'])).then_some((host, rest))
}

/// The part between `//` and the path, as written.
fn authority(uri: &str) -> Option<&str> {
    let (_, after) = uri.split_once("://")?;
    after.split(['/', '?']).next()
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

/// Parsers forgive `https:host` and `https:///host`; comparing strings does not.
fn require_host(uri: &str, url: &Url) -> Result<(), &'static str> {
    if authority(uri).is_none_or(str::is_empty) {
        return Err("has no host");
    }
    if has_plain_host(url) {
        Ok(())
    } else {
        Err("has a host that is not a host name")
    }
}

/// URLs tolerate `;`, `,` and quotes in host names; headers that quote an origin don't.
fn has_plain_host(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_')),
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        None => false,
    }
}

/// RFC 3986 section 2, and nothing beyond: browsers read `\` as `/`.
fn is_uri_character(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ANYBODY: Rules<'_> = Rules {
        by: Registrant::Client,
        application_type: None,
        confidential: true,
    };
    const ADMIN: Rules<'_> = Rules {
        by: Registrant::Admin,
        application_type: None,
        confidential: true,
    };

    #[test]
    fn anybody_may_register_these() {
        for uri in [
            "https://app.example/callback",
            "https://app.example/callback?tenant=1&x=%2F",
            "https://app.example",
            "https://192.0.2.1:8443/cb",
            "https://[2001:db8::1]/cb",
            "http://127.0.0.1/callback",
            "http://127.0.0.1:8888/callback",
            "http://[::1]:1/",
            "http://localhost:8888/callback",
            "com.example.app:/callback",
            "com.example.app://callback",
        ] {
            assert_eq!(validate(uri, ANYBODY), Ok(()), "{uri}");
            assert_eq!(validate(uri, ADMIN), Ok(()), "{uri}");
        }
    }

    #[test]
    fn nobody_may_register_these() {
        for uri in [
            "",
            "/callback",
            "//app.example/callback",
            "app.example/callback",
            "https://",
            "https:///callback",
            "https:app.example/callback",
            "https:/app.example/callback",
            "https://app.example/callback#part",
            "https://app.example/callback#",
            "https://user@app.example/callback",
            "https://@app.example/callback",
            "https://user:password@app.example/callback",
            "com.example.app://user@callback",
            "https://*.app.example/callback",
            "https://app.example/*",
            "https://app.example/call back",
            " https://app.example/callback",
            "https://app.example/callback\n",
            "https://app.example/\0",
            "https://app.example\\@evil.example/",
            "https://äpp.example/callback",
            "https://app.example;script-src/callback",
            "https://app.example,evil/callback",
            "https://app%3bexample/callback",
            "https://app.example:99999/callback",
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "data:text/html,hello",
            "vbscript:x",
            "file:///etc/passwd",
            "about:blank",
            "blob:https://app.example/1",
            "filesystem:https://app.example/1",
            "urn:ietf:wg:oauth:2.0:oob",
            "com.example.app:",
        ] {
            assert!(validate(uri, ADMIN).is_err(), "{uri:?}");
            assert!(validate(uri, ANYBODY).is_err(), "{uri:?}");
        }
        let long = format!("https://app.example/{}", "a".repeat(MAX_LENGTH));
        assert!(validate(&long, ADMIN).is_err());
    }

    #[test]
    fn only_an_admin_may_register_these() {
        for uri in [
            "http://app.example/callback",
            "http://suite:8080/callback",
            "myapp://callback",
            "http://localhost.example/callback",
            "http://127.0.0.1.example/callback",
        ] {
            assert!(validate(uri, ANYBODY).is_err(), "{uri}");
            assert_eq!(validate(uri, ADMIN), Ok(()), "{uri}");
        }
    }

    #[test]
    fn plain_http_elsewhere_is_for_confidential_web_clients() {
        let public = Rules {
            confidential: false,
            ..ADMIN
        };
        let native = Rules {
            application_type: Some("native"),
            ..ADMIN
        };
        for rules in [public, native] {
            assert!(validate("http://app.example/callback", rules).is_err());
            assert_eq!(validate("http://localhost/callback", rules), Ok(()));
        }
        let web = Rules {
            application_type: Some("web"),
            ..ADMIN
        };
        assert!(validate("com.example.app:/callback", web).is_err());
        assert_eq!(validate("http://app.example/callback", web), Ok(()));
    }

    #[test]
    fn the_port_of_a_loopback_address_may_vary() {
        for host in ["127.0.0.1", "[::1]", "localhost"] {
            let at = |port: &str| format!("http://{host}{port}/callback?x=1");
            assert!(matches(&at(""), &at(":49152")));
            assert!(matches(&at(":8888"), &at(":49152")));
            assert!(matches(&at(":8888"), &at("")));
        }
    }

    #[test]
    fn nothing_else_may_vary() {
        for (registered, presented) in [
            ("https://app.example/cb", "https://app.example:8443/cb"),
            ("https://app.example/cb", "https://app.example:443/cb"),
            ("https://app.example/cb", "https://app.example/cb/"),
            ("https://app.example/cb", "https://app.example/CB"),
            ("https://app.example/cb", "https://APP.example/cb"),
            ("https://app.example/cb", "https://app.example/%63b"),
            ("https://app.example/cb", "https://app.example/x/../cb"),
            ("https://app.example/cb", "https://app.example/cb?x"),
            ("https://app.example/cb", "https://app.example/cb#x"),
            ("https://app.example", "https://app.example/"),
            (
                "https://app.example/cb",
                "https://app.example.evil.example/cb",
            ),
            ("https://localhost/cb", "https://localhost:8443/cb"),
            ("http://localhost/cb", "http://127.0.0.1/cb"),
            ("http://127.0.0.1/cb", "http://[::1]/cb"),
            ("http://localhost/cb", "http://LOCALHOST/cb"),
            ("http://localhost/cb", "http://localhost:80@evil.example/cb"),
            ("http://localhost/cb", "http://localhost:80.evil.example/cb"),
            ("http://localhost/cb", "http://localhost.evil.example/cb"),
            ("http://localhost/cb", "http://localhost:/cb"),
            ("http://localhost/cb", "http://localhost:99999/cb"),
            ("http://localhost/cb", "http://localhost:80/cb/"),
            ("http://localhost/cb", "http://localhost:80/cb?x"),
            (
                "http://localhost/cb",
                "http://localhost:80\\@evil.example/cb",
            ),
            ("http://localhost", "http://localhost:80@evil.example"),
            ("com.example.app:/cb", "com.example.app://cb"),
        ] {
            assert!(!matches(registered, presented), "{registered} {presented}");
        }
    }

    #[test]
    fn a_place_has_a_label_and_a_source() {
        for (uri, label, source) in [
            (
                "https://app.example:8443/cb?x",
                "app.example",
                "https://app.example:8443",
            ),
            (
                "http://127.0.0.1:8888/cb",
                "127.0.0.1",
                "http://127.0.0.1:8888",
            ),
            ("http://[::1]:8888/cb", "[::1]", "http:"),
            ("com.example.app:/cb", "com.example.app", "com.example.app:"),
            ("myapp://cb", "myapp", "myapp:"),
            ("not a uri", "", ""),
        ] {
            assert_eq!(host_label(uri), label, "{uri}");
            assert_eq!(csp_source(uri), source, "{uri}");
        }
    }

    proptest! {
        #[test]
        fn what_is_registered_matches_itself_and_nothing_longer(
            uri in "https?://[a-z0-9.]{1,12}(:[0-9]{1,4})?(/[a-zA-Z0-9%._-]{0,8}){0,3}(\\?[a-z=&]{0,8})?",
            more in "[ -~]{1,8}",
        ) {
            prop_assert!(matches(&uri, &uri));
            let longer = format!("{uri}{more}");
            // A longer port is another port; of a loopback address that is no difference.
            if loopback(&uri).is_none() || loopback(&longer) != loopback(&uri) {
                prop_assert!(!matches(&uri, &longer));
            }
        }

        #[test]
        fn a_loopback_address_matches_on_every_port(
            host in prop::sample::select(vec!["127.0.0.1", "[::1]", "localhost"]),
            registered: u16,
            presented: u16,
            path in "(/[a-z]{0,8}){0,3}",
        ) {
            let registered = format!("http://{host}:{registered}{path}");
            let presented = format!("http://{host}:{presented}{path}");
            prop_assert!(matches(&registered, &presented));
            let elsewhere = format!("{presented}x");
            prop_assert!(!matches(&registered, &elsewhere));
        }

        #[test]
        fn whatever_is_presented_a_match_leads_to_the_same_host(presented in "http://localhost[ -~]{0,24}") {
            if matches("http://localhost/cb", &presented) {
                let url = Url::parse(&presented).unwrap();
                prop_assert_eq!(url.host_str(), Some("localhost"));
                prop_assert_eq!(url.path(), "/cb");
            }
        }

        #[test]
        fn a_registered_uri_is_safe_to_put_into_a_policy(uri in "(https|http|[a-z.+-]{1,8})://?[!-~]{1,32}") {
            if validate(&uri, ADMIN).is_ok() {
                let source = csp_source(&uri);
                prop_assert!(!source.is_empty());
                prop_assert!(
                    source.bytes().all(|b| b.is_ascii_alphanumeric() || b":/.-_+".contains(&b)),
                    "{}", source
                );
                prop_assert!(!host_label(&uri).is_empty());
            }
        }

        #[test]
        fn no_text_breaks_it(text in ".{0,64}") {
            let _ = validate(&text, ANYBODY);
            let _ = (csp_source(&text), host_label(&text), matches(&text, &text));
        }
    }
}
