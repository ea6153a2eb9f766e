//! What the audit trail is filtered by, as it stands in the URL.

use authgate_proto::v1::AuditFilter;
use time::{
    Date, Duration, OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339,
    macros::format_description,
};

use crate::{
    form::Fields,
    listing::{Listing, known_word},
    texts::events::{EVENT_TYPES, SEVERITIES},
};

/// The path of the page.
pub const PATH: &str = "/admin/audit";

const OUTCOMES: [&str; 2] = ["true", "false"];
/// Filters that any text may be given for.
const TEXTS: [&str; 5] = [
    "search",
    "actor_ip",
    "actor_user_id",
    "resource_type",
    "resource_id",
];

/// The list as `query` filters it; what makes no sense filters nothing.
pub fn listing(path: String, query: &Fields) -> Listing {
    let mut listing = Listing::new(path)
        .with(
            "event_type",
            known_word(query.get("event_type"), EVENT_TYPES),
        )
        .with("severity", known_word(query.get("severity"), &SEVERITIES))
        .with("success", known_word(query.get("success"), &OUTCOMES));
    for name in TEXTS {
        listing = listing.with(name, query.get(name).trim());
    }
    let times = [
        ("start_time", start(query.get("start_time"))),
        ("end_time", end(query.get("end_time"))),
    ];
    for (name, instant) in times {
        if instant.is_some() {
            listing = listing.with(name, query.get(name));
        }
    }
    listing
}

/// The filter that `listing` says.
pub fn of(listing: &Listing) -> AuditFilter {
    let text = |name: &str| listing.filter(name).to_owned();
    let event_types = match text("event_type") {
        none if none.is_empty() => Vec::new(),
        event_type => vec![event_type],
    };
    AuditFilter {
        search: text("search"),
        event_types,
        severity: text("severity"),
        success: listing.filter("success").parse().ok(),
        actor_ip: text("actor_ip"),
        actor_user_id: text("actor_user_id"),
        resource_type: text("resource_type"),
        resource_id: text("resource_id"),
        start_time: start(listing.filter("start_time")),
        end_time: end(listing.filter("end_time")),
    }
}

/// The names of the filters in `query` that make no sense.
pub fn nonsense(query: &Fields) -> Vec<&'static str> {
    let known = listing(String::new(), query);
    [
        "event_type",
        "severity",
        "success",
        "start_time",
        "end_time",
    ]
    .into_iter()
    .filter(|name| known.filter(name) != query.get(name))
    .collect()
}

/// When a range begins: RFC 3339, or a day from its beginning in UTC; milliseconds.
pub fn start(text: &str) -> Option<i64> {
    exact(text)
        .or_else(|| day(text).map(|day| millis(day.midnight().assume_offset(UtcOffset::UTC))))
}

/// When it ends: RFC 3339, or a day up to its end in UTC.
pub fn end(text: &str) -> Option<i64> {
    exact(text).or_else(|| {
        let next = day(text)?.checked_add(Duration::DAY)?;
        Some(millis(next.midnight().assume_offset(UtcOffset::UTC)))
    })
}

fn exact(text: &str) -> Option<i64> {
    OffsetDateTime::parse(text, &Rfc3339).ok().map(millis)
}

fn day(text: &str) -> Option<Date> {
    Date::parse(text, format_description!("[year]-[month]-[day]")).ok()
}

fn millis(instant: OffsetDateTime) -> i64 {
    i64::try_from(instant.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_days_or_instants() {
        assert_eq!(start("2023-11-14"), Some(1_699_920_000_000));
        assert_eq!(end("2023-11-14"), Some(1_700_006_400_000));
        for read in [start, end] {
            assert_eq!(read("2023-11-14T22:13:20.123Z"), Some(1_700_000_000_123));
            assert_eq!(read("2023-11-14T23:13:20+01:00"), Some(1_700_000_000_000));
            for wrong in [
                "",
                "yesterday",
                "2023-13-01",
                "2023-02-30",
                "14.11.2023",
                "1700000000",
            ] {
                assert_eq!(read(wrong), None, "{wrong}");
            }
        }
    }

    #[test]
    fn what_makes_no_sense_filters_nothing_and_is_named() {
        let query =
            Fields::parse("event_type=X&severity=info&success=yes&start_time=now&search=%20a")
                .unwrap();
        let filter = of(&listing(String::new(), &query));
        assert_eq!(
            filter,
            AuditFilter {
                search: "a".to_owned(),
                ..AuditFilter::default()
            }
        );
        let wrong = ["event_type", "severity", "success", "start_time"];
        assert_eq!(nonsense(&query), wrong);
        let query = Fields::parse("severity=INFO&success=false&actor_ip=%3Cb%3E").unwrap();
        assert!(nonsense(&query).is_empty());
        assert_eq!(of(&listing(String::new(), &query)).success, Some(false));
    }
}
