//! What may be kept in memory of the database, and until when.
//!
//! Whoever keeps rows in memory takes a [`Reading`] before it reads them, says on what
//! they depend, and keeps the [`Validity`] that it gets. A committed write names what it
//! [`Change`]s; from then on no validity that depends on it holds. Nothing is looked for:
//! each subject has a place in a fixed table, where the number of its last change stands,
//! and a reading knows which changes came before it. Two subjects that share a place
//! cost a needless read now and then.
//!
//! Other processes change rows too. What they did is heard within a moment ([`heard`]),
//! and whoever does not hear must not answer from memory: nothing holds unless all
//! changes up to [`LEASE`] ago are known to have been heard. After a moment in which this
//! process stood still that is so for everything, and to read all of it again at once would
//! make the next such moment: so whoever answers from memory lets the process [`catch_up`].
//!
//! [`heard`]: Changes::heard
//! [`catch_up`]: Changes::catch_up

use std::{
    fmt,
    hash::{BuildHasher, RandomState},
    pin::pin,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::Duration,
};

use tokio::{
    sync::Notify,
    time::{Instant, timeout},
};

use crate::domain::id::{ClientId, GrantId, TokenId, UserId};

/// How long after a change elsewhere an answer may still be given from memory.
pub(super) const LEASE: Duration = Duration::from_millis(250);
/// How long it is waited for what can be heard.
const CATCH_UP: Duration = Duration::from_millis(100);
/// Places of the table; a power of two.
const PLACES: usize = 1 << 14;

/// What a committed write changed, or whatever depends on it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Change {
    /// A client, its status, its secret.
    Client(ClientId),
    /// A user, and whether the user may use tokens.
    User(UserId),
    /// A family of tokens ended, was suspended or counts again.
    Grant(GrantId),
    /// An access token ended, was suspended or counts again.
    AccessToken(TokenId),
    /// A device's request was decided; by its record id.
    DeviceCode(String),
    /// Anything: all that is kept has to be read again.
    Everything,
}

/// What was changed when, and how far this process has heard of it.
pub(crate) struct Changes {
    /// Counts changes.
    latest: AtomicU64,
    /// The number of the last change at each place.
    places: Box<[AtomicU64]>,
    /// The number of the last [`Change::Everything`].
    everything: AtomicU64,
    hasher: RandomState,
    /// Instants are counted from here, in microseconds.
    origin: Instant,
    /// All changes up to this instant are heard of; 0: nothing is.
    heard: AtomicU64,
    /// Nothing can be heard now that is worth waiting for.
    deaf: AtomicBool,
    /// Somebody waits for what can be heard,
    wanted: Notify,
    /// and is told when it was, or can't be.
    caught_up: Notify,
}

/// A moment before rows are read: later changes are not in them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading(u64);

/// Until when rows count that were read: until something that they depend on changes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Validity {
    read_at: u64,
    places: [u16; Self::MOST],
}

impl Validity {
    /// On so many things at most depends what is kept.
    const MOST: usize = 4;
}

impl Default for Changes {
    fn default() -> Self {
        Self {
            latest: AtomicU64::new(0),
            places: (0..PLACES).map(|_| AtomicU64::new(0)).collect(),
            everything: AtomicU64::new(0),
            hasher: RandomState::new(),
            origin: Instant::now(),
            heard: AtomicU64::new(0),
            deaf: AtomicBool::new(true),
            wanted: Notify::new(),
            caught_up: Notify::new(),
        }
    }
}

impl Changes {
    /// Take it before the rows are read.
    pub(crate) fn reading(&self) -> Reading {
        Reading(self.latest.load(Ordering::SeqCst))
    }

