//! Writes entries that can wait, many at once.
//!
//! They stand in a bounded line. Nobody who records one waits: when the line is full the
//! event is dropped and counted, and once writing works again an entry says how many
//! were. A batch that can't be written is tried until it can be.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{
        Notify,
        mpsc::{self, error::TryRecvError},
        oneshot,
    },
    time::{Instant, sleep, timeout_at},
};
use uuid::Uuid;

use super::{
    Event, EventType,
    append::{Appender, date},
    entry::{entry_of, log},
    folds::Folds,
};
use crate::{
    Clock, Ctx,
    domain::audit::Entry,
    store::{Store, StoreError, audit::MOST_AT_ONCE},
};

/// An entry waits so long for others.
const PATIENCE: Duration = Duration::from_secs(1);
/// A failed batch is tried again after this, then after twice as long, and so on
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// up to this.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What stands in the line.
pub(super) enum Message {
    /// To be written.
    Entry(Box<Entry>),
    /// To be told once all before it are written, those that are gathered too.
    Flush(oneshot::Sender<()>),
}

/// What recorders and the writer share.
pub(super) struct Shared {
    /// Events alike.
    pub(super) folds: Folds,
    /// Events that were dropped since the start,
    dropped: AtomicU64,
    /// and those of them that no entry tells of yet.
    untold: AtomicU64,
    /// Entries that stand in the line or are being written.
    waiting: AtomicU64,
    /// The writer is told when the number of those that wait is a multiple of this. To wake
    /// it for each would cost more than the entry.
    batch: u64,
    /// By this.
    due: Notify,
}

impl Shared {
    /// For a line of `places`, and with as many entries of events alike at once.
    pub(super) fn new(places: usize) -> Self {
        Self {
            folds: Folds::new(places),
            dropped: AtomicU64::new(0),
            untold: AtomicU64::new(0),
            waiting: AtomicU64::new(0),
            // Long before the line is full.
            batch: MOST_AT_ONCE.min(places / 2).max(1) as u64,
            due: Notify::new(),
        }
    }

    /// Events that were dropped since the start.
    pub(super) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Entries that wait.
    pub(super) fn waiting(&self) -> u64 {
        self.waiting.load(Ordering::Relaxed)
    }

    /// Counts an entry that goes into the line; says which of those that wait it is.
    pub(super) fn comes(&self) -> u64 {
        self.waiting.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// The `nth` of those that wait has its place in the line.
    pub(super) fn came(&self, nth: u64) {
        if nth.is_multiple_of(self.batch) {
            self.hurry();
        }
    }

    /// Has the writer look at the line now.
    pub(super) fn hurry(&self) {
        self.due.notify_one();
    }

    fn written(&self, entries: usize) {
        self.waiting.fetch_sub(entries as u64, Ordering::Relaxed);
    }

    /// The entry that [`comes`](Self::comes) had no place in the line.
    pub(super) fn lost(&self, events: i64) {
        self.written(1);
        self.drop_events(events);
    }

    /// Counts `events` that could not be written.
    fn drop_events(&self, events: i64) {
        let events = u64::try_from(events).unwrap_or(1);
        self.dropped.fetch_add(events, Ordering::Relaxed);
        if self.untold.fetch_add(events, Ordering::Relaxed) == 0 {
            tracing::error!("audit events are dropped: they come faster than they can be written");
        }
    }

    /// Entries that are due besides those in the line: of events alike, `all` of them or
    /// those that were gathered for long enough, and of dropped events.
    fn more(&self, clock: &Clock, all: bool) -> Vec<Entry> {
        let untold = self.untold.swap(0, Ordering::Relaxed);
        if untold == 0 && self.folds.is_empty() {
            return Vec::new();
        }
        let now = clock();
        let mut entries = if all {
            self.folds.take_all()
        } else {
            self.folds.take_due(now)
        };
        if untold > 0 {
            let event = Event::new(EventType::AuditEventsDropped, "Events could not be written")
                .with("events", untold)
                .failed("they came faster than they could be written");
            entries.push(entry_of(&Ctx::background(now), event));
        }
        entries
    }
}

/// The one who writes.
pub(super) struct Writer {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) appender: Appender,
    pub(super) shared: Arc<Shared>,
    pub(super) line: mpsc::Receiver<Message>,
    /// False: entries go to the log only.
    pub(super) enabled: bool,
}

