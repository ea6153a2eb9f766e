//! The program's log: structured lines on standard error.

use std::{io::IsTerminal, panic};

use tracing::{error, warn};
use tracing_subscriber::{EnvFilter, fmt};

use crate::config::{Log, LogFormat};

/// Starts the log, with the warnings of the configuration as its first lines.
/// Later calls change nothing.
pub fn start(log: &Log, warnings: &[String]) {
    let filter = EnvFilter::try_new(&log.filter).unwrap_or_default();
    let builder = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // The second of two in one process keeps the first: tests start it often.
    let _ = match log.format {
        LogFormat::Json => builder
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .try_init(),
        LogFormat::Text => builder
            .with_ansi(std::io::stderr().is_terminal())
            .try_init(),
    };
    log_panics();
    for warning in warnings {
        warn!("{warning}");
    }
}

/// Panics become lines of the log, within the span of their request.
fn log_panics() {
    panic::set_hook(Box::new(|panic| {
        let location = panic.location().map(ToString::to_string);
        let message = panic.payload_as_str().unwrap_or_default();
        error!(location, message, "panicked");
    }));
}
