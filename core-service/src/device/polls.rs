//! Devices that wait for a decision, and when each polled last (RFC 8628 section 3.5).
//!
//! Kept in memory: a poll that has to wait reads and writes nothing, as long as nobody
//! decided. Each pod judges the polls that reach it; a device that spreads its polls over
//! pods is served more often than it may ask, and gains nothing by it.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use hashlink::LruCache;

use crate::{
    domain::{
        device_code::DeviceCode,
        id::ClientId,
        secret::{PlainToken, TokenHash},
        time::Timestamp,
    },
    store::{Change, Changes, Reading, Validity},
};

/// What each `slow_down` adds to the interval (section 3.5).
const SLOWER: Duration = Duration::from_secs(5);
/// So many waiting devices are kept in memory. Of more, those that were not heard of for
/// longest make room: a poll of one that is not kept reads from the database.
const MOST_KEPT: usize = 500_000;

/// Knows the devices that wait.
pub(crate) struct PollTracker {
    waiting: Mutex<Waiting>,
    changes: Arc<Changes>,
}

/// By the hash of the device code, and those first that were not heard of for longest.
type Waiting = LruCache<Key, Device>;

/// Looked up as a whole: a code is never compared piece by piece.
type Key = [u8; 32];

struct Device {
    client: ClientId,
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
        Self::of(MOST_KEPT, changes)
    }

    fn of(most: usize, changes: &Arc<Changes>) -> Self {
        Self {
            waiting: Mutex::new(LruCache::new(most)),
            changes: Arc::clone(changes),
        }
    }

    /// Judges a poll by `client` with the `presented` device code at `now` from memory. None
    /// when it is not known to wait: when there is no such code of this client, or it was
    /// decided, or its time is over; the database knows.
    pub(crate) fn poll(
        &self,
        presented: &PlainToken,
        client: &ClientId,
        now: Timestamp,
    ) -> Option<Poll> {
        let key = key(&presented.hash());
        let mut waiting = self.lock();
        let device = waiting.get_mut(&key)?;
        let waits = now < device.expires_at
            && device.client == *client
            && self.changes.hold(&device.pending);
        waits.then(|| device.poll(now))
    }

    /// Judges a poll of `code` at `now`, which was found to be pending after `reading` was
    /// taken, and remembers that it is. `interval` holds until it is too fast.
    pub(crate) fn found(
        &self,
        code: &DeviceCode,
        reading: Reading,
        interval: Duration,
        now: Timestamp,
    ) -> Poll {
        self.remember(code, reading, interval, now, |device| device.poll(now))
    }

    /// Remembers that `code`, made after `reading` was taken, waits and may poll.
    pub(crate) fn made(&self, code: &DeviceCode, reading: Reading, interval: Duration) {
        self.remember(code, reading, interval, code.created_at, |_| ());
    }

    /// Forgets a device that waits no longer.
    pub(crate) fn forget(&self, code: &DeviceCode) {
        self.lock().remove(&key(&code.hash));
    }

    fn remember<T>(
        &self,
        code: &DeviceCode,
        reading: Reading,
        interval: Duration,
        now: Timestamp,
        then: impl FnOnce(&mut Device) -> T,
    ) -> T {
        let subject = Change::DeviceCode(code.id.clone());
        let pending = self.changes.validity(reading, [&subject]);
        let key = key(&code.hash);
        let mut waiting = self.lock();
        if let Some(device) = waiting.get_mut(&key) {
            device.pending = pending;
            return then(device);
        }
        forget_expired(&mut waiting, now);
        let mut device = Device {
            client: code.client_id.clone(),
            pending,
            last: None,
            interval,
            expires_at: code.expires_at,
        };
        let done = then(&mut device);
        waiting.insert(key, device);
        done
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forgets two of those whose time is over, if there are any: where one comes and two go,
/// nobody has to look through all of them.
fn forget_expired(waiting: &mut Waiting, now: Timestamp) {
    for _ in 0..2 {
        let oldest = waiting.iter().next();
        if oldest.is_none_or(|(_, device)| now < device.expires_at) {
            return;
        }
        waiting.remove_lru();
    }
}

/// What is no SHA-256 is nobody's.
fn key(hash: &TokenHash) -> Key {
    hash.as_bytes().try_into().unwrap_or_default()
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

#[cfg(test)]
mod tests;
