//! Table `audit_log`: writing, reading in order, removing.

use sqlx::{AssertSqlSafe, Sqlite, query::Query, sqlite::SqliteArguments};
use uuid::Uuid;

use super::chains::hash;
use crate::{
    domain::{
        audit::{Entry, Hash, Link, Record},
        time::Timestamp,
    },
    store::{Conn, Executor, StoreError, append::insert_rows, sql, within},
};

/// Names the PostgreSQL advisory lock of the one process that removes old entries.
const REMOVAL_LOCK: i64 = 0x6175_6469_746c_6f67;

/// Entries that one statement adds to SQLite: as many as there are, of these. Each is a
/// statement that stays prepared, and takes memory by its size.
const AT_ONCE: [usize; 4] = [256, 64, 8, 1];

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    pub(super) id: Uuid,
    chain: Uuid,
    sequence: i64,
    hash: Vec<u8>,
    event_time: Timestamp,
    event_type: String,
    severity: String,
    actor_user_id: String,
    actor_username: String,
    actor_ip: String,
    resource_type: String,
    resource_id: String,
    resource_name: String,
    action: String,
    details: String,
    success: bool,
    error_message: String,
    user_agent: String,
    request_path: String,
    request_method: String,
    request_id: String,
    count: i64,
}

impl From<Row> for Record {
    fn from(row: Row) -> Self {
        Self {
            link: Link {
                id: row.id,
                chain: row.chain,
                sequence: row.sequence,
                hash: hash(&row.hash),
            },
            entry: Entry {
                event_time: row.event_time,
                event_type: row.event_type.into(),
                severity: row.severity.into(),
                actor_user_id: row.actor_user_id,
                actor_username: row.actor_username,
                actor_ip: row.actor_ip,
                resource_type: row.resource_type.into(),
                resource_id: row.resource_id,
                resource_name: row.resource_name,
                action: row.action.into(),
                details: row.details,
                success: row.success,
                error_message: row.error_message,
                user_agent: row.user_agent,
                request_path: row.request_path,
                request_method: row.request_method,
                request_id: row.request_id,
                count: row.count,
            },
        }
    }
}

/// All columns, in the order of the table.
macro_rules! columns {
    () => {
        "id, chain, sequence, hash, event_time, event_type, severity, actor_user_id, \
         actor_username, actor_ip, resource_type, resource_id, resource_name, action, details, \
         success, error_message, user_agent, request_path, request_method, request_id, count"
    };
}
pub(super) use columns;

/// Adds `entries` at the places `links`, in one statement.
///
/// Here the databases get different texts, as in `append`.
pub(crate) async fn insert(
    executor: &mut impl Executor,
    links: &[Link],
    entries: &[&Entry],
) -> Result<(), StoreError> {
    let answer = executor.statement();
    match executor.conn()? {
        Conn::Sqlite(connection) => {
            let (mut links, mut entries) = (links, entries);
            for size in AT_ONCE {
                while links.len() >= size {
                    let (some, rest) = entries.split_at(size);
                    let insert = sqlite_insert(&links[..size], some);
                    within(answer, insert.execute(&mut *connection)).await?;
                    (links, entries) = (&links[size..], rest);
                }
            }
        }
        Conn::Postgres(connection) => {
            let uuids = |of: fn(&Link) -> Uuid| -> Vec<Uuid> { links.iter().map(of).collect() };
            let texts = |of: for<'e> fn(&'e Entry) -> &'e str| -> Vec<&str> {
                entries.iter().map(|entry| of(entry)).collect()
            };
            let numbers = |of: fn(&Entry) -> i64| -> Vec<i64> {
                entries.iter().map(|entry| of(entry)).collect()
            };
            let sequences: Vec<i64> = links.iter().map(|link| link.sequence).collect();
            let hashes: Vec<&[u8]> = links.iter().map(|link| link.hash.as_slice()).collect();
            let successes: Vec<bool> = entries.iter().map(|entry| entry.success).collect();
            let insert = sqlx::query(concat!(
                "INSERT INTO audit_log (",
                columns!(),
                ") SELECT * FROM UNNEST($1::uuid[], $2::uuid[], $3::bigint[], $4::bytea[], \
                 $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], \
                 $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::boolean[], \
                 $17::text[], $18::text[], $19::text[], $20::text[], $21::text[], $22::bigint[])"
            ))
            .bind(uuids(|link| link.id))
            .bind(uuids(|link| link.chain))
            .bind(sequences)
            .bind(hashes)
            .bind(numbers(|entry| entry.event_time.0))
            .bind(texts(|entry| &entry.event_type))
            .bind(texts(|entry| &entry.severity))
            .bind(texts(|entry| &entry.actor_user_id))
            .bind(texts(|entry| &entry.actor_username))
            .bind(texts(|entry| &entry.actor_ip))
            .bind(texts(|entry| &entry.resource_type))
            .bind(texts(|entry| &entry.resource_id))
            .bind(texts(|entry| &entry.resource_name))
            .bind(texts(|entry| &entry.action))
            .bind(texts(|entry| &entry.details))
            .bind(successes)
            .bind(texts(|entry| &entry.error_message))
            .bind(texts(|entry| &entry.user_agent))
            .bind(texts(|entry| &entry.request_path))
            .bind(texts(|entry| &entry.request_method))
            .bind(texts(|entry| &entry.request_id))
            .bind(numbers(|entry| entry.count))
            .execute(connection);
            let written = within(answer, insert).await;
            executor.heard(&written);
            written?;
        }
    }
    Ok(())
}

