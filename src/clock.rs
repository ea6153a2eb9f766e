//! The only clock of the program.

use std::{sync::Arc, time::SystemTime};

use core_service::{Clock, domain::time::Timestamp};

/// The system's time.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "the composition root holds the clock; everybody else is given the time"
)]
pub fn system_clock() -> Clock {
    Arc::new(|| {
        let elapsed = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let milliseconds = elapsed.map_or(0, |elapsed| elapsed.as_millis());
        Timestamp(i64::try_from(milliseconds).unwrap_or(i64::MAX))
    })
}
