//! One line per request: what was asked and what became of it.

use authgate_proto::v1::RequestContext;
use axum::{
    extract::{MatchedPath, Request},
    http::StatusCode,
};
use tokio::time::Instant;
use tracing::{Span, debug, error, info, info_span};

use super::context::Caller;

/// A request's line, until it is answered.
pub struct Entry {
    span: Span,
    started: Instant,
    /// Orchestrators ask so often that nobody wants to read of it.
    is_probe: bool,
}

impl Entry {
    /// Begins the line and the span that carries the request's id. The route stands
    /// for the path: queries carry codes, and a path without a route is anybody's text.
    pub fn begin(request: &Request, caller: &Caller) -> Self {
        let extensions = request.extensions();
        let route = extensions
            .get::<MatchedPath>()
            .map_or("-", MatchedPath::as_str);
        let context = extensions.get::<RequestContext>();
        let span = info_span!(
            "request",
            request_id = %caller.request_id.to_str().unwrap_or_default(),
            method = %request.method(),
            route,
            client_ip = context.map(|context| display(&context.client_ip)),
        );
        Self {
            span,
            started: Instant::now(),
            is_probe: route.contains("/health"),
        }
    }

    /// The span of all that is done for the request.
    pub fn span(&self) -> Span {
        self.span.clone()
    }

    /// Writes the line.
    pub fn end(self, status: StatusCode) {
        let latency_us = u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let status = status.as_u16();
        let parent = &self.span;
        match status {
            _ if self.is_probe => debug!(parent: parent, status, latency_us, "answered"),
            500.. => error!(parent: parent, status, latency_us, "answered"),
            _ => info!(parent: parent, status, latency_us, "answered"),
        }
    }
}
