//! The audit trail.

use std::time::Duration;

use core_service::config::Audit;

use super::reader::Reader;

/// Entries that may wait: fewer would be dropped at the first hiccup, more would not
/// be written before an orderly end has to be over.
const BUFFER_SIZES: std::ops::RangeInclusive<usize> = 256..=1_000_000;

/// Looking for what is old costs a little each time.
const SHORTEST_CLEANUP_INTERVAL: Duration = Duration::from_secs(1);

/// Reads what is kept of events, and for how long.
pub fn read(reader: &mut Reader<'_>) -> Audit {
    let default = Audit::default();
    let enabled = reader.flag("ENABLE_AUDIT_LOGGING", default.enabled);
    if !enabled {
        reader.warn(
            "ENABLE_AUDIT_LOGGING is off: events go to the log only, and nobody can look them up",
        );
    }
    Audit {
        enabled,
        retention: reader.positive_duration("AUDIT_LOG_RETENTION", default.retention),
        cleanup_interval: reader.duration_from(
            "AUDIT_LOG_CLEANUP_INTERVAL",
            default.cleanup_interval,
            SHORTEST_CLEANUP_INTERVAL,
        ),
        buffer_size: reader.integer("AUDIT_LOG_BUFFER_SIZE", default.buffer_size, BUFFER_SIZES),
        shutdown_timeout: reader.duration("AUDIT_SHUTDOWN_TIMEOUT", default.shutdown_timeout),
    }
}
