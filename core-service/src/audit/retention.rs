//! Removal of entries that are older than they have to be, a few at a time, by one
//! process at a time. Each chain then begins with the oldest entry that is left.

use std::collections::BTreeMap;

use super::chain::{seal, seal_again};
use crate::{
    Core,
    domain::{
        audit::{Chain, first_id_of, hour_of},
        time::Timestamp,
    },
    error::Error,
    store::audit,
};

/// Entries that one transaction removes.
const BATCH: u32 = 500;

/// Removes what is older at `now` than the settings say; gives how many entries went.
///
/// # Errors
/// UNAVAILABLE when the database is away; what was removed by then stays removed.
pub(crate) async fn remove_old(core: &Core, now: Timestamp) -> Result<u64, Error> {
    let oldest = now - core.settings.audit.retention;
    let mut removed = 0;
    loop {
        let entries = remove_some(core, now, oldest).await?;
        removed += entries;
        if entries < u64::from(BATCH) {
            break;
        }
        tokio::task::yield_now().await;
    }
    let mut transaction = core.store.begin().await?;
    audit::prune(&mut transaction, first_id_of(oldest)).await?;
    audit::remove_counts(&mut transaction, hour_of(oldest)).await?;
    transaction.commit().await?;
    Ok(removed)
}

/// One small transaction.
async fn remove_some(core: &Core, now: Timestamp, oldest: Timestamp) -> Result<u64, Error> {
    let mut transaction = core.store.begin().await?;
    if !audit::removal_is_ours(&mut transaction).await? {
        return Ok(0);
    }
    let removed = audit::remove_before(&mut transaction, first_id_of(oldest), BATCH).await?;
    let entries = removed.len() as u64;
    let mut newest = BTreeMap::new();
    for (chain, sequence, hash) in removed {
        let of_chain = newest.entry(chain).or_insert((sequence, hash));
        *of_chain = (*of_chain).max((sequence, hash));
    }
    for (id, (sequence, hash)) in newest {
        let mut new = Chain::new(id, now);
        new.seal = seal(&core.derived, &new);
        let before = audit::lock(&mut transaction, &new).await?;
        if before.last_sequence < sequence {
            // The chain's own record was removed: what is left of it is found out as such.
            continue;
        }
        let mut chain = before.clone();
        chain.first_sequence = chain.first_sequence.max(sequence + 1);
        chain.first_hash = hash;
        seal_again(&core.derived, &before, &mut chain);
        audit::update(&mut transaction, &chain).await?;
    }
    transaction.commit().await?;
    Ok(entries)
}
