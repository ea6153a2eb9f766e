//! Audit entries as files: CSV for spreadsheets, JSON Lines for programs.

use authgate_proto::v1::AuditEntry;
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The predecessor's ten columns.
    Csv,
    /// A JSON object a line, with everything.
    JsonLines,
}

const HEADINGS: [&str; 10] = [
    "Event Time",
    "Event Type",
    "Severity",
    "Actor Username",
    "Actor IP",
    "Resource Type",
    "Resource Name",
    "Action",
    "Success",
    "Error Message",
];

impl Format {
    /// The format of that name: `csv` or `jsonl`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "csv" => Some(Self::Csv),
            "jsonl" => Some(Self::JsonLines),
            _ => None,
        }
    }

    /// Its name, which is the ending of its files too.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::JsonLines => "jsonl",
        }
    }

    /// Its media type (RFC 4180, RFC 7111).
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::JsonLines => "application/jsonl",
        }
    }

    /// What a file begins with.
    #[must_use]
    pub fn beginning(self) -> Vec<u8> {
        match self {
            Self::Csv => rows([HEADINGS.map(str::to_owned)]),
            Self::JsonLines => Vec::new(),
        }
    }

    /// `entries`, to be put behind those before.
    #[must_use]
    pub fn encode(self, entries: &[AuditEntry]) -> Vec<u8> {
        match self {
            Self::Csv => rows(entries.iter().map(row)),
            Self::JsonLines => {
                let lines = entries.iter().map(|entry| format!("{}\n", object(entry)));
                lines.collect::<String>().into_bytes()
            }
        }
    }
}

/// The file name of an export on the day of `now`.
#[must_use]
pub fn file_name(format: Format, now: OffsetDateTime) -> String {
    let (year, month, day) = now.to_calendar_date();
    let month = u8::from(month);
    format!("audit_logs_{year:04}-{month:02}-{day:02}.{}", format.name())
}

/// An entry with the predecessor's names of its members, and what is new.
#[must_use]
pub fn object(entry: &AuditEntry) -> Value {
    // An object by contract; what is none is shown as it is.
    let details: Value = serde_json::from_str(&entry.details)
        .unwrap_or_else(|_| Value::String(entry.details.clone()));
    let time = instant(entry.event_time);
    json!({
        "id": entry.id,
        "event_type": entry.event_type,
        "event_time": time,
        "severity": entry.severity,
        "actor_user_id": entry.actor_user_id,
        "actor_username": entry.actor_username,
        "actor_ip": entry.actor_ip,
        "resource_type": entry.resource_type,
        "resource_id": entry.resource_id,
        "resource_name": entry.resource_name,
        "action": entry.action,
        "details": details,
        "success": entry.success,
        "error_message": entry.error_message,
        "user_agent": entry.user_agent,
        "request_path": entry.request_path,
        "request_method": entry.request_method,
        "request_id": entry.request_id,
        "created_at": time,
        "count": entry.count,
        "chain": entry.chain,
        "sequence": entry.sequence,
        "hash": entry.hash,
    })
}

/// Milliseconds since the epoch, as RFC 3339.
#[must_use]
pub fn instant(millis: i64) -> String {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000)
        .ok()
        .and_then(|instant| instant.format(&Rfc3339).ok())
        .unwrap_or_default()
}

fn row(entry: &AuditEntry) -> [String; 10] {
    let success = if entry.success { "Yes" } else { "No" };
    [
        &instant(entry.event_time),
        &entry.event_type,
        &entry.severity,
        &entry.actor_username,
        &entry.actor_ip,
        &entry.resource_type,
        &entry.resource_name,
        &entry.action,
        success,
        &entry.error_message,
    ]
    .map(harmless)
}

/// What spreadsheets take for the beginning of a formula, also in full width.
const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];
/// What parts cells or rows, here or where a semicolon or tab does.
const PARTING: [char; 6] = [',', ';', '\t', '"', '\r', '\n'];

/// A cell that no spreadsheet takes for a formula.
fn harmless(text: &str) -> String {
    if text.starts_with(FORMULA) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// Rows as in RFC 4180.
fn rows(rows: impl IntoIterator<Item = [String; 10]>) -> Vec<u8> {
    let mut text = String::new();
    for row in rows {
        text.push_str(&row.map(quoted).join(","));
        text.push_str("\r\n");
    }
    text.into_bytes()
}

fn quoted(cell: String) -> String {
    if cell.contains(PARTING) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str) -> AuditEntry {
        AuditEntry {
            event_time: 1_700_000_000_123,
            event_type: "CLIENT_CREATED".to_owned(),
            severity: "INFO".to_owned(),
            actor_username: name.to_owned(),
            details: "{\"a\":1}".to_owned(),
            success: true,
            ..AuditEntry::default()
        }
    }

    #[test]
    fn a_csv_file_has_the_predecessors_columns() {
        let text = [Format::Csv.beginning(), Format::Csv.encode(&[entry("ada")])].concat();
        assert_eq!(
            String::from_utf8(text).unwrap(),
            "Event Time,Event Type,Severity,Actor Username,Actor IP,Resource Type,Resource Name,\
             Action,Success,Error Message\r\n\
             2023-11-14T22:13:20.123Z,CLIENT_CREATED,INFO,ada,,,,,Yes,\r\n"
        );
    }

    #[test]
    fn no_cell_is_a_formula_or_breaks_out() {
        for (name, cell) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "\"'\t=1\""),
            ("＝1+1", "'＝1+1"),
            ("＋1", "'＋1"),
            ("－1", "'－1"),
            ("＠SUM(A1)", "'＠SUM(A1)"),
            ("a;=1+1", "\"a;=1+1\""),
            ("a\t=1+1", "\"a\t=1+1\""),
            ("\r=1", "\"'\r=1\""),
            ("a\"b", "\"a\"\"b\""),
            ("a,b\nc", "\"a,b\nc\""),
            ("<b>", "<b>"),
            ("żółw", "żółw"),
        ] {
            let text = String::from_utf8(Format::Csv.encode(&[entry(name)])).unwrap();
            assert!(
                text.contains(&format!(",INFO,{cell},,")),
                "{name:?}: {text:?}"
            );
        }
    }

    #[test]
    fn each_line_is_an_object() {
        let text = Format::JsonLines.encode(&[entry("a\nb"), entry("b")]);
        let text = String::from_utf8(text).unwrap();
        let lines: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0]["actor_username"], "a\nb");
        assert_eq!(lines[0]["details"], json!({ "a": 1 }));
        assert_eq!(lines[0]["event_time"], lines[0]["created_at"]);
    }

    #[test]
    fn a_file_is_named_by_its_day() {
        let day = OffsetDateTime::from_unix_timestamp(1_700_000_000).unwrap();
        assert_eq!(file_name(Format::Csv, day), "audit_logs_2023-11-14.csv");
    }
}
