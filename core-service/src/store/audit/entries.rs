//! Table `audit_log`: reading in order, removing.

use uuid::Uuid;

use super::chains::hash;
use crate::{
    domain::{
        audit::{Entry, Hash, Link, Record},
        time::Timestamp,
    },
    store::{Executor, StoreError, sql},
};

/// Names the PostgreSQL advisory lock of the one process that removes old entries.
const REMOVAL_LOCK: i64 = 0x6175_6469_746c_6f67;

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
