//! One line per request: what was asked and what became of it.

use authgate_proto::v1::RequestContext;
use axum::{
    Extension,
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use tokio::time::Instant;
use tracing::{Instrument, debug, error, info, info_span};

/// Logs the request within a span that carries its id. The route stands for the
/// path: queries carry codes, and a path without a route is anybody's text.
pub async fn log(
    Extension(context): Extension<RequestContext>,
    request: Request,
    next: Next,
) -> Response {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("-", MatchedPath::as_str);
    let is_probe = route.contains("/health");
    let span = info_span!(
        "request",
        request_id = context.request_id,
        method = %request.method(),
        route,
        client_ip = context.client_ip,
    );
    async {
        let started = Instant::now();
        let response = next.run(request).await;
        let status = response.status();
        let latency_us = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        match status.as_u16() {
            500.. if !is_probe => error!(status = status.as_u16(), latency_us, "answered"),
            _ if is_probe => debug!(status = status.as_u16(), latency_us, "answered"),
            _ => info!(status = status.as_u16(), latency_us, "answered"),
        }
        response
    }
    .instrument(span)
    .await
}
