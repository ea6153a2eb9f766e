//! What people do with their own account.
/// Throttling.
pub mod throttle { /** Slows down guessing. */ pub struct Throttle; }
