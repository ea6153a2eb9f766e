//! What stands in the rows.

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::json;
use uuid::{Builder, Uuid};

use super::audit;

pub(super) const HOUR: i64 = 3_600_000;
pub(super) const DAY: i64 = 24 * HOUR;

/// A value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    Null,
    Text(String),
    Int(i64),
    Bool(bool),
    /// 16 bytes: a UUID where the database has such a type.
    Uuid(Uuid),
    Bytes(Vec<u8>),
}

/// A table and its rows.
pub struct Table {
    pub name: &'static str,
    pub columns: &'static [&'static str],
    pub count: u64,
    /// The row of a number, from 0 on.
    pub row: Box<dyn Fn(u64) -> Vec<Cell> + Send>,
}

/// How many there are.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    users: u64,
    clients: u64,
    tokens: u64,
    pub(super) audit: u64,
}

impl Sizes {
    /// Those of `scale`.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "sizes are rough"
    )]
    pub fn new(scale: f64) -> Self {
        let of = |all: u64| ((all as f64 * scale) as u64).max(10);
        Self {
            users: of(100_000),
            clients: of(1_000),
            tokens: of(5_000_000),
            audit: of(5_000_000),
        }
    }

    /// Half of the tokens are under a grant, five under each.
    const fn grants(self) -> u64 {
        self.tokens / 10
    }
}

const FIRST: [&str; 12] = [
    "Ada", "Grace", "Alan", "Edsger", "Barbara", "Donald", "Frances", "Ken", "Radia", "Dennis",
    "Hedy", "Tim",
];
pub(super) const LAST: [&str; 12] = [
    "Lovelace", "Hopper", "Turing", "Dijkstra", "Liskov", "Knuth", "Allen", "Thompson", "Perlman",
    "Ritchie", "Lamarr", "Lin",
];
pub(super) const SCOPES: [&str; 5] = [
    "openid profile email",
    "read write",
    "read",
    "openid profile email offline_access",
    "admin",
];
pub(super) const AGENTS: [&str; 3] = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36",
    "authgate-cli/1.4",
];

/// 32 bytes of a number.
fn bytes(seed: &str, number: u64) -> [u8; 32] {
    let hash = digest(&SHA256, format!("{seed} {number}").as_bytes());
    hash.as_ref().try_into().unwrap_or_default()
}

/// A number that is spread like a random one.
pub(super) fn spread(seed: &str, number: u64) -> u64 {
    let hash = bytes(seed, number);
    u64::from_le_bytes(hash[..8].try_into().unwrap_or_default())
}

/// A UUID of a number.
pub(super) fn uuid(seed: &str, number: u64) -> Uuid {
    let hash = bytes(seed, number);
    let bytes: [u8; 16] = hash[..16].try_into().unwrap_or_default();
    Builder::from_random_bytes(bytes).into_uuid()
}

/// A UUIDv7 of a number, made at that instant.
pub(super) fn ordered(seed: &str, number: u64, at: i64) -> Uuid {
    let hash = bytes(seed, number);
    let bytes: [u8; 10] = hash[..10].try_into().unwrap_or_default();
    Builder::from_unix_timestamp_millis(u64::try_from(at).unwrap_or_default(), &bytes).into_uuid()
}

pub(super) fn text(value: impl Into<String>) -> Cell {
    Cell::Text(value.into())
}

pub(super) fn pick<T: Copy>(all: &[T], number: u64) -> T {
    all[usize::try_from(number % all.len() as u64).unwrap_or_default()]
}

pub(super) fn hash(seed: &str, number: u64) -> Cell {
    Cell::Bytes(bytes(&format!("hash {seed}"), number).to_vec())
}

/// When the grant of that number was given: in the last thirty days, in order.
fn grant_made(sizes: Sizes, number: u64, now: i64) -> i64 {
    now - 30 * DAY + share(30 * DAY - HOUR, number, sizes.grants())
}

pub(super) fn share(span: i64, number: u64, of: u64) -> i64 {
    let share = i128::from(span) * i128::from(number) / i128::from(of.max(1));
    i64::try_from(share).unwrap_or_default()
}

fn grant_id(sizes: Sizes, number: u64, now: i64) -> Uuid {
    ordered("grant", number, grant_made(sizes, number, now))
}

pub(super) fn user_of_grant(sizes: Sizes, number: u64) -> u64 {
    spread("user of grant", number) % sizes.users
}

pub(super) fn client_of_grant(sizes: Sizes, number: u64) -> u64 {
    // Few clients have most of it.
    let random = spread("client of grant", number) % 1_000_000;
    random * random / 1_000_000 * sizes.clients / 1_000_000
}

/// All tables, each after those that its rows name.
pub fn tables(sizes: Sizes, now: i64) -> Vec<Table> {
    vec![
        users(sizes, now),
        clients(sizes, now),
        sessions(sizes, now),
        consents(sizes, now),
        grants(sizes, now),
        refresh_tokens(sizes, now),
        access_tokens(sizes, now),
        audit::entries(sizes, now),
        audit::counts(sizes, now),
    ]
}

