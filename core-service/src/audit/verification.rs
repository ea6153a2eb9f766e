//! Whether the chains are whole: nothing in them was changed, taken out, put in, moved
//! or cut off.
//!
//! One pass over all entries in the order of their ids, with a state for each chain. The
//! chains are read first: what they held then must be there, and what is appended
//! meanwhile is checked as far as it is seen. What retention removes meanwhile moves the
//! beginning of a chain, which is then read again.
//!
//! What can't be found out: a chain that was removed with all its entries and its record,
//! and a whole database put back to an earlier state. Compare with an export kept elsewhere.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::chain::{entry_hash, is_sealed};
use crate::{
    Core,
    domain::audit::{Chain, Hash, NO_HASH, Record},
    error::Error,
    keys::DerivedKeys,
    store::audit,
};

/// Entries that are read at once.
const PAGE: u32 = 1000;

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// How many entries there are.
    pub(crate) entries: u64,
    /// In how many chains.
    pub(crate) chains: u64,
    /// The first break of each chain that has one.
    pub(crate) breaks: Vec<Break>,
}

/// Where a chain does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Break {
    /// Of which.
    pub(crate) chain: Uuid,
    /// At which place.
    pub(crate) sequence: i64,
    /// The entry there; none: it is not there.
    pub(crate) entry: Option<Uuid>,
    /// What is wrong.
    pub(crate) reason: &'static str,
}

/// A chain as far as it was followed.
#[derive(Debug)]
struct Walk {
    /// The next entry is expected to be this,
    next: i64,
    /// behind this hash.
    previous: Hash,
    /// It must go so far.
    last: i64,
    /// The greatest place that was seen.
    seen: i64,
    /// Followed so far; beyond `last` entries may not have been seen yet.
    ended: bool,
    broken: Option<Break>,
}

impl Walk {
    /// Along `chain`.
    fn new(keys: &DerivedKeys, chain: &Chain) -> Self {
        let broken = (!is_sealed(keys, chain)).then_some(Break {
            chain: chain.id,
            sequence: chain.last_sequence,
            entry: None,
            reason: "the record of where the chain begins and ends was changed",
        });
        Self {
            next: chain.first_sequence,
            previous: chain.first_hash,
            last: chain.last_sequence,
            seen: 0,
            ended: false,
            broken,
        }
    }

    /// Along a chain that began after the chains were read.
    const fn from_its_beginning() -> Self {
        Self {
            next: 1,
            previous: NO_HASH,
            last: 0,
            seen: 0,
            ended: false,
            broken: None,
        }
    }

    fn is_over(&self) -> bool {
        self.ended || self.broken.is_some()
    }

    /// Whether `record` comes later than what is expected: something before it is missing.
    const fn misses_something(&self, record: &Record) -> bool {
        record.link.sequence > self.next
    }

    /// Begins at the place where the chain begins by now, if that is further on.
    fn move_to(&mut self, chain: &Chain) {
        if chain.first_sequence > self.next {
            self.next = chain.first_sequence;
            self.previous = chain.first_hash;
        }
    }

    /// One step: `record` is the next entry of the chain that was found.
    fn step(&mut self, keys: &DerivedKeys, record: &Record) {
        let Record { link, entry } = record;
        let found = |sequence, entry, reason| {
            Some(Break {
                chain: link.chain,
                sequence,
                entry,
                reason,
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
        } else {
            self.next = link.sequence + 1;
            self.previous = link.hash;
        }
    }
}

/// Checks all chains.
///
/// # Errors
/// UNAVAILABLE when the database is away.
pub(crate) async fn verify(core: &Core) -> Result<Outcome, Error> {
    let keys = &core.derived;
    let chains = audit::chains(&mut core.store.read().await?).await?;
    let mut walks: BTreeMap<Uuid, Walk> = chains
        .iter()
        .map(|chain| (chain.id, Walk::new(keys, chain)))
        .collect();
    let mut outcome = Outcome::default();
    let mut after = Uuid::nil();
    loop {
        let page = audit::page_from(&mut core.store.read().await?, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.link.id;
        outcome.entries += page.len() as u64;
        for record in &page {
            let id = record.link.chain;
            let walk = walks.entry(id).or_insert_with(Walk::from_its_beginning);
            walk.seen = walk.seen.max(record.link.sequence);
            if walk.is_over() {
                continue;
            }
            if walk.misses_something(record)
                && let Some(chain) = as_it_is_now(core, id).await?
            {
                walk.move_to(&chain);
            }
            walk.step(keys, record);
        }
    }
    let now = audit::chains(&mut core.store.read().await?).await?;
    let now: BTreeMap<Uuid, Chain> = now.into_iter().map(|chain| (chain.id, chain)).collect();
    outcome.chains = walks.len() as u64;
    outcome.breaks = walks
        .into_iter()
        .filter_map(|(id, walk)| end(id, walk, now.get(&id)))
        .collect();
    Ok(outcome)
}

/// What is wrong with the chain `id`, which is `now` so on record, after the last entry.
fn end(id: Uuid, mut walk: Walk, now: Option<&Chain>) -> Option<Break> {
    if walk.broken.is_some() {
        return walk.broken;
    }
    let broken = |sequence, reason| {
        Some(Break {
            chain: id,
            sequence,
            entry: None,
            reason,
        })
    };
    let Some(now) = now else {
        // Retention removes a chain once it has no entries.
        return (walk.seen > 0).then(|| broken(walk.seen, "the record of the chain is missing"))?;
    };
    walk.move_to(now);
    if walk.next <= walk.last {
        return broken(walk.next, "an entry is missing: the chain was cut off here");
    }
    if walk.seen > now.last_sequence {
        return broken(walk.seen, "an entry was put in behind the end of the chain");
    }
    None
}

async fn as_it_is_now(core: &Core, id: Uuid) -> Result<Option<Chain>, Error> {
    let chains = audit::chains(&mut core.store.read().await?).await?;
    Ok(chains.into_iter().find(|chain| chain.id == id))
}
