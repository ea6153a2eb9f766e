//! The audit trail at rest: entries, and the chains that hold them together.

use std::{borrow::Cow, fmt, time::Duration};

use uuid::Uuid;

use super::{id::time_ordered, time::Timestamp};

/// A hash of a chain.
pub(crate) type Hash = [u8; 32];

/// Before the first entry of a chain.
pub(crate) const NO_HASH: Hash = [0; 32];

/// An entry is written at most so long after its time; what had to wait longer for the
/// database gets a later one, and says so.
pub(crate) const LATEST_WRITE: Duration = Duration::from_secs(120);

/// What happened, cut to size and without secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// When.
    pub(crate) event_time: Timestamp,
    /// A name of `EventType`.
    pub(crate) event_type: Cow<'static, str>,
    /// A name of `Severity`.
    pub(crate) severity: Cow<'static, str>,
    /// Who: see `Actor::id`.
    pub(crate) actor_user_id: String,
    /// What people call them.
    pub(crate) actor_username: String,
    /// From where.
    pub(crate) actor_ip: String,
    /// About what kind of thing.
    pub(crate) resource_type: Cow<'static, str>,
    /// About which.
    pub(crate) resource_id: String,
    /// What people call it.
    pub(crate) resource_name: String,
    /// A sentence.
    pub(crate) action: Cow<'static, str>,
    /// A JSON object.
    pub(crate) details: String,
    /// Whether it succeeded.
    pub(crate) success: bool,
    /// Why not.
    pub(crate) error_message: String,
    /// With what program.
    pub(crate) user_agent: String,
    /// HTTP path, without the query.
    pub(crate) request_path: String,
    /// HTTP method.
    pub(crate) request_method: String,
    /// Finds the log lines.
    pub(crate) request_id: String,
    /// How many events alike it stands for.
    pub(crate) count: i64,
}

/// An entry's place in its chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    /// The primary key; later ones of a chain are greater.
    pub(crate) id: Uuid,
    /// The chain.
    pub(crate) chain: Uuid,
    /// Counts from 1 in each chain.
    pub(crate) sequence: i64,
    /// Over the hash before it, this link and the entry.
    pub(crate) hash: Hash,
}

/// An entry that is on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    /// Where it stands.
    pub(crate) link: Link,
    /// What it says.
    pub(crate) entry: Entry,
}

/// What is known of a chain without its entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chain {
    /// Which.
    pub(crate) id: Uuid,
    /// Chains are counted from 1, in the order in which they began; none: not entered
    /// into the register yet.
    pub(crate) number: Option<i64>,
    /// Where other chains ended when it began: [`Head`]s as text.
    pub(crate) witness: String,
    /// When its process wrote its first entry.
    pub(crate) started_at: Timestamp,
    /// The oldest entry that retention did not remove,
    pub(crate) first_sequence: i64,
    /// and the hash before it.
    pub(crate) first_hash: Hash,
    /// The newest entry; 0: none yet.
    pub(crate) last_sequence: i64,
    /// Its hash.
    pub(crate) last_hash: Hash,
    /// Its id.
    pub(crate) last_id: Uuid,
    /// Over all of these.
    pub(crate) seal: Hash,
}

impl Chain {
    /// A chain without entries and without a seal.
    pub(crate) const fn new(id: Uuid, now: Timestamp) -> Self {
        Self {
            id,
            number: None,
            witness: String::new(),
            started_at: now,
            first_sequence: 1,
            first_hash: NO_HASH,
            last_sequence: 0,
            last_hash: NO_HASH,
            last_id: Uuid::nil(),
            seal: NO_HASH,
        }
    }
}

/// The entry that a chain ended with at some time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    /// The chain's number.
    pub(crate) number: i64,
    /// The entry's place.
    pub(crate) sequence: i64,
    /// Its hash.
    pub(crate) hash: Hash,
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hash = hex::encode(self.hash);
        write!(f, "{}:{}:{hash}", self.number, self.sequence)
    }
}

impl Head {
    /// `heads`, to be kept.
    pub(crate) fn write(heads: &[Self]) -> String {
        let heads: Vec<String> = heads.iter().map(Self::to_string).collect();
        heads.join(",")
    }

    /// What [`write`](Self::write) gave; none: something else.
    pub(crate) fn read(text: &str) -> Option<Vec<Self>> {
        let head = |text: &str| {
            let (number, rest) = text.split_once(':')?;
            let (sequence, digits) = rest.split_once(':')?;
            let mut hash = NO_HASH;
            hex::decode_to_slice(digits, &mut hash).ok()?;
            Some(Self {
                number: number.parse().ok()?,
                sequence: sequence.parse().ok()?,
                hash,
            })
        };
        text.split(',')
            .filter(|text| !text.is_empty())
            .map(head)
            .collect()
    }
}