fn users(sizes: Sizes, now: i64) -> Table {
    Table {
        name: "users",
        columns: &[
            "id",
            "username",
            "username_key",
            "email",
            "email_key",
            "email_verified",
            "password_hash",
            "role",
            "active",
            "claims",
            "auth_source",
            "external_id",
            "created_at",
            "updated_at",
            "name_key",
        ],
        count: sizes.users,
        row: Box::new(move |number| {
            let name = format!("{} {}", pick(&FIRST, number), pick(&LAST, number / 12));
            let username = format!("user{number:06}");
            let email = format!("{username}@corp.example");
            let made = now - 300 * DAY + share(299 * DAY, number, sizes.users);
            let ldap = number % 10 == 3;
            vec![
                text(uuid("user", number).to_string()),
                text(username.clone()),
                text(username.clone()),
                text(email.clone()),
                text(email),
                Cell::Bool(number % 3 != 0),
                Cell::Null,
                text(if number % 5_000 == 7 { "admin" } else { "user" }),
                Cell::Bool(number % 50 != 9),
                text(json!({ "name": name }).to_string()),
                text(if ldap { "ldap" } else { "local" }),
                if ldap {
                    text(format!("uid={username}"))
                } else {
                    Cell::Null
                },
                Cell::Int(made),
                Cell::Int(made),
                text(name.to_lowercase()),
            ]
        }),
    }
}

fn clients(sizes: Sizes, now: i64) -> Table {
    Table {
        name: "clients",
        columns: &[
            "id",
            "secret_hash",
            "metadata",
            "status",
            "registration_token_hash",
            "owner_id",
            "created_at",
            "updated_at",
            "name_key",
            "search_key",
        ],
        count: sizes.clients,
        row: Box::new(move |number| {
            let id = uuid("client", number).to_string();
            let name = format!("{} Service {number}", pick(&LAST, number));
            let description = format!("The service of team {}", number % 40);
            let public = number % 4 == 0;
            let method = if public {
                "none"
            } else {
                "client_secret_basic"
            };
            let metadata = json!({
                "client_name": name,
                "description": description,
                "redirect_uris": [format!("https://app{number}.corp.example/callback")],
                "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
                "response_types": ["code"],
                "token_endpoint_auth_method": method,
                "scope": "openid profile email offline_access read write admin",
            });
            let status = match number % 20 {
                0 => "pending",
                1 => "inactive",
                _ => "active",
            };
            let owner = uuid("user", spread("owner", number) % sizes.users);
            let made = now - 200 * DAY + share(199 * DAY, number, sizes.clients);
            vec![
                text(id.clone()),
                if public {
                    Cell::Null
                } else {
                    text(format!("sha256:{:064x}", number))
                },
                text(metadata.to_string()),
                text(status),
                Cell::Null,
                if number % 3 == 0 {
                    text(owner.to_string())
                } else {
                    Cell::Null
                },
                Cell::Int(made),
                Cell::Int(made),
                text(format!("{} {id}", name.to_lowercase())),
                text(format!("{name} {id} {description}").to_lowercase()),
            ]
        }),
    }
}

fn sessions(sizes: Sizes, now: i64) -> Table {
    Table {
        name: "sessions",
        columns: &[
            "id",
            "hash",
            "user_id",
            "auth_time",
            "amr",
            "remembered",
            "fingerprint",
            "client_ip",
            "user_agent",
            "created_at",
            "last_seen_at",
            "expires_at",
            "revoked_at",
        ],
        count: sizes.users,
        row: Box::new(move |number| {
            let made = now - 8 * HOUR + share(7 * HOUR, number, sizes.users);
            vec![
                text(ordered("session", number, made).to_string()),
                hash("session", number),
                text(uuid("user", number).to_string()),
                Cell::Int(made),
                text("pwd"),
                Cell::Bool(true),
                Cell::Null,
                text(address(number)),
                text(pick(&AGENTS, number)),
                Cell::Int(made),
                Cell::Int(made),
                Cell::Int(now + 20 * DAY),
                Cell::Null,
            ]
        }),
    }
}

pub(super) fn address(number: u64) -> String {
    let random = spread("address", number % 20_000);
    format!(
        "10.{}.{}.{}",
        random % 8,
        (random >> 8) % 256,
        (random >> 16) % 256
    )
}

fn consents(sizes: Sizes, now: i64) -> Table {
    // Two of each person; numbers and not draws, because they are unique.
    Table {
        name: "consents",
        columns: &[
            "id",
            "user_id",
            "client_id",
            "scope",
            "claims",
            "granted_at",
            "updated_at",
            "revoked_at",
        ],
        count: sizes.users * 2,
        row: Box::new(move |number| {
            let made = now - 100 * DAY + share(99 * DAY, number, sizes.users * 2);
            let (user, which) = (number / 2, number % 2);
            let client = (user * 7 + which * (sizes.clients / 2).max(1)) % sizes.clients;
            vec![
                text(ordered("consent", number, made).to_string()),
                text(uuid("user", user).to_string()),
                text(uuid("client", client).to_string()),
                text(pick(&SCOPES, number)),
                text(""),
                Cell::Int(made),
                Cell::Int(made),
                Cell::Null,
            ]
        }),
    }
}

