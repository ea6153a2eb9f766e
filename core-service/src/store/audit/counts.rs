//! Table `audit_counts`: reading, removing.

use crate::{
    domain::{audit::Count, time::Timestamp},
    store::{Executor, StoreError, connection::Executed, sql},
};

/// The events of the hours that began at `from` or later and before `until`, by kind;
/// `hour` is `from` for all of them.
pub(crate) async fn sum(
    executor: &mut impl Executor,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<Count>, StoreError> {
    let rows: Vec<(String, String, bool, i64)> = sql!(executor, |conn| sqlx::query_as(
        "SELECT event_type, severity, success, CAST(SUM(count) AS BIGINT) FROM audit_counts \
         WHERE hour >= $1 AND hour < $2 GROUP BY event_type, severity, success"
    )
    .bind(from)
    .bind(until)
    .fetch_all(conn))?;
    let count = |(event_type, severity, success, count)| Count {
        hour: from,
        event_type,
        severity,
        success,
        count,
    };
    Ok(rows.into_iter().map(count).collect())
}

/// The events of each hour that began after `after` and before `until`, by kind, in the
/// order of the hours.
pub(crate) async fn by_hour(
    executor: &mut impl Executor,
    after: Timestamp,
    until: Timestamp,
) -> Result<Vec<Count>, StoreError> {
    let rows: Vec<(Timestamp, String, String, bool, i64)> = sql!(executor, |conn| sqlx::query_as(
        "SELECT hour, event_type, severity, success, CAST(SUM(count) AS BIGINT) \
             FROM audit_counts WHERE hour > $1 AND hour < $2 \
             GROUP BY hour, event_type, severity, success ORDER BY hour"
    )
    .bind(after)
    .bind(until)
    .fetch_all(conn))?;
    let count = |(hour, event_type, severity, success, count)| Count {
        hour,
        event_type,
        severity,
        success,
        count,
    };
    Ok(rows.into_iter().map(count).collect())
}

/// Removes the hours that began before `bound`.
pub(crate) async fn remove_before(
    executor: &mut impl Executor,
    bound: Timestamp,
) -> Result<u64, StoreError> {
    let Executed(rows) = sql!(executor, |conn| sqlx::query(
        "DELETE FROM audit_counts WHERE hour < $1"
    )
    .bind(bound)
    .execute(conn))?;
    Ok(rows)
}
