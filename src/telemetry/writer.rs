//! The way of log lines to the log: through memory, by one thread, many lines at once.
//!
//! A line costs its request a copy and no system call. The first line after a pause is
//! written at once, the next ones a few milliseconds later, together. What waits is
//! bounded. When the bound is reached:
//!
//! - a reader that is slow slows the server down, and no line is lost;
//! - a reader that stands still for [`Bounds::patience`] does not stop the server:
//!   lines are dropped until it goes on, and then the log says how many.
//!
//! `tracing-appender` has the choice of losing lines at once or waiting for ever.

use std::{
    io::{self, Write},
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use tracing_subscriber::fmt::MakeWriter;

/// How long lines are gathered while more are coming.
const GATHER: Duration = Duration::from_millis(5);
/// Bytes of one write; after each there is room for as many.
const CHUNK: usize = 64 * 1024;
/// How long an end, or a panic, waits for the log.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(2);

/// What may wait, and how long.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Bytes that may wait to be written.
    pub capacity: usize,
    /// How long the server stands still for a reader that does.
    pub patience: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            capacity: 8 * 1024 * 1024,
            patience: Duration::from_secs(1),
        }
    }
}

/// Takes lines. Cheap to clone.
#[derive(Clone)]
pub struct LogWriter(Arc<Shared>);

/// Writes what still waits when it is dropped, unless the reader stands still.
#[must_use = "the log ends with it"]
pub struct LogGuard(Arc<Shared>);

struct Shared {
    bounds: Bounds,
    state: Mutex<State>,
    /// There is something to write, or nothing will come any more.
    work: Condvar,
    /// Something was written.
    progress: Condvar,
}

#[derive(Default)]
struct State {
    /// Lines that wait.
    lines: Vec<u8>,
    /// Bytes that are being written.
    in_flight: usize,
    /// Bytes that were taken and written so far.
    taken: u64,
    written: u64,
    /// The reader stands still; lines are dropped.
    stalled: bool,
    /// Lines that were dropped, and that nobody was told of.
    lost: u64,
    /// The thread waits for lines.
    idle: bool,
    closed: bool,
}

impl LogWriter {
    /// Starts to write to `log`; `say_lost` is told how many lines were dropped, once
    /// lines can be written again.
    pub fn start(
        log: impl Write + Send + 'static,
        bounds: Bounds,
        say_lost: impl Fn(u64) + Send + 'static,
    ) -> (Self, LogGuard) {
        let shared = Arc::new(Shared {
            bounds,
            state: Mutex::default(),
            work: Condvar::new(),
            progress: Condvar::new(),
        });
        let thread = Arc::clone(&shared);
        let started = thread::Builder::new()
            .name("log".to_owned())
            .spawn(move || thread.write_all(log, say_lost));
        // Without a thread there is no log; there won't be a server either.
        shared.lock().closed = started.is_err();
        (Self(Arc::clone(&shared)), LogGuard(shared))
    }

    /// Waits until the lines so far are written, if that goes on.
    pub fn flush(&self) {
        self.0.flush();
    }
}

impl Drop for LogGuard {
    fn drop(&mut self) {
        self.0.lock().closed = true;
        self.0.work.notify_one();
        self.0.flush();
    }
}

impl<'a> MakeWriter<'a> for LogWriter {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Each call is one line, or several whole ones.
impl Write for LogWriter {
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        self.0.take(lines);
        Ok(lines.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, lines: &[u8]) {
        let mut state = self.lock();
        if !self.has_room(&state, lines) {
            state = self.wait_for_room(state, lines);
        }
        if state.stalled || state.closed {
            state.lost += 1;
            return;
        }
        state.lines.extend_from_slice(lines);
        state.taken += lines.len() as u64;
        if mem::take(&mut state.idle) {
            self.work.notify_one();
        }
    }

    fn has_room(&self, state: &State, lines: &[u8]) -> bool {
        let waiting = state.lines.len() + state.in_flight;
        waiting == 0 || waiting + lines.len() <= self.bounds.capacity
    }

