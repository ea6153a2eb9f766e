//! The audit trail.

use core_service::config::Audit;

use super::reader::Reader;

/// Entries that may wait: fewer would be dropped at the first hiccup, more would not
/// be written before an orderly end has to be over.
const BUFFER_SIZES: std::ops::RangeInclusive<usize> = 256..=1_000_000;

/// Reads what is kept of events, and for how long.
pub fn read(reader: &mut Reader<'_>) -> Audit {
    let default = Audit::default();
    Audit {
        enabled: reader.flag("ENABLE_AUDIT_LOGGING", default.enabled),
        retention: reader.positive_duration("AUDIT_LOG_RETENTION", default.retention),
        cleanup_interval: reader
            .positive_duration("AUDIT_LOG_CLEANUP_INTERVAL", default.cleanup_interval),
        buffer_size: reader.integer("AUDIT_LOG_BUFFER_SIZE", default.buffer_size, BUFFER_SIZES),
        shutdown_timeout: reader.duration("AUDIT_SHUTDOWN_TIMEOUT", default.shutdown_timeout),
    }
}
