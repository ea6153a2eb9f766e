//! Browser sessions.

use std::time::Duration;

use core_service::config::Sessions;

use super::reader::Reader;

/// A month: what the predecessor allowed at most.
const LONGEST: u64 = 2_592_000;

/// Reads the sessions' variables; ages are whole seconds.
pub fn read(reader: &mut Reader<'_>) -> Sessions {
    let remembered = reader.seconds(
        "SESSION_REMEMBER_ME_MAX_AGE",
        Duration::from_secs(LONGEST),
        1..=LONGEST,
    );
    Sessions {
        max_age: reader.seconds("SESSION_MAX_AGE", Duration::from_secs(3600), 60..=LONGEST),
        idle_timeout: reader.seconds(
            "SESSION_IDLE_TIMEOUT",
            Duration::from_secs(1800),
            0..=LONGEST,
        ),
        fingerprint: reader.flag("SESSION_FINGERPRINT", true),
        fingerprint_ip: reader.flag("SESSION_FINGERPRINT_IP", false),
        remember_me: reader
            .flag("SESSION_REMEMBER_ME_ENABLED", true)
            .then_some(remembered),
    }
}