fn sqlite_insert<'q>(
    links: &'q [Link],
    entries: &[&'q Entry],
) -> Query<'q, Sqlite, SqliteArguments> {
    let into = concat!("audit_log (", columns!(), ")");
    let mut insert = sqlx::query(AssertSqlSafe(insert_rows(into, 22, links.len())));
    for (link, entry) in links.iter().zip(entries) {
        insert = insert
            .bind(link.id)
            .bind(link.chain)
            .bind(link.sequence)
            .bind(link.hash.as_slice())
            .bind(entry.event_time)
            .bind(&*entry.event_type)
            .bind(&*entry.severity)
            .bind(&*entry.actor_user_id)
            .bind(&*entry.actor_username)
            .bind(&*entry.actor_ip)
            .bind(&*entry.resource_type)
            .bind(&*entry.resource_id)
            .bind(&*entry.resource_name)
            .bind(&*entry.action)
            .bind(&*entry.details)
            .bind(entry.success)
            .bind(&*entry.error_message)
            .bind(&*entry.user_agent)
            .bind(&*entry.request_path)
            .bind(&*entry.request_method)
            .bind(&*entry.request_id)
            .bind(entry.count);
    }
    insert
}

/// Whether there is an entry of that id.
pub(crate) async fn exists(executor: &mut impl Executor, id: Uuid) -> Result<bool, StoreError> {
    let found: Option<i64> = sql!(executor, |conn| sqlx::query_scalar::<_, i64>(
        "SELECT sequence FROM audit_log WHERE id = $1"
    )
    .bind(id)
    .fetch_optional(conn))?;
    Ok(found.is_some())
}

/// The entry of that id.
pub(crate) async fn by_id(
    executor: &mut impl Executor,
    id: Uuid,
) -> Result<Option<Record>, StoreError> {
    let row: Option<Row> = sql!(executor, |conn| sqlx::query_as::<_, Row>(concat!(
        "SELECT ",
        columns!(),
        " FROM audit_log WHERE id = $1"
    ))
    .bind(id)
    .fetch_optional(conn))?;
    Ok(row.map(Record::from))
}

/// The newest `limit` entries, newest first.
pub(crate) async fn newest(
    executor: &mut impl Executor,
    limit: u32,
) -> Result<Vec<Record>, StoreError> {
    let rows: Vec<Row> = sql!(executor, |conn| sqlx::query_as::<_, Row>(concat!(
        "SELECT ",
        columns!(),
        " FROM audit_log ORDER BY id DESC LIMIT $1"
    ))
    .bind(i64::from(limit))
    .fetch_all(conn))?;
    Ok(rows.into_iter().map(Record::from).collect())
}

/// The first `limit` entries behind the id `after`, oldest first.
pub(crate) async fn page_from(
    executor: &mut impl Executor,
    after: Uuid,
    limit: u32,
) -> Result<Vec<Record>, StoreError> {
    let rows: Vec<Row> = sql!(executor, |conn| sqlx::query_as::<_, Row>(concat!(
        "SELECT ",
        columns!(),
        " FROM audit_log WHERE id > $1 ORDER BY id LIMIT $2"
    ))
    .bind(after)
    .bind(i64::from(limit))
    .fetch_all(conn))?;
    Ok(rows.into_iter().map(Record::from).collect())
}

/// Removes the oldest entries, at most `batch` of those before the id `bound`; gives
/// chain, sequence and hash of each.
pub(crate) async fn remove_before(
    executor: &mut impl Executor,
    bound: Uuid,
    batch: u32,
) -> Result<Vec<(Uuid, i64, Hash)>, StoreError> {
    let rows: Vec<(Uuid, i64, Vec<u8>)> = sql!(executor, |conn| sqlx::query_as(
        "DELETE FROM audit_log WHERE id IN (SELECT id FROM audit_log WHERE id < $1 ORDER BY id \
         LIMIT $2) RETURNING chain, sequence, hash"
    )
    .bind(bound)
    .bind(i64::from(batch))
    .fetch_all(conn))?;
    let removed = |(chain, sequence, bytes): (Uuid, i64, Vec<u8>)| (chain, sequence, hash(&bytes));
    Ok(rows.into_iter().map(removed).collect())
}

/// Whether no other process removes old entries right now: see `expired`.
pub(crate) async fn removal_is_ours(executor: &mut impl Executor) -> Result<bool, StoreError> {
    crate::store::expired::is_ours_to_do(executor, REMOVAL_LOCK).await
}
