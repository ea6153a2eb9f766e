//! Browser sessions: server-side, so that they can be ended.

use std::time::Duration;

use super::{
    id::{SessionId, UserId},
    secret::TokenHash,
    time::Timestamp,
};

/// A signed-in browser.
#[derive(Clone)]
pub struct Session {
    /// The `sid` of ID tokens.
    pub id: SessionId,
    /// Of the cookie's value.
    pub hash: TokenHash,
    /// Who signed in.
    pub user_id: UserId,
    /// When the person last proved who they are.
    pub auth_time: Timestamp,
    /// How (RFC 8176), space-separated.
    pub amr: String,
    /// Whether the person asked to be remembered.
    pub remembered: bool,
    /// The user agent (and address) it belongs to, hashed; none: to any.
    pub fingerprint: Option<TokenHash>,
    /// Where the sign-in came from.
    pub client_ip: String,
    /// And with what.
    pub user_agent: String,
    /// When it began.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_seen_at: Timestamp,
    /// When it ends in any case.
    pub expires_at: Timestamp,
    /// When it was ended before that.
    pub revoked_at: Option<Timestamp>,
}

impl Session {
    /// Whether the session counts at `now`, given the idle limit (zero: none).
    #[must_use]
    pub fn is_live(&self, now: Timestamp, idle_timeout: Duration) -> bool {
        let idle = !self.remembered
            && !idle_timeout.is_zero()
            && now.since(self.last_seen_at) >= idle_timeout;
        self.revoked_at.is_none() && now < self.expires_at && !idle
    }
}
