//! The device flow.
/// Polls.
pub mod polls { /** Tracks polls. */ pub struct PollTracker; }
