//! Bounds of what requests may cost: at once, in time and in memory.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, HttpBody},
    extract::{MatchedPath, Request, State},
    http::header::CONTENT_TYPE,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http_body_util::Limited;
use tokio::sync::Semaphore;

use super::Failure;

/// Requests under way at once. Each holds some kilobytes; two processors answer
/// far fewer than these within the time limit when they are slow.
const MOST_AT_ONCE: usize = 1024;
/// A request that takes longer is given up.
const LONGEST_TIME: Duration = Duration::from_secs(30);
/// The largest body of an HTTP request; the endpoints have smaller limits of their own.
const LARGEST_BODY: usize = 256 * 1024;
/// The largest gRPC request: a batch of 1,000 tokens.
const LARGEST_MESSAGE: usize = 4 * 1024 * 1024;
/// An orchestrator that asks whether the process lives must not kill it for being busy.
const LIVENESS: &str = "/health/live";

/// What requests may cost.
#[derive(Clone)]
pub struct Bounds {
    /// Places for requests under way.
    slots: Arc<Semaphore>,
    /// A request that takes longer is given up.
    longest_time: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self::new(MOST_AT_ONCE, LONGEST_TIME)
    }
}

impl Bounds {
    /// So many requests at once, each for so long.
    pub fn new(most_at_once: usize, longest_time: Duration) -> Self {
        let slots = Arc::new(Semaphore::new(most_at_once));
        Self {
            slots,
            longest_time,
        }
    }
}

/// Refuses a request at once when all slots are taken.
pub async fn shed(State(bounds): State<Bounds>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>();
    if route.is_some_and(|route| route.as_str().ends_with(LIVENESS)) {
        return next.run(request).await;
    }
    let Ok(_slot) = bounds.slots.try_acquire() else {
        return Failure::Overloaded.into_response();
    };
    next.run(request).await
}

/// Gives a request up that takes too long, its body included.
pub async fn limit_time(State(bounds): State<Bounds>, request: Request, next: Next) -> Response {
    let response = tokio::time::timeout(bounds.longest_time, next.run(request)).await;
    response.unwrap_or_else(|_| Failure::TooSlow.into_response())
}

/// Refuses a body that says it is too large, and cuts one that turns out to be.
pub async fn limit_body(request: Request, next: Next) -> Response {
    let largest = if is_grpc(&request) {
        LARGEST_MESSAGE
    } else {
        LARGEST_BODY
    };
    if request.body().size_hint().lower() > largest as u64 {
        return Failure::BodyTooLarge.into_response();
    }
    let request = request.map(|body| Body::new(Limited::new(body, largest)));
    next.run(request).await
}

/// Whether this is a gRPC call.
pub fn is_grpc(request: &Request) -> bool {
    let content_type = request.headers().get(CONTENT_TYPE);
    content_type.is_some_and(|value| value.as_bytes().starts_with(b"application/grpc"))
}
