//! The program's log: structured lines on standard error.

mod plain;
mod writer;

use std::{
    io::{self, IsTerminal},
    panic,
};

use tracing::{error, warn};
use tracing_subscriber::{
    EnvFilter,
    field::MakeExt,
    fmt::{fmt as subscriber, format},
};

pub use self::writer::LogGuard;
use self::writer::{Bounds, LogWriter};
use crate::config::{Log, LogFormat};

/// Starts the log, with the warnings of the configuration as its first lines.
/// Later calls change nothing. Dropping the guard writes what still waits.
pub fn start(log: &Log, warnings: &[String]) -> LogGuard {
    let (writer, guard) = LogWriter::start(io::stderr(), Bounds::default(), say_lost);
    let filter = EnvFilter::try_new(&log.filter).unwrap_or_default();
    let builder = subscriber()
        .with_env_filter(filter)
        .with_writer(writer.clone());
    // The second of two in one process keeps the first: tests start it often.
    let _ = match log.format {
        LogFormat::Json => builder
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .try_init(),
        LogFormat::Text if io::stderr().is_terminal() => builder.try_init(),
        LogFormat::Text => builder
            .with_ansi(false)
            .fmt_fields(format::debug_fn(plain::field).delimited(" "))
            .event_format(plain::Line)
            .try_init(),
    };
    log_panics(writer);
    for warning in warnings {
        warn!("{warning}");
    }
    guard
}

/// Panics become lines of the log, within the span of their request.
fn log_panics(writer: LogWriter) {
    panic::set_hook(Box::new(move |panic| {
        let location = panic.location().map(ToString::to_string);
        let message = panic.payload_as_str().unwrap_or_default();
        error!(location, message, "panicked");
        // It may be the last thing that this process does.
        writer.flush();
    }));
}

fn say_lost(lines: u64) {
    warn!(lines, "log lines were lost: who reads the log stood still");
}
