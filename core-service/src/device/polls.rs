//! When each waiting device polled last (RFC 8628 section 3.5, `slow_down`).
//!
//! Kept in memory: a poll that has to wait writes nothing. Each pod judges the
//! polls that reach it; a device that spreads its polls over pods is served
//! more often than it may ask, and gains nothing by it.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::domain::time::Timestamp;

/// What each `slow_down` adds to the interval (section 3.5).
const SLOWER: Duration = Duration::from_secs(5);
/// More waiting devices than this in one process are not tracked: memory stays bounded.
const MAX_TRACKED: usize = 500_000;
/// Forgotten entries are looked for when so many polls went by.
const SWEEP_EVERY: usize = 10_000;

/// Knows when each device polled last.
#[derive(Default)]
pub(crate) struct PollTracker(Mutex<Polls>);

#[derive(Default)]
struct Polls {
    waiting: HashMap<String, Waiting>,
    since_sweep: usize,
}

struct Waiting {
    last: Timestamp,
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
    /// Notes a poll of device code record `id` at `now`. `interval` holds until
    /// the device was too fast; nothing is kept beyond `expires_at`.
    pub(crate) fn poll(
        &self,
        id: &str,
        now: Timestamp,
        interval: Duration,
        expires_at: Timestamp,
    ) -> Poll {
        let mut polls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        polls.sweep(now);
        if let Some(waiting) = polls.waiting.get_mut(id) {
            let too_fast = now.since(waiting.last) < waiting.interval;
            waiting.last = now;
            if too_fast {
                waiting.interval += SLOWER;
                return Poll::TooFast {
                    interval: waiting.interval,
                };
            }
            return Poll::InTime;
        }
        if polls.waiting.len() < MAX_TRACKED {
            polls.waiting.insert(
                id.to_owned(),
                Waiting {
                    last: now,
                    interval,
                    expires_at,
                },
            );
        }
        Poll::InTime
    }

    /// Forgets a device that waits no longer.
    pub(crate) fn forget(&self, id: &str) {
        let mut polls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        polls.waiting.remove(id);
    }
}

impl Polls {
    fn sweep(&mut self, now: Timestamp) {
        self.since_sweep += 1;
        if self.since_sweep >= SWEEP_EVERY {
            self.since_sweep = 0;
            self.waiting.retain(|_, waiting| now < waiting.expires_at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIVE: Duration = Duration::from_secs(5);
    const END: Timestamp = Timestamp(1_800_000);

    #[test]
    fn each_poll_that_comes_too_fast_adds_five_seconds() {
        let tracker = PollTracker::default();
        let poll = |seconds| tracker.poll("a", Timestamp::from_seconds(seconds), FIVE, END);
        assert_eq!(poll(0), Poll::InTime);
        assert_eq!(poll(5), Poll::InTime);
        assert_eq!(poll(9), Poll::TooFast { interval: 2 * FIVE });
        assert_eq!(poll(18), Poll::TooFast { interval: 3 * FIVE });
        assert_eq!(poll(33), Poll::InTime);
    }

    #[test]
    fn devices_do_not_slow_each_other_down() {
        let tracker = PollTracker::default();
        assert_eq!(tracker.poll("a", Timestamp(0), FIVE, END), Poll::InTime);
        assert_eq!(tracker.poll("b", Timestamp(1), FIVE, END), Poll::InTime);
    }

    #[test]
    fn what_expired_is_forgotten() {
        let tracker = PollTracker::default();
        for n in 0..SWEEP_EVERY {
            tracker.poll(&n.to_string(), Timestamp(0), FIVE, Timestamp(1));
        }
        for _ in 0..SWEEP_EVERY {
            tracker.poll("last", Timestamp(2), FIVE, END);
        }
        let polls = tracker.0.lock().unwrap();
        assert_eq!(polls.waiting.keys().collect::<Vec<_>>(), ["last"]);
    }
}
