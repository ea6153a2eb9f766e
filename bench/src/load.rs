//! Puts load on a server and measures how it bears it.
//!
//! A closed loop asks again as soon as it is answered: it finds the height of the
//! rate. An open loop asks by the clock and measures each operation from the
//! instant it should have begun, so that a server that stalls can't hide the
//! requests that it kept from being sent (coordinated omission).

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use hdrhistogram::Histogram;
use tokio::{
    sync::Semaphore,
    task::JoinSet,
    time::{Instant, sleep_until},
};

use crate::error::Result;

/// Latencies are kept to three digits.
const DIGITS: u8 = 3;
/// Different failures that one worker tells apart.
const MOST_KINDS: usize = 8;
/// After a failure a worker takes a breath: a server that is away must not be
/// asked a million times.
const BREATH: Duration = Duration::from_millis(5);
/// Between the making of workers and the start, so that all begin at once.
const LEAD: Duration = Duration::from_millis(20);

/// An operation that did not do what it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure(String);

impl Failure {
    /// What was wrong.
    pub fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

/// One of the clients that put load on the server, with its own connections.
#[tonic::async_trait]
pub trait Worker: Send {
    /// One operation, answer checked.
    async fn operate(&mut self) -> Result<(), Failure>;

    /// Decides what the next operation is, and says the instant before which it
    /// must not begin, for clients that have to wait.
    fn prepare(&mut self) -> Option<Instant> {
        None
    }
}

/// All workers of a run.
pub type Workers = Vec<Box<dyn Worker>>;

/// When operations begin.
#[derive(Debug, Clone, Copy)]
pub enum Pace {
    /// When the one before is answered.
    Closed,
    /// So many a second, whatever the server does.
    Open(f64),
}

/// How load is put on.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// At first nothing is recorded for so long.
    pub warm_up: Duration,
    /// Then everything is.
    pub measured: Duration,
    /// When operations begin.
    pub pace: Pace,
}

/// What a run showed.
#[derive(Debug, Clone)]
pub struct Measurement {
    /// Latencies in microseconds.
    pub latencies: Histogram<u64>,
    /// Successful operations a second of the measured time.
    pub rate: f64,
    /// All successful operations, those of the warm-up included.
    pub operations: u64,
    /// What went wrong, and how often, the warm-up included.
    pub failures: BTreeMap<String, u64>,
    /// Operations that the open loop owed and did not begin in the measured time.
    pub owed: u64,
}

/// What happens at the edges of the measured time.
#[tonic::async_trait]
pub trait Probe: Send {
    /// The warm-up is over.
    async fn begin(&mut self);
    /// The measured time is over.
    async fn end(&mut self);
}

/// A probe that looks at nothing.
pub struct NoProbe;

#[tonic::async_trait]
impl Probe for NoProbe {
    async fn begin(&mut self) {}
    async fn end(&mut self) {}
}

/// Runs `workers` by `plan`; gives what was measured, and the workers back.
///
/// # Errors
/// When a worker panics.
pub async fn run(
    workers: Workers,
    plan: Plan,
    probe: &mut dyn Probe,
) -> Result<(Measurement, Workers)> {
    let schedule = Arc::new(Schedule::new(plan, Instant::now() + LEAD));
    let mut tasks = JoinSet::new();
    for worker in workers {
        tasks.spawn(work(worker, Arc::clone(&schedule)));
    }
    let pacer = Arc::clone(&schedule);
    tokio::task::spawn_blocking(move || pacer.give_out());
    sleep_until(schedule.begin).await;
    probe.begin().await;
    sleep_until(schedule.end).await;
    probe.end().await;

    let mut records = Record::new()?;
    let mut workers = Vec::new();
    while let Some(done) = tasks.join_next().await {
        let (worker, record) = done?;
        records.add(record?)?;
        workers.push(worker);
    }
    let measurement = Measurement {
        rate: records.latencies.len() as f64 / plan.measured.as_secs_f64(),
        latencies: records.latencies,
        operations: records.operations,
        failures: records.failures,
        owed: schedule.owed(),
    };
    Ok((measurement, workers))
}

