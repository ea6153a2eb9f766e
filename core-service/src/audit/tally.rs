//! Whether the statistics are what the entries come to.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use time::OffsetDateTime;

use super::verification::Break;
use crate::domain::{
    audit::{Count, Entry, hour_of},
    time::Timestamp,
};

const HOUR: Duration = Duration::from_secs(3600);

/// What kind of event, how severe, and whether it succeeded.
type Kind = (String, String, bool);

/// Events that were seen, by the hour and kind.
#[derive(Debug, Default)]
pub(super) struct Tally(BTreeMap<Timestamp, HashMap<Kind, i64>>);

impl Tally {
    /// Hours that began before this are not added to at `now`: an entry may be written
    /// somewhat later than its time.
    pub(super) fn settled(now: Timestamp) -> Timestamp {
        hour_of(now) - HOUR
    }

    /// Counts `entry`.
    pub(super) fn add(&mut self, entry: &Entry) {
        let kind = (
            entry.event_type.clone().into_owned(),
            entry.severity.clone().into_owned(),
            entry.success,
        );
        let hour = self.0.entry(hour_of(entry.event_time)).or_default();
        *hour.entry(kind).or_default() += entry.count;
    }

    /// The first hour after `after` and before `until` of which `counted` says otherwise.
    pub(super) fn compare(
        mut self,
        counted: &[Count],
        after: Timestamp,
        until: Timestamp,
    ) -> Option<Break> {
        self.0.retain(|hour, _| *hour > after && *hour < until);
        for count in counted {
            let kind = (
                count.event_type.clone(),
                count.severity.clone(),
                count.success,
            );
            let hour = self.0.entry(count.hour).or_default();
            *hour.entry(kind).or_default() -= count.count;
        }
        self.0.into_iter().find_map(|(hour, kinds)| {
            let ((event_type, ..), more) = kinds.into_iter().find(|(_, more)| *more != 0)?;
            let hour = OffsetDateTime::from_unix_timestamp(hour.seconds()).ok()?;
            Some(Break::beside(format!(
                "the statistics of the hour from {hour} on are wrong: the entries tell of {more} more {event_type}"
            )))
        })
    }
}
