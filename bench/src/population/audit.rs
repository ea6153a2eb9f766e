//! Entries of the audit trail.

use serde_json::json;
use uuid::Uuid;

use super::rows::{
    AGENTS, Cell, DAY, HOUR, LAST, SCOPES, Sizes, Table, address, client_of_grant, hash, ordered,
    pick, share, spread, text, user_of_grant, uuid,
};

/// Event types, how severe each is, and how often it comes in a hundred.
const EVENTS: [(&str, &str, &str, u64); 9] = [
    ("ACCESS_TOKEN_ISSUED", "INFO", "TOKEN", 30),
    ("CLIENT_CREDENTIALS_TOKEN_ISSUED", "INFO", "TOKEN", 30),
    ("TOKEN_INTROSPECTED", "INFO", "TOKEN", 20),
    ("TOKEN_REFRESHED", "INFO", "TOKEN", 10),
    ("AUTHENTICATION_SUCCESS", "INFO", "USER", 5),
    ("AUTHENTICATION_FAILURE", "WARNING", "USER", 2),
    ("USER_AUTHORIZATION_GRANTED", "INFO", "AUTHORIZATION", 1),
    ("CLIENT_UPDATED", "INFO", "CLIENT", 1),
    ("TOKEN_REVOKED", "INFO", "TOKEN", 1),
];

/// The event of an audit entry.
fn event(number: u64) -> (&'static str, &'static str, &'static str) {
    if number % 200_000 == 11 {
        return ("SUSPICIOUS_ACTIVITY", "CRITICAL", "TOKEN");
    }
    let mut random = spread("event", number) % 100;
    for (name, severity, resource, share) in EVENTS {
        if random < share {
            return (name, severity, resource);
        }
        random -= share;
    }
    ("LOGOUT", "INFO", "SESSION")
}

/// When an audit entry was written: in the last eighty days, in order.
fn written(sizes: Sizes, number: u64, now: i64) -> i64 {
    now - 80 * DAY + share(80 * DAY - 60_000, number, sizes.audit)
}

/// The entries, in order.
pub(super) fn entries(sizes: Sizes, now: i64) -> Table {
    Table {
        name: "audit_log",
        columns: &[
            "id",
            "chain",
            "sequence",
            "hash",
            "event_time",
            "event_type",
            "severity",
            "actor_user_id",
            "actor_username",
            "actor_ip",
            "resource_type",
            "resource_id",
            "resource_name",
            "action",
            "details",
            "success",
            "error_message",
            "user_agent",
            "request_path",
            "request_method",
            "request_id",
            "count",
        ],
        count: sizes.audit,
        row: Box::new(move |number| {
            let at = written(sizes, number, now);
            let (name, severity, resource) = event(number);
            let client = client_of_grant(sizes, number);
            let user = user_of_grant(sizes, number);
            let by_client = name.contains("CLIENT_CREDENTIALS") || name.contains("INTROSPECTED");
            let (actor, actor_name) = if by_client {
                let name = format!("{} Service {client}", pick(&LAST, client));
                (format!("client:{}", uuid("client", client)), name)
            } else {
                (uuid("user", user).to_string(), format!("user{user:06}"))
            };
            let failed = name == "AUTHENTICATION_FAILURE";
            vec![
                Cell::Uuid(ordered("audit", number, at)),
                Cell::Uuid(chain()),
                Cell::Int(i64::try_from(number).unwrap_or_default() + 1),
                hash("audit", number),
                Cell::Int(at),
                text(name),
                text(severity),
                text(actor),
                text(actor_name),
                text(address(number)),
                text(resource),
                text(uuid(resource, spread("resource", number) % 1_000_000).to_string()),
                text(format!("{} Service {client}", pick(&LAST, client))),
                text(name.to_lowercase().replace('_', " ")),
                text(json!({ "scope": pick(&SCOPES, number) }).to_string()),
                Cell::Bool(!failed),
                text(if failed { "bad credentials" } else { "" }),
                text(pick(&AGENTS, number)),
                text("/oauth/token"),
                text("POST"),
                text(format!("{:032x}", spread("request", number))),
                Cell::Int(1),
            ]
        }),
    }
}

fn chain() -> Uuid {
    uuid("chain", 0)
}

/// How many there are of what, by the hour.
pub(super) fn counts(sizes: Sizes, now: i64) -> Table {
    // As if the events of an hour came as often as they are drawn.
    let hours = 80 * 24_u64;
    let kinds = EVENTS.len() as u64;
    Table {
        name: "audit_counts",
        columns: &[
            "hour",
            "chain",
            "event_type",
            "severity",
            "success",
            "count",
        ],
        count: hours * kinds,
        row: Box::new(move |number| {
            let hour = (now - 80 * DAY) / HOUR + i64::try_from(number / kinds).unwrap_or_default();
            let (name, severity, _, percent) = pick(&EVENTS, number % kinds);
            let count = sizes.audit / hours * percent / 100;
            vec![
                Cell::Int(hour * HOUR),
                Cell::Uuid(chain()),
                text(name),
                text(severity),
                Cell::Bool(name != "AUTHENTICATION_FAILURE"),
                Cell::Int(i64::try_from(count).unwrap_or_default()),
            ]
        }),
    }
}