    /// Waits while the reader reads, however slowly.
    fn wait_for_room<'a>(
        &'a self,
        mut state: MutexGuard<'a, State>,
        lines: &[u8],
    ) -> MutexGuard<'a, State> {
        while !self.has_room(&state, lines) && !state.stalled && !state.closed {
            let before = state.written;
            let (waited, timeout) = self
                .progress
                .wait_timeout(state, self.bounds.patience)
                .unwrap_or_else(PoisonError::into_inner);
            state = waited;
            if timeout.timed_out() && state.written == before {
                state.stalled = true;
                self.progress.notify_all();
            }
        }
        state
    }

    fn flush(&self) {
        let state = self.lock();
        let target = state.taken;
        // Whether it was written or took too long, nothing more can be done.
        let _ = self
            .progress
            .wait_timeout_while(state, FLUSH_TIMEOUT, |state| state.written < target);
    }

    /// The thread: writes until there is nothing left and nothing will come.
    fn write_all(&self, mut log: impl Write, say_lost: impl Fn(u64)) {
        let mut batch = Vec::new();
        while self.next(&mut batch) {
            for chunk in batch.chunks(CHUNK) {
                // A log that is gone can't be told of.
                let _ = log.write_all(chunk);
                let _ = log.flush();
                if let Some(lost) = self.wrote(chunk.len()) {
                    say_lost(lost);
                }
            }
            // A burst's memory is not kept.
            batch.clear();
            batch.shrink_to(2 * CHUNK);
            thread::sleep(GATHER);
        }
    }

    /// Waits for lines and puts them into `batch`; false at the end.
    fn next(&self, batch: &mut Vec<u8>) -> bool {
        let mut state = self.lock();
        while state.lines.is_empty() && !state.closed {
            state.idle = true;
            state = self
                .work
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        state.idle = false;
        mem::swap(&mut state.lines, batch);
        state.in_flight = batch.len();
        !batch.is_empty()
    }

    /// Notes what was written; how many lines were dropped before, if any were.
    fn wrote(&self, bytes: usize) -> Option<u64> {
        let mut state = self.lock();
        state.in_flight -= bytes;
        state.written += bytes as u64;
        state.stalled = false;
        self.progress.notify_all();
        Some(mem::take(&mut state.lost)).filter(|lost| *lost > 0)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// A log whose reader takes one write for each message.
    struct Slow {
        go_on: mpsc::Receiver<()>,
        read: Arc<Mutex<Vec<u8>>>,
    }

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            // Nobody there any more: everything passes.
            let _ = self.go_on.recv();
            self.read.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn slow(
        capacity: usize,
        patience: Duration,
    ) -> (
        LogWriter,
        LogGuard,
        mpsc::Sender<()>,
        Arc<Mutex<Vec<u8>>>,
        mpsc::Receiver<u64>,
    ) {
        let (reader, go_on) = mpsc::channel();
        let (lost, told) = mpsc::channel();
        let read = Arc::default();
        let log = Slow {
            go_on,
            read: Arc::clone(&read),
        };
        let bounds = Bounds { capacity, patience };
        let (writer, guard) = LogWriter::start(log, bounds, move |lines| {
            lost.send(lines).unwrap();
        });
        (writer, guard, reader, read, told)
    }

    #[test]
    fn an_orderly_end_loses_nothing_and_keeps_the_order() {
        let (mut writer, guard, reader, read, _) = slow(1 << 20, Duration::from_secs(9));
        let lines: Vec<String> = (0..5000).map(|line| format!("line {line}\n")).collect();
        drop(reader);
        for line in &lines {
            writer.write_all(line.as_bytes()).unwrap();
        }
        drop(guard);
        assert_eq!(*read.lock().unwrap(), lines.concat().into_bytes());
    }

    #[test]
    fn a_slow_reader_slows_down_and_loses_nothing() {
        let (mut writer, guard, reader, read, told) = slow(100, Duration::from_secs(9));
        let reading = thread::spawn(move || {
            for _ in 0..50 {
                thread::sleep(Duration::from_millis(1));
                reader.send(()).unwrap();
            }
        });
        for _ in 0..50 {
            writer.write_all(&[b'a'; 40]).unwrap();
        }
        reading.join().unwrap();
        drop(guard);
        assert_eq!(read.lock().unwrap().len(), 50 * 40);
        assert!(told.try_recv().is_err());
    }

    #[test]
    fn a_reader_that_stands_still_stops_nobody_and_is_told_what_it_missed() {
        let (mut writer, guard, reader, read, told) = slow(100, Duration::from_millis(20));
        for _ in 0..50 {
            writer.write_all(&[b'a'; 40]).unwrap();
        }
        reader.send(()).unwrap();
        let lost = told.recv().unwrap();
        drop(reader);
        drop(guard);
        let kept = read.lock().unwrap().len() as u64 / 40;
        assert!(
            (1..50).contains(&kept) && kept + lost == 50,
            "{kept} {lost}"
        );
    }
}
