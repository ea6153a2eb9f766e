//! The edge: everything between the network and the endpoints.
//!
//! [`pass`] is the one ordered list of what a request goes through. Its steps make
//! [`Failure`]s, and only [`failure`] turns those into responses.
//!
//! The list is one layer of the router and not a layer a step: each layer would box
//! its future, and copy all the layers within it, for each request.

mod access_log;
mod body;
mod client_ip;
mod context;
mod failure;
mod limits;
mod overload;
mod refusals;
mod request_id;
mod security_headers;
#[cfg(test)]
mod tests;

use std::{net::SocketAddr, panic::AssertUnwindSafe, sync::Arc};

use authgate_proto::vocabulary;
use axum::{
    Router,
    extract::{ConnectInfo, Request, State},
    middleware::{Next, from_fn_with_state},
    response::Response,
};
use core_service::Clock;
use futures_util::FutureExt;
use tonic::{service::Routes, transport::server::TcpConnectInfo};
use tower::ServiceExt;
use tracing::Instrument;

use self::{
    access_log::Entry, body::is_grpc, context::Origin, failure::Renderer, overload::Bounds,
    security_headers::SecurityHeaders,
};
pub use self::{
    failure::{ErrorPage, Failure},
    limits::Limits,
    overload::TooManyConnections,
    refusals::Refusals,
};
use crate::config::Server;

/// What the steps share.
#[derive(Clone)]
pub struct Edge {
    origin: Origin,
    limits: Arc<Limits>,
    refusals: Arc<Refusals>,
    bounds: Bounds,
    failures: Renderer,
    security_headers: SecurityHeaders,
    /// The core's services, when it runs in this process.
    grpc: Option<Router>,
}

impl Edge {
    /// The edge of a server with these settings; `error_page` renders what people see.
    #[must_use]
    pub fn new(server: &Server, clock: Clock, error_page: ErrorPage) -> Self {
        let https = server.base_url.https();
        let base_path = server.base_url.path();
        Self {
            origin: Origin {
                trusted_proxies: server.trusted_proxies.clone().into(),
                session_cookie: vocabulary::session_cookie_name(https),
            },
            limits: Arc::new(Limits::new(&server.limits, base_path, clock)),
            refusals: Arc::default(),
            bounds: Bounds::default(),
            failures: Renderer {
                base_path: base_path.into(),
                page: error_page,
            },
            security_headers: SecurityHeaders::new(https),
            grpc: None,
        }
    }

    /// The rate limits, which forget idle addresses when they are told to.
    #[must_use]
    pub fn limits(&self) -> Arc<Limits> {
        Arc::clone(&self.limits)
    }

    /// What the limits refused, for the audit trail.
    #[must_use]
    pub fn refusals(&self) -> Arc<Refusals> {
        Arc::clone(&self.refusals)
    }

    /// Puts the edge around `routes`; gRPC calls go to `grpc` where there is one.
    pub fn wrap(&self, routes: Router, grpc: Option<Routes>) -> Router {
        let edge = Self {
            grpc: grpc.map(|grpc| grpc.prepare().into_axum_router()),
            ..self.clone()
        };
        routes.layer(from_fn_with_state(Arc::new(edge), pass))
    }

    /// The answer, for a request that may be worked on.
    async fn work(&self, request: Request, next: Next) -> Result<Response, Failure> {
        // More requests than can be served are refused at once, instead of all becoming slow.
        self.bounds.have_room_for(&request)?;
        // The body comes before a slot is taken: who sends slowly keeps nobody out.
        // Memory is bounded, whatever an endpoint forgets.
        let (request, _memory) = self.bounds.receive(request).await?;
        let _slot = self.bounds.take_slot(&request)?;
        // A request that hangs gives its slot back.
        self.bounds.in_time(self.answer(request, next)).await
    }

    /// Hands gRPC calls to the core's services and everything else to the endpoints.
    async fn answer(&self, request: Request, next: Next) -> Response {
        let Some(grpc) = self.grpc.as_ref().filter(|_| is_grpc(&request)) else {
            return next.run(request).await;
        };
        let answered = grpc.clone().oneshot(request).await;
        answered.unwrap_or_else(|never| match never {})
    }
}

/// The core's services for AuthGate's other processes, with the bounds of the edge
/// around them. What else stands there is done where the request came in.
pub fn around_peers(routes: Routes) -> Router {
    let services = routes.prepare().into_axum_router();
    services.layer(from_fn_with_state(Bounds::default(), pass_peer))
}

/// All that a call of a peer goes through, in the order of [`Edge::work`].
async fn pass_peer(State(bounds): State<Bounds>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    if let Some(ConnectInfo(address)) = peer.copied() {
        request.extensions_mut().insert(connection(address));
    }
    let answered = async {
        bounds.have_room_for(&request)?;
        let (request, _memory) = bounds.receive(request).await?;
        let _slot = bounds.take_slot(&request)?;
        bounds.in_time(next.run(request)).await
    };
    answered.await.unwrap_or_else(Failure::to_grpc)
}

/// Says in tonic's terms who is at the other end.
const fn connection(remote: SocketAddr) -> TcpConnectInfo {
    TcpConnectInfo {
        local_addr: None,
        remote_addr: Some(remote),
    }
}

/// All that a request goes through, in order, and its response on the way back.
async fn pass(State(edge): State<Arc<Edge>>, mut request: Request, next: Next) -> Response {
    // Says who asks: every step and every handler relies on it.
    let caller = edge.origin.establish(&mut request);
    // Sees the final status and the whole time.
    let entry = Entry::begin(&request, &caller);
    let audience = edge.failures.audience(&request);
    // An address that asks too often costs nothing behind this point.
    let standing = edge.limits.standing(&request, caller.client_ip);
    let answered = match standing.refusal() {
        Some(refusal) => {
            let context = request.extensions().get();
            edge.refusals
                .note(limits::bucket(caller.client_ip), standing.limit(), context);
            Err(refusal)
        }
        // A fault in one request ends that request only. The panic hook has logged it.
        None => AssertUnwindSafe(edge.work(request, next))
            .catch_unwind()
            .instrument(entry.span())
            .await
            .unwrap_or(Err(Failure::Internal)),
    };
    // Whatever failed is said in the caller's language: a page, JSON or a gRPC status.
    let mut response = edge.failures.render(answered, audience, &caller);
    let headers = response.headers_mut();
    // Each response carries these, the failures of the edge included.
    standing.show(headers);
    edge.security_headers.set(headers);
    headers.insert(request_id::HEADER, caller.request_id);
    entry.end(response.status());
    response
}
