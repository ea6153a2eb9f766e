//! The request context: the first argument of everything that decides.

use std::sync::Arc;

use crate::domain::{secret::PlainToken, time::Timestamp};

/// Tells the time. Only the gRPC adapters and background work ask it; logic gets `ctx.now`.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// When and from where a request came.
#[derive(Clone)]
pub struct Ctx {
    /// The instant of the request; the same for all that it does.
    pub now: Timestamp,
    /// Names it in every log line.
    pub request_id: String,
    /// Where it came from; empty when a peer did not say.
    pub client_ip: String,
    /// And with what; empty when it did not say.
    pub user_agent: String,
    /// The browser's session cookie, unverified; none when there was none.
    pub session_cookie: Option<PlainToken>,
}