/// Which chains there must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Register {
    /// When it was begun.
    pub(crate) begun_at: Timestamp,
    /// The oldest chain that retention did not remove.
    pub(crate) first_number: i64,
    /// The last number that was given.
    pub(crate) last_number: i64,
    /// Counts of the hours behind this one are there as they were made.
    pub(crate) counted_from: Timestamp,
    /// Over all of these; none: it was not begun yet.
    pub(crate) seal: Option<Hash>,
}

/// Events alike of one hour, of one chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Count {
    /// When the hour began.
    pub(crate) hour: Timestamp,
    /// A name of `EventType`.
    pub(crate) event_type: String,
    /// A name of `Severity`.
    pub(crate) severity: String,
    /// Whether they succeeded.
    pub(crate) success: bool,
    /// How many.
    pub(crate) count: i64,
}

/// Which entries are meant; what is none lets everything through.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    /// Part of a name, an id or the action, in any case.
    pub(crate) search: Option<String>,
    /// Any of these; none: all.
    pub(crate) event_types: Vec<String>,
    /// Exactly this.
    pub(crate) severity: Option<String>,
    /// Only what succeeded, or what did not.
    pub(crate) success: Option<bool>,
    /// Exactly this.
    pub(crate) actor_ip: Option<String>,
    /// Exactly this.
    pub(crate) actor_user_id: Option<String>,
    /// Exactly this.
    pub(crate) resource_type: Option<String>,
    /// Exactly this.
    pub(crate) resource_id: Option<String>,
    /// At this instant or later.
    pub(crate) from: Option<Timestamp>,
    /// Before this instant.
    pub(crate) until: Option<Timestamp>,
}

/// The beginning of the hour of `instant`.
pub(crate) const fn hour_of(instant: Timestamp) -> Timestamp {
    const HOUR: i64 = 3_600_000;
    Timestamp(instant.0.div_euclid(HOUR) * HOUR)
}

/// The id of an entry that is written at `now` after the one with the id `last`:
/// greater than that, whatever the clock does.
pub(crate) fn id_after(last: Uuid, now: Timestamp) -> Uuid {
    let id = time_ordered(now);
    if id > last {
        return id;
    }
    let next = last.as_u128().wrapping_add(1);
    // The lowest 62 bits are free to count with; the carry would go into the variant.
    if next & LOW_BITS == 0 {
        return time_ordered(instant_of(last) + Duration::from_millis(1));
    }
    Uuid::from_u128(next)
}

const LOW_BITS: u128 = (1 << 62) - 1;

/// When the entry with this id was written.
fn instant_of(id: Uuid) -> Timestamp {
    Timestamp(i64::try_from(id.as_u128() >> 80).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::first_id_of;

    const NOW: Timestamp = Timestamp(1_700_000_000_000);

    #[test]
    fn ids_only_grow_whatever_the_clock_does() {
        let mut last = Uuid::nil();
        for now in [
            NOW,
            NOW,
            Timestamp(NOW.0 + 1),
            Timestamp(0),
            Timestamp(NOW.0 - 9),
            NOW,
        ] {
            let id = id_after(last, now);
            assert!(id > last, "{id} {last}");
            assert_eq!(id.get_version_num(), 7);
            last = id;
        }
        let full = Uuid::from_u128(last.as_u128() | LOW_BITS);
        let id = id_after(full, NOW);
        assert!(id > full);
        assert_eq!(id.get_variant(), uuid::Variant::RFC4122);
    }

    #[test]
    fn an_instant_bounds_the_ids_of_its_entries() {
        assert!(first_id_of(NOW) <= id_after(Uuid::nil(), NOW));
        assert!(first_id_of(Timestamp(NOW.0 + 1)) > id_after(Uuid::nil(), NOW));
        assert_eq!(instant_of(first_id_of(NOW)), NOW);
        assert!(first_id_of(Timestamp(i64::MAX)) > first_id_of(NOW));
    }

    #[test]
    fn heads_are_read_as_they_were_written() {
        let head = |number| Head {
            number,
            sequence: 7,
            hash: [0xa5; 32],
        };
        for heads in [vec![], vec![head(1)], vec![head(1), head(3)]] {
            assert_eq!(Head::read(&Head::write(&heads)), Some(heads));
        }
        for wrong in ["1", "1:2", "1:2:ff", "x:2:", &format!("{},1", head(1))] {
            assert_eq!(Head::read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_hour_begins_at_its_beginning() {
        assert_eq!(hour_of(Timestamp(3_599_999)), Timestamp(0));
        assert_eq!(hour_of(Timestamp(3_600_000)), Timestamp(3_600_000));
    }
}
