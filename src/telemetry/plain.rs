//! The usual text format of `tracing_subscriber`, which pays for colours even where there are
//! none: a line of the log comes with every request.

use std::fmt;

use tracing::{Event, Subscriber, field::Field};
use tracing_log::NormalizeEvent;
use tracing_subscriber::{
    fmt::{
        FmtContext, FormatEvent, FormatFields, FormattedFields,
        format::Writer,
        time::{FormatTime, SystemTime},
    },
    registry::{LookupSpan, Scope},
};

/// Time, level, the spans with their fields, where it comes from, and what it says.
pub(super) struct Line;

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'s> LookupSpan<'s>,
    N: for<'w> FormatFields<'w> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut line: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        // What came by the crate `log` has a place of its own.
        let normalized = event.normalized_metadata();
        let metadata = normalized.as_ref().unwrap_or_else(|| event.metadata());
        SystemTime.format_time(&mut line)?;
        write!(line, " {:>5} ", metadata.level())?;
        let mut in_span = false;
        for span in context.event_scope().into_iter().flat_map(Scope::from_root) {
            line.write_str(span.name())?;
            if let Some(fields) = span.extensions().get::<FormattedFields<N>>()
                && !fields.is_empty()
            {
                line.write_char('{')?;
                line.write_str(fields)?;
                line.write_char('}')?;
            }
            line.write_char(':')?;
            in_span = true;
        }
        if in_span {
            line.write_char(' ')?;
        }
        line.write_str(metadata.target())?;
        line.write_str(": ")?;
        context.format_fields(line.by_ref(), event)?;
        line.write_char('\n')
    }
}

/// Writes a field.
pub(super) fn field(writer: &mut Writer<'_>, field: &Field, value: &dyn fmt::Debug) -> fmt::Result {
    match field.name() {
        "message" => write!(writer, "{value:?}"),
        name => {
            writer.write_str(name)?;
            write!(writer, "={value:?}")
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use tracing::{info, info_span, subscriber::with_default, warn};
    use tracing_subscriber::{field::MakeExt, fmt, fmt::format};

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Lines {
        /// The lines without their times.
        fn taken(&self) -> Vec<String> {
            let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
            let without_time = |line: &str| line.split_once("Z ").unwrap().1.to_owned();
            text.lines().map(without_time).collect()
        }
    }

    fn say_something() {
        info!(answer = 42, name = "a \"b\"\n", plain = %"as it is", "said");
        let _outer = info_span!("outer", id = 1).entered();
        let inner = info_span!(parent: None, "inner");
        warn!("within");
        info!(parent: &inner, "elsewhere");
    }

    #[test]
    fn a_line_is_the_usual_one() {
        let (usual, ours) = (Lines::default(), Lines::default());
        let (to_usual, to_ours) = (usual.clone(), ours.clone());
        let subscriber = fmt()
            .with_ansi(false)
            .with_writer(move || to_usual.clone())
            .finish();
        with_default(subscriber, say_something);
        let subscriber = fmt()
            .with_ansi(false)
            .with_writer(move || to_ours.clone())
            .fmt_fields(format::debug_fn(field).delimited(" "))
            .event_format(Line)
            .finish();
        with_default(subscriber, say_something);
        assert_eq!(ours.taken(), usual.taken());
        assert_eq!(
            ours.taken()[1],
            " WARN outer{id=1}: authgate::telemetry::plain::tests: within"
        );
    }
}