/// What is done in one go.
#[derive(Default)]
struct Round {
    entries: Vec<Entry>,
    flushed: Vec<oneshot::Sender<()>>,
    /// Nobody records any more.
    last: bool,
}

impl Writer {
    /// Writes until the last recorder is gone.
    pub(super) async fn run(mut self) {
        loop {
            let Round {
                mut entries,
                flushed,
                last,
            } = self.gather().await;
            let all = last || !flushed.is_empty();
            for entry in self.shared.more(&self.clock, all) {
                log(&entry);
                self.shared.comes();
                entries.push(entry);
            }
            for batch in entries.chunks_mut(MOST_AT_ONCE) {
                if self.enabled {
                    self.write(batch).await;
                }
                self.shared.written(batch.len());
            }
            for done in flushed {
                // Who waited may have gone away.
                let _ = done.send(());
            }
            if last {
                return;
            }
        }
    }

    /// Waits for a batch, or for what is there after a while.
    async fn gather(&mut self) -> Round {
        let mut round = Round::default();
        let deadline = Instant::now() + PATIENCE;
        let mut in_time = true;
        while self.take_into(&mut round) && in_time {
            let due = self.shared.due.notified();
            in_time = timeout_at(deadline, due).await.is_ok();
        }
        round
    }

    /// Takes what stands in the line; false when that is enough, or nothing will come.
    fn take_into(&mut self, round: &mut Round) -> bool {
        while round.entries.len() < MOST_AT_ONCE && round.flushed.is_empty() {
            match self.line.try_recv() {
                Ok(Message::Entry(entry)) => round.entries.push(*entry),
                Ok(Message::Flush(done)) => round.flushed.push(done),
                Err(TryRecvError::Empty) => return true,
                Err(TryRecvError::Disconnected) => {
                    round.last = true;
                    break;
                }
            }
        }
        false
    }

    /// Writes `batch`, as soon as it can be. What is wrong with one entry must not cost
    /// the others: a batch that the database refuses is written one by one.
    async fn write(&self, batch: &mut [Entry]) {
        if self.try_until_answered(batch).await.is_ok() {
            return;
        }
        for entry in batch {
            let alone = std::slice::from_mut(entry);
            if let Err(error) = self.try_until_answered(alone).await {
                tracing::error!(%error, cause = ?error, event = %alone[0].event_type, "an audit entry was refused");
                self.shared.drop_events(alone[0].count);
            }
        }
    }

    /// Tries until the database says yes or no.
    async fn try_until_answered(&self, batch: &mut [Entry]) -> Result<(), StoreError> {
        let mut pause = FIRST_PAUSE;
        let mut in_doubt = None;
        loop {
            match self.try_once(batch, &mut in_doubt).await {
                Ok(()) => return Ok(()),
                Err(StoreError::Unavailable(cause)) => {
                    tracing::warn!(?cause, "audit entries could not be written; trying again");
                    sleep(pause).await;
                    pause = LONGEST_PAUSE.min(pause * 2);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Writes `batch`. Of a commit whose answer got lost nobody knows whether it was done:
    /// `in_doubt` is then the last id of it, which the next try looks for.
    async fn try_once(
        &self,
        batch: &mut [Entry],
        in_doubt: &mut Option<Uuid>,
    ) -> Result<(), StoreError> {
        let now = (self.clock)();
        let mut transaction = self.store.begin().await?;
        let chain = self.appender.lock(&mut transaction, now).await?;
        if let Some(id) = *in_doubt
            && crate::store::audit::exists(&mut transaction, id).await?
        {
            // It was read on a transaction that may itself not be durable yet.
            return transaction.commit().await;
        }
        batch.iter_mut().for_each(|entry| date(entry, now));
        let entries: Vec<&Entry> = batch.iter().collect();
        let appended = self.appender.append(&mut transaction, chain, now, &entries);
        *in_doubt = Some(appended.await?);
        transaction.commit().await
    }
}
