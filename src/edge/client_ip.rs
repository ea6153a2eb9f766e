//! Whose address a request comes from, behind any number of proxies.
//!
//! Each proxy appends the address that it saw. Only what a trusted proxy appended
//! is true, so the list is read from its end, as long as its entries are trusted
//! proxies themselves; the first that is not one is the client.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, header::FORWARDED};
use ipnet::IpNet;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The client's address: `peer`, the other end of the connection, unless that is
/// a trusted proxy that says for whom it asks (`X-Forwarded-For`, or `Forwarded`
/// of RFC 7239).
#[must_use]
pub fn resolve(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let peer = peer.to_canonical();
    if !is_trusted(peer, trusted) {
        return peer;
    }
    let by_x_forwarded_for = headers.contains_key(X_FORWARDED_FOR).then(|| {
        walk(
            peer,
            lines(headers, &X_FORWARDED_FOR)
                .flat_map(|line| line.rsplit(','))
                .map(address),
            trusted,
        )
    });
    let by_forwarded = headers.contains_key(FORWARDED).then(|| {
        walk(
            peer,
            lines(headers, &FORWARDED).flat_map(forwarded_for),
            trusted,
        )
    });
    match (by_x_forwarded_for, by_forwarded) {
        // A proxy sets one of them and lets a client's other one through. Which
        // is which can't be told, so neither is believed.
        (Some(one), Some(other)) if one != other => peer,
        (Some(client), _) | (None, Some(client)) => client,
        (None, None) => peer,
    }
}

/// Whether `address` is a trusted proxy's.
#[must_use]
pub fn is_trusted(address: IpAddr, trusted: &[IpNet]) -> bool {
    let address = address.to_canonical();
    trusted.iter().any(|range| range.contains(&address))
}

/// Follows the hops, nearest first. What is no address ends the way: behind it
/// nobody vouches for anything.
fn walk(peer: IpAddr, hops: impl Iterator<Item = Option<IpAddr>>, trusted: &[IpNet]) -> IpAddr {
    let mut nearest = peer;
    for hop in hops {
        let Some(hop) = hop else { break };
        nearest = hop;
        if !is_trusted(hop, trusted) {
            break;
        }
    }
    nearest
}

/// The header's lines, last first. A line that is no text can't be followed.
fn lines<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let lines: Vec<&str> = headers
        .get_all(name)
        .iter()
        .map(|value| value.to_str().unwrap_or("?"))
        .collect();
    lines.into_iter().rev()
}

/// The `for` of each element of a `Forwarded` line, last first (RFC 7239 section 4).
fn forwarded_for(line: &str) -> Vec<Option<IpAddr>> {
    let element = |element: &str| {
        let pairs = split_unquoted(element, ';').into_iter();
        let mut pairs = pairs.filter_map(|pair| pair.trim().split_once('='));
        let (_, node) = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))?;
        address(node.trim().trim_matches('"'))
    };
    split_unquoted(line, ',')
        .into_iter()
        .rev()
        .map(element)
        .collect()
}

fn split_unquoted(text: &str, separator: char) -> Vec<&str> {
    let mut quoted = false;
    text.split(|c: char| {
        quoted ^= c == '"';
        c == separator && !quoted
    })
    .collect()
}

