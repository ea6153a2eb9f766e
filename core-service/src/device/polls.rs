//! Devices that wait for a decision, and when each polled last (RFC 8628 section 3.5).
//!
//! Kept in memory: a poll that has to wait reads and writes nothing, as long as nobody
//! decided. Each pod judges the polls that reach it; a device that spreads its polls over
//! pods is served more often than it may ask, and gains nothing by it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use crate::{
    domain::{
        client::Client,
        device_code::DeviceCode,
        id::ClientId,
        secret::{PlainToken, TokenHash},
        time::Timestamp,
    },
    store::{Change, Changes, Reading, Validity},
};

/// What each `slow_down` adds to the interval (section 3.5).
const SLOWER: Duration = Duration::from_secs(5);
/// More waiting devices than this in one process are not tracked: memory stays bounded.
const MAX_TRACKED: usize = 500_000;
/// Forgotten entries are looked for when so many were added.
const SWEEP_EVERY: usize = 10_000;

/// Knows the devices that wait.
pub(crate) struct PollTracker {
    waiting: Mutex<Waiting>,
    changes: Arc<Changes>,
}

#[derive(Default)]
struct Waiting {
    devices: HashMap<String, Device>,
    since_sweep: usize,
}

struct Device {
    hash: TokenHash,
    client: Arc<Client>,
    /// Nobody has decided for so long.
    pending: Validity,
    /// When it polled; none: not yet.
    last: Option<Timestamp>,
    interval: Duration,
    expires_at: Timestamp,
}

/// What to say to a poll.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Poll {
    /// It came when it should.
    InTime,
    /// It came too early; from now on this interval holds.
    TooFast {
        /// Between polls.
        interval: Duration,
    },
}

impl PollTracker {
    /// Nobody waits yet; `changes` tells when somebody decides.
    pub(crate) fn new(changes: &Arc<Changes>) -> Self {
        Self {
            waiting: Mutex::default(),
            changes: Arc::clone(changes),
        }
    }

    /// Judges a poll of device code record `id` at `now` from memory. None when it is not
    /// known to wait: when there is no such code of this client, or it was decided, or its
    /// time is over; the database knows.
    pub(crate) fn poll(
        &self,
        id: &str,
        presented: &PlainToken,
        client: &ClientId,
        now: Timestamp,
    ) -> Option<Poll> {
        let hash = presented.hash();
        let mut waiting = self.lock();
        let device = waiting.devices.get_mut(id)?;
        let waits = now < device.expires_at
            && device.client.id == *client
            && device.hash.equals(&hash)
            && self.changes.hold(&device.pending);
        waits.then(|| device.poll(now))
    }

    /// Judges a poll of `code` at `now`, which was found to be pending after `reading` was
    /// taken, and remembers that it is. `interval` holds until it is too fast.
    pub(crate) fn found(
        &self,
        code: &DeviceCode,
        client: &Arc<Client>,
        reading: Reading,
        interval: Duration,
        now: Timestamp,
    ) -> Poll {
        self.remember(code, client, reading, interval, now, |device| {
            device.poll(now)
        })
        .unwrap_or(Poll::InTime)
    }

    /// Remembers that `code`, made after `reading` was taken, waits and may poll.
    pub(crate) fn made(
        &self,
        code: &DeviceCode,
        client: &Arc<Client>,
        reading: Reading,
        interval: Duration,
    ) {
        self.remember(code, client, reading, interval, code.created_at, |_| ());
    }

    /// Forgets a device that waits no longer.
    pub(crate) fn forget(&self, id: &str) {
        self.lock().devices.remove(id);
    }

    fn remember<T>(
        &self,
        code: &DeviceCode,
        client: &Arc<Client>,
        reading: Reading,
        interval: Duration,
        now: Timestamp,
        then: impl FnOnce(&mut Device) -> T,
    ) -> Option<T> {
        let subject = Change::DeviceCode(code.id.clone());
        let pending = self.changes.validity(reading, [&subject]);
        let mut waiting = self.lock();
        if let Some(device) = waiting.devices.get_mut(&code.id) {
            device.pending = pending;
            return Some(then(device));
        }
        waiting.sweep(now);
        if waiting.devices.len() >= MAX_TRACKED {
            return None;
        }
        let device = waiting.devices.entry(code.id.clone()).or_insert(Device {
            hash: code.hash.clone(),
            client: Arc::clone(client),
            pending,
            last: None,
            interval,
            expires_at: code.expires_at,
        });
        Some(then(device))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Device {
    fn poll(&mut self, now: Timestamp) -> Poll {
        let last = self.last.replace(now);
        if last.is_some_and(|last| now.since(last) < self.interval) {
            self.interval += SLOWER;
            return Poll::TooFast {
                interval: self.interval,
            };
        }
        Poll::InTime
    }
}

impl Waiting {
    fn sweep(&mut self, now: Timestamp) {
        self.since_sweep += 1;
        if self.since_sweep >= SWEEP_EVERY {
            self.since_sweep = 0;
            self.devices.retain(|_, device| now < device.expires_at);
        }
    }
}

#[cfg(test)]
mod tests;
