//! Requests per minute that one client address has.

use super::reader::Reader;

/// Requests per minute and client address, per endpoint; 0: no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RateLimits {
    /// Sign-in attempts.
    pub login: u32,
    /// Device authorization requests.
    pub device_code: u32,
    /// Token requests.
    pub token: u32,
    /// User codes entered.
    pub device_verify: u32,
    /// Introspections.
    pub introspect: u32,
    /// Dynamic client registrations.
    pub registration: u32,
    /// Authorization requests, each of which is stored.
    pub authorize: u32,
}

/// Reads the limits; all are 0 when ENABLE_RATE_LIMIT says no.
pub fn read(reader: &mut Reader<'_>) -> RateLimits {
    let mut per_minute = |name, default| reader.integer(name, default, 0..=1_000_000);
    let limits = RateLimits {
        login: per_minute("LOGIN_RATE_LIMIT", 5),
        device_code: per_minute("DEVICE_CODE_RATE_LIMIT", 10),
        token: per_minute("TOKEN_RATE_LIMIT", 20),
        device_verify: per_minute("DEVICE_VERIFY_RATE_LIMIT", 10),
        introspect: per_minute("INTROSPECT_RATE_LIMIT", 20),
        registration: per_minute("DYNAMIC_CLIENT_REGISTRATION_RATE_LIMIT", 5),
        authorize: per_minute("AUTHORIZE_RATE_LIMIT", 60),
    };
    if reader.flag("ENABLE_RATE_LIMIT", true) {
        limits
    } else {
        RateLimits::default()
    }
}
