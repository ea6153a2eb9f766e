//! Appending to the chain of this process. Everything goes this way, so the order is
//! linear: the lock is the chain's row in the database, held until the commit.

use std::{collections::HashMap, time::Duration};

use uuid::Uuid;

use super::{
    chain::{entry_hash, seal, seal_again},
    register,
};
use crate::{
    domain::{
        audit::{Chain, Count, Entry, LATEST_WRITE, Link, hour_of, id_after},
        id::time_ordered,
        time::Timestamp,
    },
    keys::DerivedKeys,
    store::{StoreError, Transaction, audit},
};

/// Times are kept so far from the latest that they may have.
const MARGIN: Duration = Duration::from_secs(10);

/// Appends to one chain.
#[derive(Clone)]
pub(super) struct Appender {
    keys: DerivedKeys,
    chain: Uuid,
}

impl Appender {
    /// For a chain that begins with the first entry.
    pub(super) fn new(keys: DerivedKeys, now: Timestamp) -> Self {
        Self {
            keys,
            chain: time_ordered(now),
        }
    }

    /// Holds the chain until the end of `transaction`.
    pub(super) async fn lock(
        &self,
        transaction: &mut Transaction,
        now: Timestamp,
    ) -> Result<Chain, StoreError> {
        let mut new = Chain::new(self.chain, now);
        new.seal = seal(&self.keys, &new);
        let chain = audit::lock(transaction, &new).await?;
        if chain.number.is_none() && chain.last_sequence == 0 {
            return register::enter(&self.keys, transaction, chain).await;
        }
        Ok(chain)
    }

    /// Appends `entries` to `chain`, which [`lock`](Self::lock) gave, and gives the id of the
    /// last. That they can't be appended may not show before the commit.
    pub(super) async fn append(
        &self,
        transaction: &mut Transaction,
        mut chain: Chain,
        now: Timestamp,
        entries: &[&Entry],
    ) -> Result<Uuid, StoreError> {
        let before = chain.clone();
        // No entry is written before it happened, whatever the clock does.
        let now = entries
            .iter()
            .map(|entry| entry.event_time)
            .fold(now, Timestamp::max);
        let mut links = Vec::with_capacity(entries.len());
        for entry in entries {
            chain.last_id = id_after(chain.last_id, now);
            chain.last_sequence += 1;
            let mut link = Link {
                id: chain.last_id,
                chain: chain.id,
                sequence: chain.last_sequence,
                hash: chain.last_hash,
            };
            link.hash = entry_hash(&self.keys, &chain.last_hash, &link, entry);
            chain.last_hash = link.hash;
            links.push(link);
        }
        seal_again(&self.keys, &before, &mut chain);
        let batch = audit::Batch {
            entries,
            links: &links,
            chain: &chain,
            counts: &counts(entries),
        };
        audit::append(transaction, &batch).await?;
        Ok(chain.last_id)
    }
}

/// What `entries` add to the statistics.
fn counts(entries: &[&Entry]) -> Vec<Count> {
    let mut counts: HashMap<_, i64> = HashMap::new();
    for entry in entries {
        let hour = hour_of(entry.event_time);
        let key = (hour, &*entry.event_type, &*entry.severity, entry.success);
        *counts.entry(key).or_default() += entry.count;
    }
    counts
        .into_iter()
        .map(|((hour, event_type, severity, success), count)| Count {
            hour,
            event_type: event_type.to_owned(),
            severity: severity.to_owned(),
            success,
            count,
        })
        .collect()
}

/// An entry that had to wait for the database longer than a list by time looks for it
/// gets the latest time that it may have, and says when it happened.
pub(super) fn date(entry: &mut Entry, now: Timestamp) {
    let latest = now - (LATEST_WRITE - MARGIN);
    if entry.event_time >= latest {
        return;
    }
    let happened = entry.event_time;
    if let Ok(serde_json::Value::Object(mut details)) = serde_json::from_str(&entry.details) {
        // The first time counts, however often it had to wait.
        details
            .entry("happened_at")
            .or_insert_with(|| happened.0.into());
        entry.details = serde_json::Value::Object(details).to_string();
    }
    entry.event_time = latest;
}
