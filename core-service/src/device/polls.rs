//! Devices that wait for a decision, and when each polled last (RFC 8628 section 3.5).
//!
//! Kept in memory: a poll that has to wait reads and writes nothing, as long as nobody
//! decided. Each pod judges the polls that reach it; a device that spreads its polls over
//! pods is served more often than it may ask, and gains nothing by it.

use std::{sync::Arc, time::Duration};

use quick_cache::{
    UnitWeighter,
    sync::{Cache, EntryAction, EntryResult},
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
/// So many waiting devices are kept in memory, some 70 MB of it. Of more, those that do not
/// poll make room: each poll of one that is not kept reads from the database.
const MOST_KEPT: u64 = 500_000;
/// Tables grow; so many are made room for at once, and idle memory counts.
const EXPECTED: usize = 1024;

/// Knows the devices that wait.
pub(crate) struct PollTracker {
    waiting: Cache<Key, Device, UnitWeighter>,
    changes: Arc<Changes>,
}

/// The hash of a device code: looked up as a whole, a code is never compared piece by piece.
type Key = [u8; 32];

#[derive(Clone)]
struct Device {
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
        Self::of(MOST_KEPT, changes)
    }

    fn of(most: u64, changes: &Arc<Changes>) -> Self {
        Self {
            waiting: Cache::with_weighter(EXPECTED, most, UnitWeighter),
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
        let judged = self
            .waiting
            .entry(&key(&presented.hash()), None, |_, device| {
                let waits = now < device.expires_at
                    && device.client.id == *client
                    && self.changes.hold(&device.pending);
                EntryAction::Retain(waits.then(|| device.poll(now)))
            });
        match judged {
            EntryResult::Retained(judged) => judged,
            _ => None,
        }
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
        self.remember(code, client, reading, interval, |device| device.poll(now))
    }

    /// Remembers that `code`, made after `reading` was taken, waits and may poll.
    pub(crate) fn made(
        &self,
        code: &DeviceCode,
        client: &Arc<Client>,
        reading: Reading,
        interval: Duration,
    ) {
        self.remember(code, client, reading, interval, |_| ());
    }

    /// Forgets a device that waits no longer.
    pub(crate) fn forget(&self, code: &DeviceCode) {
        self.waiting.remove(&key(&code.hash));
    }

    fn remember<T>(
        &self,
        code: &DeviceCode,
        client: &Arc<Client>,
        reading: Reading,
        interval: Duration,
        then: impl Fn(&mut Device) -> T,
    ) -> T {
        let subject = Change::DeviceCode(code.id.clone());
        let pending = self.changes.validity(reading, [&subject]);
        let known = self.waiting.entry(&key(&code.hash), None, |_, device| {
            device.pending = pending;
            EntryAction::Retain(then(device))
        });
        if let EntryResult::Retained(done) = known {
            return done;
        }
        let mut device = Device {
            client: Arc::clone(client),
            pending,
            last: None,
            interval,
            expires_at: code.expires_at,
        };
        let done = then(&mut device);
        if let EntryResult::Vacant(place) = known {
            // Forgotten at the same moment: its next poll is looked up.
            let _ = place.insert(device);
        }
        done
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
