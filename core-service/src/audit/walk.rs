//! Along a chain, entry by entry.

use std::{borrow::Cow, collections::BTreeSet};

use uuid::Uuid;

use super::{
    chain::{entry_hash, is_sealed},
    verification::Break,
};
use crate::{
    domain::audit::{Chain, Hash, Link, NO_HASH, Record},
    keys::DerivedKeys,
};

/// A chain as far as it was followed.
#[derive(Debug)]
pub(super) struct Walk {
    /// The next entry is expected to be this,
    next: i64,
    /// behind this hash.
    previous: Hash,
    /// It must go so far.
    last: i64,
    /// The greatest place that was seen.
    pub(super) seen: i64,
    /// Followed so far; beyond `last` entries may not have been seen yet.
    ended: bool,
    /// Entries that others saw it end with, by their places.
    named: BTreeSet<(i64, Hash)>,
    pub(super) broken: Option<Break>,
}

impl Walk {
    /// Along `chain`.
    pub(super) fn new(keys: &DerivedKeys, chain: &Chain) -> Self {
        let broken = (!is_sealed(keys, chain)).then(|| Break {
            chain: Some(chain.id),
            sequence: chain.last_sequence,
            entry: None,
            reason: "the record of where the chain begins and ends was changed".into(),
        });
        Self {
            next: chain.first_sequence,
            previous: chain.first_hash,
            last: chain.last_sequence,
            seen: 0,
            ended: false,
            named: BTreeSet::new(),
            broken,
        }
    }

    /// Along a chain that began after the chains were read.
    pub(super) const fn from_its_beginning() -> Self {
        Self {
            next: 1,
            previous: NO_HASH,
            last: 0,
            seen: 0,
            ended: false,
            named: BTreeSet::new(),
            broken: None,
        }
    }

    /// Somebody saw it end with this entry.
    pub(super) fn was_seen_at(&mut self, sequence: i64, hash: Hash) {
        self.named.insert((sequence, hash));
    }

    /// Whether somebody saw it end at this place with another entry.
    fn contradicts(&self, link: &Link) -> bool {
        let place = (link.sequence, NO_HASH)..=(link.sequence, [0xff; 32]);
        self.named.range(place).any(|(_, hash)| *hash != link.hash)
    }

    pub(super) fn is_over(&self) -> bool {
        self.ended || self.broken.is_some()
    }

    /// Whether `record` comes later than what is expected: something before it is missing.
    pub(super) const fn misses_something(&self, record: &Record) -> bool {
        record.link.sequence > self.next
    }

    /// Begins at the place where the chain begins by now, if that is further on.
    pub(super) fn move_to(&mut self, chain: &Chain) {
        if chain.first_sequence > self.next {
            self.next = chain.first_sequence;
            self.previous = chain.first_hash;
        }
    }

    /// One step: `record` is the next entry of the chain that was found.
    pub(super) fn step(&mut self, keys: &DerivedKeys, record: &Record) {
        let Record { link, entry } = record;
        let found = |sequence, entry, reason| {
            Some(Break {
                chain: Some(link.chain),
                sequence,
                entry,
                reason: Cow::Borrowed(reason),
            })
        };
        if self.misses_something(record) && self.next > self.last {
            // It was written since; what is before it may have been so behind our back.
            self.ended = true;
        } else if self.misses_something(record) {
            self.broken = found(self.next, None, "an entry is missing");
        } else if link.sequence < self.next {
            let reason = "an entry was put in, or is not at its place";
            self.broken = found(link.sequence, Some(link.id), reason);
        } else if entry_hash(keys, &self.previous, link, entry) != link.hash {
            let reason = "the entry was changed, or put in";
            self.broken = found(link.sequence, Some(link.id), reason);
        } else if self.contradicts(link) {
            let reason = "the chain was put back, and went on: another entry stood here";
            self.broken = found(link.sequence, Some(link.id), reason);
        } else {
            self.next = link.sequence + 1;
            self.previous = link.hash;
        }
    }

    /// What is wrong with the chain `id`, which is `now` so on record, after the last entry.
    pub(super) fn end(mut self, id: Uuid, now: Option<&Chain>) -> Option<Break> {
        if self.broken.is_some() {
            return self.broken;
        }
        let broken = |sequence, reason| {
            Some(Break {
                chain: Some(id),
                sequence,
                entry: None,
                reason: Cow::Borrowed(reason),
            })
        };
        let Some(now) = now else {
            // Retention removes a chain once it has no entries.
            return (self.seen > 0)
                .then(|| broken(self.seen, "the record of the chain is missing"))?;
        };
        self.move_to(now);
        if self.next <= self.last {
            return broken(self.next, "an entry is missing: the chain was cut off here");
        }
        if self
            .named
            .last()
            .is_some_and(|(sequence, _)| *sequence >= self.next)
        {
            return broken(self.next, "the chain was put back: it went on from here");
        }
        if self.seen > now.last_sequence {
            return broken(self.seen, "an entry was put in behind the end of the chain");
        }
        None
    }
}
