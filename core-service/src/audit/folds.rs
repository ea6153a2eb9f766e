//! Events that come very often: those alike within a minute become one entry that says
//! how many they were.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::domain::{audit::Entry, time::Timestamp};

/// How long events are gathered.
const WINDOW: Duration = Duration::from_secs(60);

/// Entries that still count. The lock is held for a look-up only.
pub(super) struct Folds {
    entries: Mutex<HashMap<String, Entry>>,
    most: usize,
}

impl Folds {
    /// Gathers `most` entries at once.
    pub(super) fn new(most: usize) -> Self {
        Self {
            entries: Mutex::default(),
            most,
        }
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<String, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether nothing is gathered.
    pub(super) fn is_empty(&self) -> bool {
        self.entries().is_empty()
    }

    /// Counts an event that is like those of the same `key`. False when there are none
    /// yet: [`add`](Self::add) its entry.
    pub(super) fn count(&self, key: &str) -> bool {
        let mut entries = self.entries();
        let Some(entry) = entries.get_mut(key) else {
            return false;
        };
        entry.count = entry.count.saturating_add(1);
        true
    }

    /// Begins to count events like `entry`; gives it back when there are too many kinds.
    pub(super) fn add(&self, key: String, entry: Entry) -> Result<(), Box<Entry>> {
        self.add_up_to(self.most, key, entry)
    }

    /// The same for entries that stand for many kinds, for which there are more places.
    pub(super) fn add_beyond(&self, key: String, entry: Entry) -> Result<(), Box<Entry>> {
        self.add_up_to(self.most * 2, key, entry)
    }

    fn add_up_to(&self, most: usize, key: String, entry: Entry) -> Result<(), Box<Entry>> {
        let mut entries = self.entries();
        let is_full = entries.len() >= most;
        match entries.get_mut(&key) {
            // Somebody else was faster.
            Some(begun) => begun.count = begun.count.saturating_add(entry.count),
            None if is_full => return Err(Box::new(entry)),
            None => drop(entries.insert(key, entry)),
        }
        Ok(())
    }

    /// Takes those that were gathered for long enough at `now`.
    pub(super) fn take_due(&self, now: Timestamp) -> Vec<Entry> {
        self.take(|entry| entry.event_time + WINDOW <= now)
    }

    /// Takes all.
    pub(super) fn take_all(&self) -> Vec<Entry> {
        self.take(|_| true)
    }

    fn take(&self, due: impl Fn(&Entry) -> bool) -> Vec<Entry> {
        let mut entries = self.entries();
        entries
            .extract_if(|_, entry| due(entry))
            .map(|(_, entry)| entry)
            .collect()
    }
}
