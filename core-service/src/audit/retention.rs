//! Removal of entries that are older than they have to be, a few at a time, by one
//! process at a time. Each chain then begins with the oldest entry that is left.

use std::collections::BTreeMap;

use super::{chain::seal_again, register};
use crate::{
    Core,
    domain::{
        audit::{Register, hour_of},
        id::first_id_of,
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
    forget_counts(core, hour_of(oldest)).await?;
    let mut removed = 0;
    loop {
        let entries = remove_some(core, oldest).await?;
        removed += entries;
        if entries < u64::from(BATCH) {
            break;
        }
        tokio::task::yield_now().await;
    }
    let mut transaction = core.store.begin().await?;
    register::forget(&core.derived, &mut transaction, oldest).await?;
    transaction.commit().await?;
    Ok(removed)
}

/// Removes the counts of the hours before `bound`. They go before the entries, so that
/// who compares the two knows which hours are whole.
async fn forget_counts(core: &Core, bound: Timestamp) -> Result<(), Error> {
    let mut transaction = core.store.begin().await?;
    if let Some(before) = audit::lock_register(&mut transaction).await?
        && before.counted_from < bound
    {
        let register = Register {
            counted_from: bound,
            ..before.clone()
        };
        register::write(&core.derived, &mut transaction, &before, register).await?;
    }
    audit::remove_counts(&mut transaction, bound).await?;
    Ok(transaction.commit().await?)
}

/// One small transaction.
async fn remove_some(core: &Core, oldest: Timestamp) -> Result<u64, Error> {
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
        let Some(before) = audit::lock_existing(&mut transaction, id).await? else {
            // The chain's own record was removed: what is left of it is found out as such.
            continue;
        };
        if before.last_sequence < sequence {
            // It was put back.
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