/// An address, with or without a port: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`,
/// `[2001:db8::1]` or `[2001:db8::1]:80`.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.parse().ok();
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    bare.or_else(bracketed)
        .or_else(with_port)
        .map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRUSTED: &str = "10.0.0.0/8 fd00::/8";

    fn client(peer: &str, headers: &[(&str, &str)]) -> String {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
        }
        let trusted: Vec<IpNet> = TRUSTED
            .split(' ')
            .map(|range| range.parse().unwrap())
            .collect();
        resolve(peer.parse().unwrap(), &map, &trusted).to_string()
    }

    fn by_xff(peer: &str, value: &str) -> String {
        client(peer, &[("x-forwarded-for", value)])
    }

    #[test]
    fn without_a_trusted_proxy_headers_mean_nothing() {
        assert_eq!(by_xff("203.0.113.9", "198.51.100.1"), "203.0.113.9");
        assert_eq!(
            client("203.0.113.9", &[("forwarded", "for=198.51.100.1")]),
            "203.0.113.9"
        );
    }

    #[test]
    fn the_right_most_untrusted_address_is_the_client() {
        assert_eq!(by_xff("10.0.0.1", "198.51.100.1"), "198.51.100.1");
        assert_eq!(
            by_xff("10.0.0.1", "6.6.6.6, 198.51.100.1, 10.0.0.2"),
            "198.51.100.1"
        );
        assert_eq!(by_xff("10.0.0.1", "10.9.9.9"), "10.9.9.9");
        assert_eq!(by_xff("fd00::1", "2001:db8::7"), "2001:db8::7");
        assert_eq!(
            by_xff("::ffff:10.0.0.1", "::ffff:198.51.100.1"),
            "198.51.100.1"
        );
        assert_eq!(by_xff("10.0.0.1", "198.51.100.1:4711"), "198.51.100.1");
        assert_eq!(by_xff("10.0.0.1", "[2001:db8::7]:4711"), "2001:db8::7");
    }

    #[test]
    fn several_lines_are_one_list() {
        let headers = [
            ("x-forwarded-for", "6.6.6.6"),
            ("x-forwarded-for", "198.51.100.1, 10.0.0.2"),
        ];
        assert_eq!(client("10.0.0.1", &headers), "198.51.100.1");
        let headers = [
            ("forwarded", "for=6.6.6.6"),
            ("forwarded", "for=198.51.100.1"),
        ];
        assert_eq!(client("10.0.0.1", &headers), "198.51.100.1");
    }

    #[test]
    fn garbage_ends_the_way() {
        for garbage in [
            "",
            "unknown",
            "6.6.6.6.6",
            "a, b",
            "6.6.6.6, ,",
            "\"6.6.6.6\"",
            "[::1",
            "127.1",
            "6.6.6.6;",
        ] {
            assert_eq!(by_xff("10.0.0.1", garbage), "10.0.0.1", "{garbage:?}");
        }
        assert_eq!(
            by_xff("10.0.0.1", "6.6.6.6, nonsense, 10.0.0.2"),
            "10.0.0.2"
        );
    }

    #[test]
    fn forwarded_is_read_as_the_rfc_says() {
        let by = |value: &str| client("10.0.0.1", &[("forwarded", value)]);
        assert_eq!(
            by("for=198.51.100.1;proto=https;by=10.0.0.1"),
            "198.51.100.1"
        );
        assert_eq!(by("For=\"[2001:db8:cafe::17]:4711\""), "2001:db8:cafe::17");
        assert_eq!(
            by("for=6.6.6.6, for=198.51.100.1;host=\"a,b;for=7.7.7.7\", for=10.0.0.2"),
            "198.51.100.1"
        );
        assert_eq!(by("for=_hidden"), "10.0.0.1");
        assert_eq!(by("proto=https"), "10.0.0.1");
    }

    #[test]
    fn two_headers_that_disagree_are_both_refused() {
        let headers = [
            ("x-forwarded-for", "198.51.100.1"),
            ("forwarded", "for=6.6.6.6"),
        ];
        assert_eq!(client("10.0.0.1", &headers), "10.0.0.1");
        let headers = [
            ("x-forwarded-for", "198.51.100.1"),
            ("forwarded", "for=198.51.100.1"),
        ];
        assert_eq!(client("10.0.0.1", &headers), "198.51.100.1");
    }

    proptest::proptest! {
        /// Whatever a client writes before what the proxy appends changes nothing.
        #[test]
        fn a_client_can_not_choose_its_address(lie in "[ -~]{0,40}") {
            proptest::prop_assert_eq!(by_xff("10.0.0.1", &format!("{lie},198.51.100.1")), "198.51.100.1");
        }

        #[test]
        fn forwarded_never_panics(value in "[ -~]{0,60}") {
            client("10.0.0.1", &[("forwarded", &value)]);
        }
    }
}
