//! Durations as Go writes them, because that is what existing settings hold.

use std::time::Duration;

/// Units and how many nanoseconds each has; longer names first, so that `ms` is not read as `m`.
const UNITS: [(&str, u128); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// Reads a duration in Go's syntax: decimal numbers, each with a unit, such as
/// `1h30m`, `90s`, `1.5h` or `500ms`; a bare `0` needs none. Fractions of a
/// nanosecond are cut off.
///
/// Gives none for anything else: a missing or unknown unit, a sign, a space, a
/// number without digits, or a sum that a [`Duration`] cannot hold.
#[must_use]
pub fn parse(text: &str) -> Option<Duration> {
    if text == "0" {
        return Some(Duration::ZERO);
    }
    if text.is_empty() {
        return None;
    }
    let mut rest = text;
    let mut total: u128 = 0;
    while !rest.is_empty() {
        let (number, after) = split_number(rest)?;
        let (name, unit) = UNITS
            .into_iter()
            .find(|(name, _)| after.starts_with(name))?;
        total = total.checked_add(in_nanoseconds(number, unit)?)?;
        rest = after.get(name.len()..)?;
    }
    let seconds = u64::try_from(total / 1_000_000_000).ok()?;
    let nanoseconds = u32::try_from(total % 1_000_000_000).ok()?;
    Some(Duration::new(seconds, nanoseconds))
}

/// Writes a duration in whole units, largest first, so that [`parse`] reads it back.
#[must_use]
pub fn format(duration: Duration) -> String {
    let (hours, minutes) = (duration.as_secs() / 3600, duration.as_secs() / 60 % 60);
    let (seconds, milliseconds) = (duration.as_secs() % 60, duration.subsec_millis());
    let parts = [
        (hours, "h"),
        (minutes, "m"),
        (seconds, "s"),
        (milliseconds.into(), "ms"),
    ];
    let text: String = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count}{unit}"))
        .collect();
    if text.is_empty() {
        "0s".to_owned()
    } else {
        text
    }
}

/// The number at the start of `text` and what follows it.
fn split_number(text: &str) -> Option<(&str, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, rest) = text.split_at_checked(end)?;
    number
        .contains(|c: char| c.is_ascii_digit())
        .then_some((number, rest))
}

/// `number` units of so many nanoseconds each.
fn in_nanoseconds(number: &str, unit: u128) -> Option<u128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if fraction.contains('.') || fraction.len() > 18 {
        return None;
    }
    let whole: u128 = if whole.is_empty() {
        0
    } else {
        whole.parse().ok()?
    };
    let scale = 10_u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let fraction: u128 = if fraction.is_empty() {
        0
    } else {
        fraction.parse().ok()?
    };
    whole
        .checked_mul(unit)?
        .checked_add(fraction.checked_mul(unit)? / scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_go_reads() {
        for (text, milliseconds) in [
            ("0", 0),
            ("0s", 0),
            ("500ms", 500),
            ("90s", 90_000),
            ("1h30m", 5_400_000),
            ("1.5h", 5_400_000),
            (".5s", 500),
            ("1.s", 1_000),
            ("1m1s1ms", 61_001),
            ("720h", 2_592_000_000),
            ("2000us", 2),
            ("2000µs", 2),
        ] {
            assert_eq!(
                parse(text),
                Some(Duration::from_millis(milliseconds)),
                "{text}"
            );
        }
        assert_eq!(parse("7ns"), Some(Duration::from_nanos(7)));
    }

    #[test]
    fn refuses_everything_else() {
        for text in [
            "",
            " ",
            "5",
            "10",
            "s",
            ".s",
            "1..5s",
            "1.2.3s",
            "-1s",
            "+1s",
            "1 s",
            "1h ",
            "1d",
            "1w",
            "1H",
            "h1",
            "1e3s",
            "0x1s",
            "١s",
            "1hm",
            "99999999999999999999999h",
            "999999999999999999h1",
            "1.1234567890123456789s",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn writes_what_it_reads() {
        for text in ["0s", "30m", "1h30m", "90h", "1s500ms", "2160h"] {
            assert_eq!(parse(text).map(format).as_deref(), Some(text));
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "[0-9.hmsunµ -]{0,24}") {
            let _ = parse(&text);
        }

        #[test]
        fn survives_the_way_there_and_back(milliseconds in 0_u64..1_000_000_000_000) {
            let duration = Duration::from_millis(milliseconds);
            proptest::prop_assert_eq!(parse(&format(duration)), Some(duration));
        }
    }
}
