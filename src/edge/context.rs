//! Says who asks: the request context for every handler.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use authgate_proto::v1::RequestContext;
use axum::{
    extract::{ConnectInfo, Request, State},
    http::{
        HeaderMap, HeaderValue,
        header::{COOKIE, USER_AGENT},
    },
    middleware::Next,
    response::Response,
};
use ipnet::IpNet;

use super::{client_ip, request_id};

/// Bytes of a user agent that are kept.
const LONGEST_USER_AGENT: usize = 256;
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

/// The client's address, for the layers that need it as one.
#[derive(Debug, Clone, Copy)]
pub struct ClientIp(pub IpAddr);

/// Puts a [`RequestContext`] and the [`ClientIp`] into the request, and the
/// request's id onto the response.
pub async fn establish(State(origin): State<Origin>, mut request: Request, next: Next) -> Response {
    let peer = peer(&request);
    let headers = request.headers();
    let client_ip = client_ip::resolve(peer, headers, &origin.trusted_proxies);
    let request_id = request_id::choose(
        headers,
        client_ip::is_trusted(peer, &origin.trusted_proxies),
    );
    let context = RequestContext {
        request_id: request_id.clone(),
        client_ip: client_ip.to_string(),
        user_agent: user_agent(headers),
        session_cookie: cookie(headers, origin.session_cookie).unwrap_or_default(),
    };
    remove_internal(request.headers_mut());
    request.extensions_mut().insert(ClientIp(client_ip));
    request.extensions_mut().insert(context);
    let mut response = next.run(request).await;
    if let Ok(id) = HeaderValue::try_from(request_id) {
        response.headers_mut().insert(request_id::HEADER, id);
    }
    response
}

/// The other end of the connection; this machine when there is no connection, as in tests.
fn peer(request: &Request) -> IpAddr {
    let connected = request.extensions().get::<ConnectInfo<SocketAddr>>();
    connected.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |ConnectInfo(address)| {
        address.ip()
    })
}

fn user_agent(headers: &HeaderMap) -> String {
    let text = headers
        .get(USER_AGENT)
        .and_then(|value| value.to_str().ok());
    // ASCII only, so that every byte is a character.
    text.unwrap_or_default()
        .chars()
        .take(LONGEST_USER_AGENT)
        .collect()
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
