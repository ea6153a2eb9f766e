//! The audit trail: who did what, when, where, and what came of it.
//!
//! ```text
//! event         what can be said; made where it happens
//!   entry       what is kept of it: clean (no secrets, nothing too long)
//!   folds       events that come very often become one entry
//!   writer      entries that can wait, written many at once
//!     append    the one way into the chain of this process
//!       chain   the hashes that hold it together
//!     register  which chains there must be
//! verification  whether all that holds
//!   walk        along one chain
//!   tally       and the statistics
//!   receipt     what there was, to be kept elsewhere
//! retention     removal of what is old
//! ```

mod append;
pub(crate) mod chain;
mod clean;
mod entry;
mod event;
mod folds;
mod receipt;
pub(crate) mod register;
pub(crate) mod retention;
mod tally;
#[cfg(test)]
mod tests;
pub(crate) mod verification;
mod walk;
mod writer;

use std::{sync::Arc, time::Duration};

use tokio::sync::{mpsc, oneshot};

pub(crate) use event::{Event, EventType, Resource, Severity};

use self::{
    append::Appender,
    entry::{entry_of, log},
    writer::{Message, Shared, Writer},
};
use crate::{
    Clock, Ctx,
    config::Audit as Settings,
    domain::{audit::Entry, time::Timestamp},
    error::Error,
    keys::DerivedKeys,
    store::{Store, Transaction},
};

/// Where events go.
pub(crate) struct Audit {
    /// False: into the log only.
    enabled: bool,
    appender: Appender,
    shared: Arc<Shared>,
    line: mpsc::Sender<Message>,
    /// Behind the line, which has to be closed by then.
    _end: End,
}

/// Nobody records any more when it is dropped: what waits is written then.
struct End(Arc<Shared>);

impl Drop for End {
    fn drop(&mut self) {
        self.0.hurry();
    }
}

impl Audit {
    /// Begins to write to `store`, in the background, until this is dropped.
    pub(crate) fn start(
        settings: &Settings,
        store: &Store,
        keys: &DerivedKeys,
        clock: &Clock,
        now: Timestamp,
    ) -> Self {
        let (line, waiting) = mpsc::channel(settings.buffer_size);
        let appender = Appender::new(keys.clone(), now);
        let shared = Arc::new(Shared::new(settings.buffer_size));
        let writer = Writer {
            store: store.clone(),
            clock: Arc::clone(clock),
            appender: appender.clone(),
            shared: Arc::clone(&shared),
            line: waiting,
            enabled: settings.enabled,
        };
        tokio::spawn(writer.run());
        Self {
            enabled: settings.enabled,
            appender,
            _end: End(Arc::clone(&shared)),
            shared,
            line,
        }
    }

    /// Writes `event` down with others, within a second or so. It costs the caller no
    /// wait, and can't fail: see `writer`.
    pub(crate) fn record(&self, ctx: &Ctx, event: Event) {
        let entry = entry_of(ctx, event);
        log(&entry);
        self.put(entry);
    }

    /// The same for `count` events alike.
    pub(crate) fn record_many(&self, ctx: &Ctx, event: Event, count: u64) {
        let entry = Entry {
            count: u32::try_from(count).unwrap_or(u32::MAX).into(),
            ..entry_of(ctx, event)
        };
        log(&entry);
        self.put(entry);
    }

    /// Counts an event that comes very often: those of `event_type` with the same `actor`
    /// and about the same thing become one entry a minute. `event` makes it up, for the
    /// first of them. When there are too many kinds at once, those of an actor are put
    /// together, whatever they are about.
    pub(crate) fn record_often(
        &self,
        ctx: &Ctx,
        event_type: EventType,
        actor: &str,
        about: &str,
        event: impl FnOnce() -> Event,
    ) {
        let folds = &self.shared.folds;
        let key = [event_type.as_str(), actor, about].join("\0");
        if folds.count(&key) {
            return;
        }
        let Err(entry) = folds.add(key, entry_of(ctx, event())) else {
            return;
        };
        let together = [event_type.as_str(), actor].join("\0");
        if folds.count(&together) {
            return;
        }
        let together_entry = Entry {
            resource_id: String::new(),
            resource_name: String::new(),
            details: r#"{"about":"many"}"#.to_owned(),
            ..(*entry).clone()
        };
        // One such for each actor: there are few.
        if folds.add_beyond(together, together_entry).is_err() {
            log(&entry);
            self.put(*entry);
        }
    }

    /// Writes `event` down with the change itself: both are committed, or neither. Call
    /// it last before the commit, which on SQLite writes it.
    ///
    /// # Errors
    /// UNAVAILABLE when the database is away.
    pub(crate) async fn record_in(
        &self,
        transaction: &mut Transaction,
        ctx: &Ctx,
        event: Event,
    ) -> Result<(), Error> {
        let entry = entry_of(ctx, event);
        log(&entry);
        if self.enabled {
            let chain = self.appender.lock(transaction, ctx.now).await?;
            self.appender
                .append(transaction, chain, ctx.now, &[&entry])
                .await?;
        }
        Ok(())
    }

    /// Events that could not be written since the start.
    pub(crate) fn dropped(&self) -> u64 {
        self.shared.dropped()
    }

    /// Waits until all that was recorded before is written, for `limit` at most.
    pub(crate) async fn flush(&self, limit: Duration) {
        let written = tokio::time::timeout(limit, async {
            let (done, written) = oneshot::channel();
            // Both fail only when the writer is gone, and all is written then.
            if self.line.send(Message::Flush(done)).await.is_ok() {
                self.shared.hurry();
                let _ = written.await;
            }
        });
        if written.await.is_err() {
            let entries = self.shared.waiting();
            tracing::error!(entries, "audit entries could not be written in time");
        }
    }

    fn put(&self, entry: Entry) {
        if !self.enabled {
            return;
        }
        let events = entry.count;
        let nth = self.shared.comes();
        match self.line.try_send(Message::Entry(Box::new(entry))) {
            Ok(()) => self.shared.came(nth),
            Err(_) => self.shared.lost(events),
        }
    }
}