    /// How long the rows that `reading` was taken for hold, if they depend on `subjects`:
    /// four at most, a fifth would not be minded.
    pub(crate) fn validity<'s>(
        &self,
        reading: Reading,
        subjects: impl IntoIterator<Item = &'s Change>,
    ) -> Validity {
        let mut places = [None; Validity::MOST];
        for (place, subject) in places.iter_mut().zip(subjects) {
            *place = Some(self.place(subject));
        }
        let first = places[0].unwrap_or_default();
        Validity {
            read_at: reading.0,
            places: places.map(|place| place.unwrap_or(first)),
        }
    }

    /// Whether what was kept with `validity` is what the database would say: of our own
    /// changes at once, of others' within [`LEASE`].
    pub(crate) fn hold(&self, validity: &Validity) -> bool {
        self.hold_at(validity, Instant::now())
    }

    fn hold_at(&self, validity: &Validity, now: Instant) -> bool {
        let changed = |number: &AtomicU64| number.load(Ordering::SeqCst) > validity.read_at;
        self.hears_at(now)
            && !changed(&self.everything)
            && !validity
                .places
                .iter()
                .any(|place| changed(&self.places[usize::from(*place)]))
    }

    /// Ends what depends on the subject of `change`. Call it once the change is committed,
    /// before anybody is told.
    pub(super) fn apply(&self, change: &Change) {
        let number = self.latest.fetch_add(1, Ordering::SeqCst) + 1;
        match change {
            Change::Everything => &self.everything,
            subject => &self.places[usize::from(self.place(subject))],
        }
        .fetch_max(number, Ordering::SeqCst);
    }

    /// All changes of other processes up to `until` have been applied.
    pub(super) fn heard(&self, until: Instant) {
        self.heard.store(self.since_origin(until), Ordering::SeqCst);
        // An answer that came too late is of no use to those who wait.
        if self.hears_at(Instant::now()) {
            self.deaf.store(false, Ordering::SeqCst);
            self.caught_up.notify_waiters();
        }
    }

    /// Changes of other processes can't be heard at the moment, or not soon enough to wait.
    pub(super) fn deaf(&self) {
        self.deaf.store(true, Ordering::SeqCst);
        self.caught_up.notify_waiters();
    }

    /// Waits until somebody waits for what can be heard, `interval` at most.
    pub(super) async fn wanted(&self, interval: Duration) {
        // Either way it is time to listen.
        let _ = timeout(interval, self.wanted.notified()).await;
    }

    /// Has this process hear what it missed when it was not able to for a moment, and waits
    /// for it, a tenth of a second at most. Call it before you look into memory: one question
    /// to the database then takes the place of one for each row.
    pub(crate) async fn catch_up(&self) {
        if !self.hears_at(Instant::now()) {
            // Boxed: this is rare, and would be carried along by all who hear.
            Box::pin(self.listen_first()).await;
        }
    }

    async fn listen_first(&self) {
        let mut caught_up = pin!(self.caught_up.notified());
        // From here on it is not missed.
        caught_up.as_mut().enable();
        if self.deaf.load(Ordering::SeqCst) || self.hears_at(Instant::now()) {
            return;
        }
        self.wanted.notify_one();
        let waited = timeout(CATCH_UP, caught_up).await;
        if waited.is_err() && !self.hears_at(Instant::now()) {
            // Nobody else has to wait for this.
            self.deaf();
        }
    }

    fn hears_at(&self, now: Instant) -> bool {
        let heard = self.heard.load(Ordering::SeqCst);
        let lease = u64::try_from(LEASE.as_micros()).unwrap_or(u64::MAX);
        heard > 0 && self.since_origin(now) < heard.saturating_add(lease)
    }

    fn since_origin(&self, instant: Instant) -> u64 {
        let since = instant.saturating_duration_since(self.origin).as_micros();
        // 0 stands for never.
        u64::try_from(since).unwrap_or(u64::MAX).max(1)
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "the table has fewer places than a u16 tells apart"
    )]
    fn place(&self, subject: &Change) -> u16 {
        (self.hasher.hash_one(subject) as usize % PLACES) as u16
    }
}

/// As it is told to other processes: a word and an id.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(id) => write!(f, "client {id}"),
            Self::User(id) => write!(f, "user {id}"),
            Self::Grant(id) => write!(f, "grant {id}"),
            Self::AccessToken(id) => write!(f, "access_token {id}"),
            Self::DeviceCode(id) => write!(f, "device_code {id}"),
            Self::Everything => f.write_str("everything"),
        }
    }
}