/// When what happens, for all workers.
struct Schedule {
    start: Instant,
    begin: Instant,
    end: Instant,
    pace: Pace,
    /// Operations of an open loop that are due; closed at the end.
    due: Semaphore,
    /// How many of them have been taken.
    taken: AtomicU64,
}

impl Schedule {
    fn new(plan: Plan, start: Instant) -> Self {
        let begin = start + plan.warm_up;
        Self {
            start,
            begin,
            end: begin + plan.measured,
            pace: plan.pace,
            due: Semaphore::new(0),
            taken: AtomicU64::new(0),
        }
    }

    /// Gives out the operations of an open loop when they are due. On a thread of its
    /// own, because the runtime's timer is a millisecond coarse.
    fn give_out(&self) {
        let Pace::Open(rate) = self.pace else {
            return;
        };
        let mut given = 0;
        loop {
            let now = Instant::now();
            if now >= self.end {
                self.due.close();
                return;
            }
            let due = due_by(rate, now.saturating_duration_since(self.start));
            self.due.add_permits(due - given);
            given = due;
            let next = self.start + instant_of(rate, due);
            std::thread::sleep(next.saturating_duration_since(Instant::now()));
        }
    }

    /// When the next operation should begin; none: the end has come.
    async fn next(&self, now: Instant) -> Option<Instant> {
        let Pace::Open(rate) = self.pace else {
            return (now < self.end).then_some(now);
        };
        self.due.acquire().await.ok()?.forget();
        let number = self.taken.fetch_add(1, Ordering::Relaxed);
        Some(self.start + instant_of(rate, usize::try_from(number).ok()?))
    }

    /// How many operations should have begun and have not been taken.
    fn owed(&self) -> u64 {
        let Pace::Open(rate) = self.pace else {
            return 0;
        };
        let due = due_by(rate, self.end - self.start) as u64;
        // The very last one may fall on the end.
        due.saturating_sub(self.taken.load(Ordering::Relaxed) + 1)
    }

    /// Whether an operation counts. In a closed loop it has to end in the measured
    /// time, in an open one to be due in it: there the late ones matter most.
    fn counts(&self, due: Instant, done: Instant) -> bool {
        let decisive = match self.pace {
            Pace::Closed => done,
            Pace::Open(_) => due,
        };
        (self.begin..self.end).contains(&decisive)
    }
}

async fn work(
    mut worker: Box<dyn Worker>,
    schedule: Arc<Schedule>,
) -> (Box<dyn Worker>, Result<Record>) {
    let record = match Record::new() {
        Ok(record) => record,
        Err(error) => return (worker, Err(error)),
    };
    let record = work_and_record(&mut *worker, &schedule, record).await;
    (worker, record)
}

async fn work_and_record(
    worker: &mut dyn Worker,
    schedule: &Schedule,
    mut record: Record,
) -> Result<Record> {
    sleep_until(schedule.start).await;
    let mut now = Instant::now();
    while let Some(mut due) = schedule.next(now).await {
        if let Some(earliest) = worker.prepare() {
            due = due.max(earliest);
        }
        if due >= schedule.end {
            break;
        }
        if due > now {
            sleep_until(due).await;
        }
        let outcome = worker.operate().await;
        now = Instant::now();
        match outcome {
            Ok(()) => {
                record.operations += 1;
                if schedule.counts(due, now) {
                    record.latencies.record(microseconds(now - due))?;
                }
            }
            Err(failure) => {
                record.fail(failure);
                tokio::time::sleep(BREATH).await;
                now = Instant::now();
            }
        }
    }
    Ok(record)
}

/// Operations that are due `elapsed` after the start: the first one at once.
fn due_by(rate: f64, elapsed: Duration) -> usize {
    (elapsed.as_secs_f64() * rate) as usize + 1
}

/// When operation `number` is due, after the start.
fn instant_of(rate: f64, number: usize) -> Duration {
    Duration::from_secs_f64(number as f64 / rate)
}

fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// What one worker saw.
struct Record {
    latencies: Histogram<u64>,
    operations: u64,
    failures: BTreeMap<String, u64>,
}

impl Record {
    fn new() -> Result<Self> {
        Ok(Self {
            latencies: Histogram::new(DIGITS)?,
            operations: 0,
            failures: BTreeMap::new(),
        })
    }

    fn fail(&mut self, Failure(what): Failure) {
        let full = self.failures.len() >= MOST_KINDS && !self.failures.contains_key(&what);
        let kind = if full { "others".to_owned() } else { what };
        *self.failures.entry(kind).or_default() += 1;
    }

    fn add(&mut self, other: Self) -> Result<()> {
        self.latencies.add(other.latencies)?;
        self.operations += other.operations;
        for (kind, count) in other.failures {
            *self.failures.entry(kind).or_default() += count;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes a moment; operation `stalls_at` takes long.
    struct Clerk {
        operations: u64,
        stalls_at: u64,
        fails_at: u64,
    }

    const MOMENT: Duration = Duration::from_millis(2);
    const STALL: Duration = Duration::from_millis(400);

    #[tonic::async_trait]
    impl Worker for Clerk {
        async fn operate(&mut self) -> Result<(), Failure> {
            self.operations += 1;
            let time = if self.operations == self.stalls_at {
                STALL
            } else {
                MOMENT
            };
            tokio::time::sleep(time).await;
            if self.operations == self.fails_at {
                return Err(Failure::new("no"));
            }
            Ok(())
        }
    }

    async fn measure(pace: Pace, stalls_at: u64, fails_at: u64) -> Measurement {
        let plan = Plan {
            warm_up: Duration::from_millis(200),
            measured: Duration::from_millis(1000),
            pace,
        };
        let clerk = Clerk {
            operations: 0,
            stalls_at,
            fails_at,
        };
        let seen = run(vec![Box::new(clerk)], plan, &mut NoProbe).await;
        seen.unwrap().0
    }

    #[tokio::test]
    async fn a_closed_loop_asks_when_it_is_answered_and_leaves_the_warm_up_out() {
        let seen = measure(Pace::Closed, 0, 0).await;
        assert!((50.0..=500.0).contains(&seen.rate), "{}", seen.rate);
        assert!(seen.operations > seen.latencies.len());
        assert_eq!((seen.owed, seen.failures.len()), (0, 0));
    }

    #[tokio::test]
    async fn an_open_loop_asks_by_the_clock() {
        let seen = measure(Pace::Open(50.0), 0, 0).await;
        assert!((45.0..=50.0).contains(&seen.rate), "{}", seen.rate);
    }

    #[tokio::test]
    async fn a_stall_counts_for_all_that_it_kept_waiting() {
        // 400 ms of a stall keep 20 of 50 operations waiting, 10 ms apart.
        let open = measure(Pace::Open(50.0), 20, 0).await;
        assert!(open.latencies.value_at_quantile(0.8) > 50_000);
        // A closed loop calls it one slow answer.
        let closed = measure(Pace::Closed, 50, 0).await;
        assert!(closed.latencies.value_at_quantile(0.8) < 50_000);
    }

    #[tokio::test]
    async fn what_an_open_loop_can_not_send_is_owed() {
        let seen = measure(Pace::Open(5000.0), 0, 0).await;
        assert!(seen.owed > 3_000, "{}", seen.owed);
        assert!(seen.latencies.is_empty() || seen.latencies.max() > 100_000);
    }

    #[tokio::test]
    async fn failures_are_counted_and_never_recorded() {
        let seen = measure(Pace::Closed, 0, 7).await;
        assert_eq!(seen.failures, [("no".to_owned(), 1)].into());
    }

    #[test]
    fn operations_of_an_open_loop_are_evenly_spread() {
        assert_eq!(instant_of(200.0, 3), Duration::from_millis(15));
        assert_eq!(due_by(200.0, Duration::from_millis(14)), 3);
        assert_eq!(due_by(200.0, Duration::from_millis(15)), 4);
    }
}
