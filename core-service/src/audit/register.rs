//! The register of chains: which there must be.
//!
//! A process that writes its first entry gets the next number for its chain, and puts on
//! record where the chains that moved lately ended by then. So a chain that was removed
//! whole is missed by its number, and one that was put back by a later one. The register
//! is locked only then and by retention; entries that follow don't touch it.

use super::chain::{is_sealed, register_seal, seal_again};
use crate::{
    domain::{
        audit::{Chain, Head, LATEST_WRITE, Register, hour_of},
        id::first_id_of,
        time::Timestamp,
    },
    keys::DerivedKeys,
    store::{Store, StoreError, Transaction, audit},
};

const HOUR: std::time::Duration = std::time::Duration::from_secs(3600);

/// Whether nobody else changed `register`.
pub(super) fn is_intact(keys: &DerivedKeys, register: &Register) -> bool {
    register.seal == Some(register_seal(keys, register))
}

/// Begins the register of a database that has none yet: numbers the chains that are
/// there, and seals it. One that lost its seal, or is not there, is left alone, and
/// verification says so.
pub(crate) async fn begin(
    store: &Store,
    keys: &DerivedKeys,
    now: Timestamp,
) -> Result<(), StoreError> {
    let fresh = |register: &Register| register.seal.is_none();
    let found = audit::register(&mut store.read().await?).await?;
    if !found.as_ref().is_some_and(fresh) {
        return Ok(());
    }
    let mut transaction = store.begin().await?;
    let Some(mut register) = audit::lock_register(&mut transaction).await?.filter(fresh) else {
        return Ok(());
    };
    let chains = audit::chains(&mut transaction).await?;
    if chains.iter().any(|chain| chain.number.is_some()) {
        tracing::error!("somebody changed the register of audit chains");
        return Ok(());
    }
    // What was counted before can't be proven: it is not known where it is whole.
    register.counted_from = match chains.is_empty() {
        true => hour_of(now) - HOUR,
        false => hour_of(now),
    };
    for chain in chains {
        let Some(before) = audit::lock_existing(&mut transaction, chain.id).await? else {
            continue;
        };
        register.last_number += 1;
        let mut chain = before.clone();
        chain.number = Some(register.last_number);
        seal_again(keys, &before, &mut chain);
        audit::number(&mut transaction, &chain).await?;
    }
    register.begun_at = now;
    register.seal = Some(register_seal(keys, &register));
    audit::update_register(&mut transaction, &register).await?;
    transaction.commit().await?;
    tracing::info!(
        chains = register.last_number,
        "the register of audit chains was begun"
    );
    Ok(())
}

/// Gives `chain`, which has no entry yet, its number.
pub(super) async fn enter(
    keys: &DerivedKeys,
    transaction: &mut Transaction,
    chain: Chain,
) -> Result<Chain, StoreError> {
    // What is missing here must not stop what happens: verification will tell.
    let Some(before) = audit::lock_register(transaction).await? else {
        tracing::error!("somebody removed the register of audit chains");
        return Ok(chain);
    };
    let mut register = before.clone();
    register.last_number += 1;
    let mut numbered = Chain {
        number: Some(register.last_number),
        witness: Head::write(&heads(&audit::chains(transaction).await?, &before)),
        ..chain.clone()
    };
    seal_again(keys, &chain, &mut numbered);
    audit::number(transaction, &numbered).await?;
    write(keys, transaction, &before, register).await?;
    Ok(numbered)
}

/// Writes `register`, which was read as `before`. A seal that was broken stays so.
pub(super) async fn write(
    keys: &DerivedKeys,
    transaction: &mut Transaction,
    before: &Register,
    mut register: Register,
) -> Result<(), StoreError> {
    if is_intact(keys, before) {
        register.seal = Some(register_seal(keys, &register));
    } else {
        tracing::error!("somebody changed the register of audit chains");
    }
    audit::update_register(transaction, &register).await
}

/// Where those `chains` end that moved since the last one began; of the others it says
/// itself where they ended. Clocks may differ a little.
pub(super) fn heads(chains: &[Chain], register: &Register) -> Vec<Head> {
    let last = chains
        .iter()
        .find(|chain| chain.number == Some(register.last_number));
    let since = last.map_or(Timestamp(0), |chain| chain.started_at - LATEST_WRITE);
    let moved = |chain: &&Chain| chain.last_sequence > 0 && chain.last_id >= first_id_of(since);
    let mut heads: Vec<Head> = chains
        .iter()
        .filter(moved)
        .filter_map(|chain| {
            Some(Head {
                number: chain.number?,
                sequence: chain.last_sequence,
                hash: chain.last_hash,
            })
        })
        .collect();
    heads.sort_unstable_by_key(|head| head.number);
    heads
}

/// Removes the records of the oldest chains, if they have no entries and ended before
/// `bound`. A later one has to wait for those before it, so that what is missing shows;
/// one whose process lives still begins anew with its next entry.
pub(super) async fn forget(
    keys: &DerivedKeys,
    transaction: &mut Transaction,
    bound: Timestamp,
) -> Result<(), StoreError> {
    let Some(before) = audit::lock_register(transaction).await? else {
        return Ok(());
    };
    let mut register = before.clone();
    while let Some(chain) = audit::lock_number(transaction, register.first_number).await?
        && chain.first_sequence > chain.last_sequence
        && chain.last_id < first_id_of(bound)
        && is_sealed(keys, &chain)
    {
        audit::remove_chain(transaction, chain.id).await?;
        register.first_number += 1;
    }
    if register == before {
        return Ok(());
    }
    write(keys, transaction, &before, register).await
}
