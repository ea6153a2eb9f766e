//! Table `throttles`: failures counted against one account, address or session.

use std::time::Duration;

use super::{Executor, StoreError, connection::Executed, sql};
use crate::domain::time::Timestamp;

/// What is counted against one key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct ThrottleRow {
    /// Failures in the window.
    pub(crate) failures: i64,
    /// When counting starts anew.
    pub(crate) window_ends: Timestamp,
    /// Nothing more is tried before this; the epoch: not blocked.
    pub(crate) blocked_until: Timestamp,
}

/// What is counted against `id`, a hash.
pub(crate) async fn get(
    executor: &mut impl Executor,
    id: &str,
) -> Result<Option<ThrottleRow>, StoreError> {
    sql!(executor, |conn| sqlx::query_as::<_, ThrottleRow>(
        "SELECT failures, window_ends, blocked_until FROM throttles WHERE id = $1"
    )
    .bind(id)
    .fetch_optional(conn))
}

/// Counts one failure against `id` and gives how many there are in the window. The
/// window is `window` long from its first failure on.
pub(crate) async fn record_failure(
    executor: &mut impl Executor,
    id: &str,
    now: Timestamp,
    window: Duration,
) -> Result<i64, StoreError> {
    sql!(executor, |conn| sqlx::query_scalar::<_, i64>(
        "INSERT INTO throttles (id, failures, window_ends, blocked_until) VALUES ($1, 1, $3, 0) \
         ON CONFLICT (id) DO UPDATE SET \
         failures = CASE WHEN throttles.window_ends > $2 THEN throttles.failures + 1 ELSE 1 END, \
         window_ends = CASE WHEN throttles.window_ends > $2 THEN throttles.window_ends ELSE $3 END \
         RETURNING failures"
    )
    .bind(id)
    .bind(now)
    .bind(now + window)
    .fetch_one(conn))
}

/// Blocks `id`, which has a failure on record, until `until`; an earlier block that
/// lasts longer stays.
pub(crate) async fn block(
    executor: &mut impl Executor,
    id: &str,
    until: Timestamp,
) -> Result<(), StoreError> {
    let _: Executed = sql!(executor, |conn| sqlx::query(
        "UPDATE throttles SET blocked_until = $2 WHERE id = $1 AND blocked_until < $2"
    )
    .bind(id)
    .bind(until)
    .execute(conn))?;
    Ok(())
}

/// Forgets what was counted against `id`.
pub(crate) async fn clear(executor: &mut impl Executor, id: &str) -> Result<(), StoreError> {
    let _: Executed = sql!(executor, |conn| sqlx::query(
        "DELETE FROM throttles WHERE id = $1"
    )
    .bind(id)
    .execute(conn))?;
    Ok(())
}
