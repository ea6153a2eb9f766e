//! Table `audit_counts`.

use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::{
    domain::{audit::Count, time::Timestamp},
    store::{Executor, StoreError, connection::Executed, sql},
};

/// Adds `counts`, one at least and each of another kind, to those of `chain`.
pub(crate) async fn add(
    executor: &mut impl Executor,
    chain: Uuid,
    counts: &[Count],
) -> Result<(), StoreError> {
    let places: Vec<String> = (0..counts.len())
        .map(|row| {
            let places: Vec<_> = (1..=6).map(|n| format!("${}", row * 6 + n)).collect();
            format!("({})", places.join(", "))
        })
        .collect();
    let text = format!(
        "INSERT INTO audit_counts (hour, chain, event_type, severity, success, count) VALUES {} \
         ON CONFLICT (hour, chain, event_type, severity, success) \
         DO UPDATE SET count = audit_counts.count + excluded.count",
        places.join(", ")
    );
    let _: Executed = sql!(executor, |conn| {
        let mut insert = sqlx::query(AssertSqlSafe(text.as_str()));
        for count in counts {
            insert = insert
                .bind(count.hour)
                .bind(chain)
                .bind(&count.event_type)
                .bind(&count.severity)
                .bind(count.success)
                .bind(count.count);
        }
        insert.execute(conn)
    })?;
    Ok(())
}

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
