//! The edge: everything between the network and the endpoints, in one ordered list.
//!
//! [`Edge::wrap`] holds the list. The layers produce [`Failure`]s and only
//! [`failure`] turns them into responses.

mod access_log;
mod client_ip;
mod context;
mod failure;
mod limits;
mod overload;
mod request_id;
mod security_headers;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use authgate_proto::vocabulary;
use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
};
use core_service::Clock;
use ipnet::IpNet;
use tower_http::catch_panic::CatchPanicLayer;

pub use self::{
    context::ClientIp,
    failure::{ErrorPage, Failure},
    limits::Limits,
    overload::is_grpc,
};
use self::{context::Origin, overload::Bounds, security_headers::SecurityHeaders};
use crate::config::Server;

/// What the layers share.
#[derive(Clone)]
pub struct Edge {
    trusted_proxies: Arc<[IpNet]>,
    session_cookie: &'static str,
    base_path: String,
    https: bool,
    limits: Arc<Limits>,
    bounds: Bounds,
    error_page: ErrorPage,
}

impl Edge {
    /// The edge of a server with these settings; `error_page` renders what people see.
    #[must_use]
    pub fn new(server: &Server, clock: Clock, error_page: ErrorPage) -> Self {
        let https = server.base_url.https();
        Self {
            trusted_proxies: server.trusted_proxies.clone().into(),
            session_cookie: vocabulary::session_cookie_name(https),
            base_path: server.base_url.path().to_owned(),
            https,
            limits: Arc::new(Limits::new(&server.limits, server.base_url.path(), clock)),
            bounds: Bounds::default(),
            error_page,
        }
    }

    /// The rate limits, which forget idle addresses when they are told to.
    #[must_use]
    pub fn limits(&self) -> Arc<Limits> {
        Arc::clone(&self.limits)
    }

    /// Puts the edge around `routes`. The last layer added is the outermost one,
    /// so a request meets this list from its end to its start.
    pub fn wrap(&self, routes: Router) -> Router {
        routes
            // Memory per request is bounded, whatever an endpoint forgets.
            .layer(from_fn(overload::limit_body))
            // An address that asks too often costs nothing behind this point.
            .layer(from_fn_with_state(self.limits(), limits::limit))
            // A request that hangs gives its slot back.
            .layer(from_fn_with_state(
                self.bounds.clone(),
                overload::limit_time,
            ))
            // More requests than can be served are refused at once, instead of all becoming slow.
            .layer(from_fn_with_state(self.bounds.clone(), overload::shed))
            // A fault in one request ends that request only.
            .layer(CatchPanicLayer::custom(failure::panicked))
            // Whatever failed below is said in the caller's language: a page or JSON.
            .layer(from_fn_with_state(self.failure_renderer(), failure::render))
            // Each response carries them, the failures of the edge included.
            .layer(from_fn_with_state(
                SecurityHeaders::new(self.https),
                security_headers::set,
            ))
            // Sees the final status and the whole time.
            .layer(from_fn(access_log::log))
            // Says who asks: every layer inside and every handler relies on it.
            .layer(from_fn_with_state(self.origin(), context::establish))
    }

    fn origin(&self) -> Origin {
        Origin {
            trusted_proxies: Arc::clone(&self.trusted_proxies),
            session_cookie: self.session_cookie,
        }
    }

    fn failure_renderer(&self) -> failure::Renderer {
        failure::Renderer {
            base_path: self.base_path.as_str().into(),
            page: Arc::clone(&self.error_page),
        }
    }
}