impl Change {
    /// Reads what another process told; what is not understood may be anything.
    pub(super) fn parse(text: &str) -> Self {
        let understood = text.split_once(' ').and_then(|(word, id)| match word {
            "client" => Some(Self::Client(id.into())),
            "user" => Some(Self::User(id.into())),
            "grant" => GrantId::parse(id).map(Self::Grant),
            "access_token" => TokenId::parse(id).map(Self::AccessToken),
            "device_code" => Some(Self::DeviceCode(id.to_owned())),
            _ => None,
        });
        understood.unwrap_or(Self::Everything)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hearing() -> Changes {
        let changes = Changes::default();
        changes.heard(Instant::now());
        changes
    }

    fn all() -> [Change; 5] {
        [
            Change::Client("c d".into()),
            Change::User("u".into()),
            Change::Grant(uuid::Uuid::from_u128(1).into()),
            Change::AccessToken(uuid::Uuid::from_u128(2).into()),
            Change::DeviceCode("d".into()),
        ]
    }

    #[test]
    fn each_change_ends_what_depends_on_it() {
        for change in all().into_iter().chain([Change::Everything]) {
            let changes = hearing();
            let other = Change::User("somebody else".into());
            let of_it = changes.validity(changes.reading(), [&other, &change]);
            let of_other = changes.validity(changes.reading(), [&other]);
            assert!(changes.hold(&of_it));
            changes.apply(&change);
            assert!(!changes.hold(&of_it), "{change}");
            let shares = changes.place(&other) == changes.place(&change);
            assert_eq!(
                changes.hold(&of_other),
                change != Change::Everything && !shares
            );
        }
    }

    #[test]
    fn rows_read_before_a_change_do_not_hold_after_it() {
        let changes = hearing();
        let [subject, ..] = all();
        let before = changes.reading();
        changes.apply(&subject);
        let after = changes.reading();
        assert!(!changes.hold(&changes.validity(before, [&subject])));
        assert!(changes.hold(&changes.validity(after, [&subject])));
    }

    #[test]
    fn who_does_not_hear_does_not_answer_from_memory() {
        let changes = Changes::default();
        let validity = changes.validity(changes.reading(), []);
        let heard = changes.origin + Duration::from_secs(1);
        assert!(!changes.hold_at(&validity, heard));
        changes.heard(heard);
        let last = heard + LEASE - Duration::from_millis(1);
        assert!(changes.hold_at(&validity, last));
        assert!(!changes.hold_at(&validity, last + Duration::from_millis(1)));
    }

    /// Whether it returns without waiting.
    async fn catches_up_at_once(changes: &Changes) -> bool {
        tokio::select! {
            biased;
            () = changes.catch_up() => true,
            () = std::future::ready(()) => false,
        }
    }

    #[tokio::test]
    async fn who_missed_a_moment_waits_until_it_has_heard() {
        let changes = std::sync::Arc::new(hearing());
        let validity = changes.validity(changes.reading(), []);
        assert!(catches_up_at_once(&changes).await);
        tokio::time::sleep(LEASE).await;
        assert!(!changes.hold(&validity));
        let waiting = tokio::spawn({
            let changes = std::sync::Arc::clone(&changes);
            async move {
                changes.catch_up().await;
                changes.hold(&validity)
            }
        });
        changes.wanted(Duration::from_secs(60)).await;
        changes.heard(Instant::now());
        assert!(waiting.await.unwrap());
    }

    #[tokio::test]
    async fn who_can_not_hear_keeps_nobody_waiting() {
        // At the start nothing was heard yet.
        assert!(catches_up_at_once(&Changes::default()).await);
        let changes = hearing();
        tokio::time::sleep(LEASE).await;
        assert!(!catches_up_at_once(&changes).await);
        changes.deaf();
        assert!(catches_up_at_once(&changes).await);
        // What comes too late changes nothing.
        changes.heard(changes.origin);
        assert!(catches_up_at_once(&changes).await);
        changes.heard(Instant::now());
        tokio::time::sleep(LEASE).await;
        // Nobody listens any more: one waits for it, and then no other.
        changes.catch_up().await;
        assert!(catches_up_at_once(&changes).await);
    }

    #[test]
    fn what_is_told_is_understood() {
        for change in all().into_iter().chain([Change::Everything]) {
            assert_eq!(Change::parse(&change.to_string()), change);
        }
        assert_eq!(Change::parse("a newer word"), Change::Everything);
        assert_eq!(Change::parse(""), Change::Everything);
    }
}
