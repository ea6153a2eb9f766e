//! Whether the trail is whole: no chain is missing, and nothing in one was changed, taken
//! out, put in, moved or cut off; and whether it was counted right.
//!
//! One pass over all entries in the order of their ids, with a state for each chain. The
//! register and the chains are read first: what they held then must be there, and what is
//! appended meanwhile is checked as far as it is seen. What retention removes meanwhile
//! moves the beginning of a chain or of the register, which are then read again.
//!
//! What can't be found out without a receipt: a database that was put back to an earlier
//! state, register, chains, entries and counts together.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use uuid::Uuid;

use super::{receipt::Receipt, register::is_intact, tally::Tally, walk::Walk};
use crate::{
    Core,
    domain::{
        audit::{Chain, Head, Register},
        time::Timestamp,
    },
    error::Error,
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
    /// What is wrong: at most one break of each chain, and what is wrong beside them.
    pub(crate) breaks: Vec<Break>,
    /// Since when it is on record which chains there are.
    pub(crate) begun_at: Option<Timestamp>,
    /// What there was; none when something is broken.
    pub(crate) receipt: Option<String>,
}

/// Where the trail does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Break {
    /// In which chain; none: it is not in one.
    pub(crate) chain: Option<Uuid>,
    /// At which place.
    pub(crate) sequence: i64,
    /// The entry there; none: it is not there.
    pub(crate) entry: Option<Uuid>,
    /// What is wrong.
    pub(crate) reason: Cow<'static, str>,
}

impl Break {
    /// What is wrong beside the chains.
    pub(super) fn beside(reason: impl Into<Cow<'static, str>>) -> Self {
        Self {
            chain: None,
            sequence: 0,
            entry: None,
            reason: reason.into(),
        }
    }
}

/// The trail's frame, as it was read at one time.
struct Frame {
    register: Option<Register>,
    chains: Vec<Chain>,
}

impl Frame {
    /// The register first: of each number it has given, the chain is there then.
    async fn before(core: &Core) -> Result<Self, Error> {
        let mut connection = core.store.read().await?;
        Ok(Self {
            register: audit::register(&mut connection).await?,
            chains: audit::chains(&mut connection).await?,
        })
    }

    /// The register last: retention has moved it when a chain is not there any more.
    async fn after(core: &Core) -> Result<Self, Error> {
        let mut connection = core.store.read().await?;
        let chains = audit::chains(&mut connection).await?;
        let register = audit::register(&mut connection).await?;
        Ok(Self { register, chains })
    }
}

/// Checks the trail as it is at `now`, and that it holds what the `receipt` names, if
/// there is one.
///
/// # Errors
/// UNAVAILABLE when the database is away; `Invalid` when this server gave no such receipt.
pub(crate) async fn verify(core: &Core, now: Timestamp, receipt: &str) -> Result<Outcome, Error> {
    let keys = &core.derived;
    let receipt = match receipt {
        "" => None,
        text => Some(Receipt::read(keys, text)?),
    };
    let before = Frame::before(core).await?;
    let mut walks: BTreeMap<Uuid, Walk> = before
        .chains
        .iter()
        .map(|chain| (chain.id, Walk::new(keys, chain)))
        .collect();
    name_ends(&mut walks, &before.chains, receipt.as_ref());
    let mut outcome = Outcome::default();
    let mut tally = Tally::default();
    let mut after = Uuid::nil();
    loop {
        let page = audit::page_from(&mut core.store.read().await?, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.link.id;
        outcome.entries += page.len() as u64;
        for record in &page {
            tally.add(&record.entry);
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
    let end = Frame::after(core).await?;
    let by_id: BTreeMap<Uuid, &Chain> = end.chains.iter().map(|chain| (chain.id, chain)).collect();
    outcome.chains = walks.len() as u64;
    outcome.breaks = walks
        .into_iter()
        .filter_map(|(id, walk)| walk.end(id, by_id.get(&id).copied()))
        .collect();
    match (&before.register, &end.register) {
        (Some(first), Some(last)) if is_intact(keys, first) && is_intact(keys, last) => {
            let missing = missing(first, last, &before, &end, receipt.as_ref());
            outcome.breaks.extend(missing);
            outcome.begun_at = Some(first.begun_at);
            let (from, until) = (last.counted_from, Tally::settled(now));
            let mut connection = core.store.read().await?;
            let counted = audit::by_hour(&mut connection, from, until).await?;
            outcome.breaks.extend(tally.compare(&counted, from, until));
            if outcome.breaks.is_empty() {
                outcome.receipt = Some(Receipt::of(first, &before.chains).write(keys));
            }
        }
        (Some(_), Some(_)) => outcome
            .breaks
            .push(Break::beside("the register of chains was changed")),
        _ => outcome
            .breaks
            .push(Break::beside("the register of chains is missing")),
    }
    Ok(outcome)
}

/// Tells each of the `walks` what others saw its chain end with.
fn name_ends(walks: &mut BTreeMap<Uuid, Walk>, chains: &[Chain], receipt: Option<&Receipt>) {
    let by_number: BTreeMap<i64, &Chain> = chains
        .iter()
        .filter_map(|chain| Some((chain.number?, chain)))
        .collect();
    // What is not a list of ends was changed: the seal of its chain says so.
    let witnesses = chains
        .iter()
        .flat_map(|chain| Head::read(&chain.witness).unwrap_or_default());
    let receipts = receipt
        .into_iter()
        .flat_map(|receipt| receipt.heads.clone());
    for Head {
        number,
        sequence,
        hash,
    } in witnesses.chain(receipts)
    {
        if let Some(chain) = by_number.get(&number)
            && sequence >= chain.first_sequence
            && let Some(walk) = walks.get_mut(&chain.id)
        {
            walk.was_seen_at(sequence, hash);
        }
    }
}

/// What is wrong with the numbers of chains, by the register as it was `first` and `last`.
fn missing(
    first: &Register,
    last: &Register,
    before: &Frame,
    end: &Frame,
    receipt: Option<&Receipt>,
) -> Vec<Break> {
    let mut breaks = Vec::new();
    if let Some(receipt) = receipt {
        if receipt.begun_at != first.begun_at {
            breaks.push(Break::beside(
                "the register of chains is another than the receipt's",
            ));
            return breaks;
        }
        if receipt.last_number > first.last_number || receipt.first_number > first.first_number {
            breaks.push(Break::beside(
                "the register of chains was put back: the receipt is newer",
            ));
        }
    }
    let numbers: BTreeSet<i64> = end.chains.iter().filter_map(|chain| chain.number).collect();
    let newest = receipt.map_or(0, |receipt| receipt.last_number);
    for number in last.first_number..=first.last_number.max(newest) {
        if !numbers.contains(&number) {
            let reason = format!("chain number {number} is missing, with all its entries");
            breaks.push(Break::beside(reason));
        }
    }
    for chain in &before.chains {
        let reason = match chain.number {
            None => "the chain is not in the register",
            Some(number) if number > last.last_number => {
                "the register was put back: it does not know of the chain"
            }
            Some(number) if number < first.first_number => "the chain was removed, and put back",
            Some(_) => continue,
        };
        breaks.push(Break {
            chain: Some(chain.id),
            ..Break::beside(reason)
        });
    }
    breaks
}

async fn as_it_is_now(core: &Core, id: Uuid) -> Result<Option<Chain>, Error> {
    let chains = audit::chains(&mut core.store.read().await?).await?;
    Ok(chains.into_iter().find(|chain| chain.id == id))
}
