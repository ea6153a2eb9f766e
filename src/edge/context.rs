//! Says who asks: the request context for every handler.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use authgate_proto::v1::RequestContext;
use axum::{
    extract::{ConnectInfo, Request},
    http::{
        HeaderMap, HeaderValue,
        header::{COOKIE, USER_AGENT},
    },
};
use ipnet::IpNet;

use super::{client_ip, request_id};

/// Characters of a user agent that are kept, as many as the audit trail takes.
const LONGEST_USER_AGENT: usize = 500;
/// Bytes of a path that are kept.
const LONGEST_PATH: usize = 512;
/// Headers in which the parts of AuthGate talk to one another: never believed from outside.
const INTERNAL_HEADERS: &str = "authgate-";

/// How the origin of a request is found out.
#[derive(Clone)]
pub struct Origin {
    /// Whose forwarded headers are believed.
    pub trusted_proxies: Arc<[IpNet]>,
    /// The session cookie's name.
    pub session_cookie: &'static str,
}

/// Who asks, for the steps of the edge.
pub struct Caller {
    /// The client's address.
    pub client_ip: IpAddr,
    /// Names the request in the log, on pages and in the response.
    pub request_id: HeaderValue,
}

impl Origin {
    /// Finds out who asks, and puts it into the request as the [`RequestContext`] of
    /// every handler.
    pub fn establish(&self, request: &mut Request) -> Caller {
        let peer = peer(request);
        let headers = request.headers();
        let client_ip = client_ip::resolve(peer, headers, &self.trusted_proxies);
        let request_id =
            request_id::choose(headers, client_ip::is_trusted(peer, &self.trusted_proxies));
        let context = RequestContext {
            request_id: request_id.to_str().unwrap_or_default().to_owned(),
            client_ip: client_ip.to_string(),
            user_agent: user_agent(headers),
            session_cookie: cookie(headers, self.session_cookie).unwrap_or_default(),
            csrf_token: String::new(),
            method: request.method().to_string(),
            path: path(request.uri().path()),
        };
        remove_internal(request.headers_mut());
        request.extensions_mut().insert(context);
        Caller {
            client_ip,
            request_id,
        }
    }
}

/// The other end of the connection; this machine when there is no connection, as in tests.
fn peer(request: &Request) -> IpAddr {
    let connected = request.extensions().get::<ConnectInfo<SocketAddr>>();
    connected.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |ConnectInfo(address)| {
        address.ip()
    })
}

fn path(path: &str) -> String {
    let end = path.floor_char_boundary(LONGEST_PATH);
    path[..end].to_owned()
}

fn user_agent(headers: &HeaderMap) -> String {
    let bytes = headers
        .get(USER_AGENT)
        .map_or(&[][..], HeaderValue::as_bytes);
    // A character has four bytes at most. What is no UTF-8 must not hide the rest.
    let bytes = &bytes[..bytes.len().min(4 * LONGEST_USER_AGENT)];
    let mut text = String::from_utf8_lossy(bytes).into_owned();
    // Most are short, and are not looked through.
    if text.len() > LONGEST_USER_AGENT
        && let Some((end, _)) = text.char_indices().nth(LONGEST_USER_AGENT)
    {
        text.truncate(end);
    }
    text
}

/// The first cookie of that name: browsers send the one with the longest path first.
fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.trim_matches('"').to_owned())
}

fn remove_internal(headers: &mut HeaderMap) {
    let internal: Vec<_> = headers
        .keys()
        .filter(|name| name.as_str().starts_with(INTERNAL_HEADERS))
        .cloned()
        .collect();
    for name in internal {
        headers.remove(name);
    }
}