fn grants(sizes: Sizes, now: i64) -> Table {
    Table {
        name: "grants",
        columns: &[
            "id",
            "client_id",
            "user_id",
            "session_id",
            "consent_id",
            "scope",
            "claims",
            "nonce",
            "auth_time",
            "amr",
            "acr",
            "created_at",
            "expires_at",
            "revoked_at",
            "client_ip",
            "user_agent",
            "disabled_at",
        ],
        count: sizes.grants(),
        row: Box::new(move |number| {
            let made = grant_made(sizes, number, now);
            vec![
                Cell::Uuid(grant_id(sizes, number, now)),
                text(uuid("client", client_of_grant(sizes, number)).to_string()),
                text(uuid("user", user_of_grant(sizes, number)).to_string()),
                Cell::Null,
                Cell::Null,
                text(pick(&SCOPES, number)),
                text("{}"),
                Cell::Null,
                Cell::Int(made),
                text("pwd"),
                Cell::Null,
                Cell::Int(made),
                Cell::Int(now + 60 * DAY),
                if number % 20 == 3 {
                    Cell::Int(made + HOUR)
                } else {
                    Cell::Null
                },
                text(address(number)),
                text(pick(&AGENTS, number)),
                if number % 500 == 7 {
                    Cell::Int(made + HOUR)
                } else {
                    Cell::Null
                },
            ]
        }),
    }
}

fn refresh_tokens(sizes: Sizes, now: i64) -> Table {
    Table {
        name: "refresh_tokens",
        columns: &[
            "id",
            "hash",
            "grant_id",
            "created_at",
            "expires_at",
            "last_used_at",
            "rotated_at",
            "successor_id",
            "revoked_at",
            "disabled_at",
        ],
        count: sizes.grants(),
        row: Box::new(move |number| {
            let made = grant_made(sizes, number, now);
            vec![
                text(ordered("refresh", number, made).to_string()),
                hash("refresh", number),
                Cell::Uuid(grant_id(sizes, number, now)),
                Cell::Int(made),
                Cell::Int(now + 30 * DAY),
                Cell::Int(made + HOUR),
                Cell::Null,
                Cell::Null,
                Cell::Null,
                Cell::Null,
            ]
        }),
    }
}

fn access_tokens(sizes: Sizes, now: i64) -> Table {
    Table {
        name: "access_tokens",
        columns: &[
            "id",
            "client_id",
            "grant_id",
            "scope",
            "expires_at",
            "revoked_at",
            "disabled_at",
        ],
        count: sizes.tokens,
        row: Box::new(move |number| {
            let made = now - 20 * HOUR + share(20 * HOUR - 60_000, number, sizes.tokens);
            let grant =
                (number % 2 == 0).then(|| spread("grant of token", number) % sizes.grants());
            let client = grant.map_or_else(
                || client_of_grant(sizes, number),
                |grant| client_of_grant(sizes, grant),
            );
            let scope = pick(&SCOPES[..4], spread("scope", number));
            let rare = number % 100_000 == 17;
            vec![
                Cell::Uuid(ordered("token", number, made)),
                text(uuid("client", client).to_string()),
                grant.map_or(Cell::Null, |grant| Cell::Uuid(grant_id(sizes, grant, now))),
                text(if rare { "admin" } else { scope }),
                Cell::Int(now + 2 * DAY + share(DAY, number, sizes.tokens)),
                if number % 200 == 5 {
                    Cell::Int(made + HOUR)
                } else {
                    Cell::Null
                },
                if number % 10_000 == 6 {
                    Cell::Int(made + HOUR)
                } else {
                    Cell::Null
                },
            ]
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_fit_their_columns_and_ids_are_in_order() {
        let now = 1_800_000_000_000;
        for table in tables(Sizes::new(0.001), now) {
            let mut last = None;
            for number in 0..table.count.min(500) {
                let row = (table.row)(number);
                assert_eq!(row.len(), table.columns.len(), "{}", table.name);
                if let Cell::Uuid(id) = row[0] {
                    let made = id.get_timestamp().map(|made| made.to_unix());
                    assert!(last <= made, "{}", table.name);
                    last = made;
                }
            }
        }
    }

    #[test]
    fn what_rows_name_is_there() {
        let sizes = Sizes::new(0.001);
        for number in 0..2_000 {
            assert!(client_of_grant(sizes, number) < sizes.clients);
            assert!(user_of_grant(sizes, number) < sizes.users);
        }
        let consents = consents(sizes, 0);
        let pairs: std::collections::HashSet<String> = (0..consents.count)
            .map(|number| format!("{:?}", &(consents.row)(number)[1..3]))
            .collect();
        assert_eq!(pairs.len() as u64, consents.count);
    }
}
