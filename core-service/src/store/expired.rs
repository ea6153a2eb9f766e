//! Removal of rows whose time is over, from every table that has such.

use std::time::Duration;

use super::{Conn, Executor, StoreError, connection::Executed, sql};
use crate::domain::time::Timestamp;

/// A used code stays so long after its end, so that a replay is still known as one
/// and ends its family (RFC 6749 section 4.1.2).
const REPLAY_MEMORY: Duration = Duration::from_secs(3600);

/// Names the PostgreSQL advisory lock of the one process that removes; any number will do.
const REMOVAL_LOCK: i64 = 0x6175_7468_6761_7465;

/// One small batch from `table`: `$1` is now, `$2` the size of the batch.
macro_rules! remove {
    ($executor:expr, $now:expr, $batch:expr, $table:literal, $past:literal, $order:literal) => {{
        let Executed(rows) = sql!($executor, |conn| sqlx::query(concat!(
            "DELETE FROM ",
            $table,
            " WHERE id IN (SELECT id FROM ",
            $table,
            " WHERE ",
            $past,
            " ORDER BY ",
            $order,
            " LIMIT $2)"
        ))
        .bind($now)
        .bind(i64::from($batch))
        .execute(conn))?;
        rows
    }};
}

/// The tables whose rows have an end, in the order in which they are gone through. Grants
/// last: the codes and refresh tokens that go with one would make its batch a large one.
pub(crate) const TABLES: [&str; 8] = [
    "sessions",
    "authorization_requests",
    "authorization_codes",
    "device_codes",
    "refresh_tokens",
    "access_tokens",
    "throttles",
    "grants",
];

/// How many rows went from each of the [`TABLES`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Removed(pub(crate) [u64; 8]);

impl Removed {
    /// How many went in all.
    pub(crate) fn total(self) -> u64 {
        self.0.iter().sum()
    }

    /// Adds `more`.
    pub(crate) fn add(&mut self, more: Self) {
        for (sum, rows) in self.0.iter_mut().zip(more.0) {
            *sum += rows;
        }
    }
}

/// As `table: rows` for each table that lost some.
impl std::fmt::Display for Removed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let lost = TABLES.iter().zip(self.0).filter(|(_, rows)| *rows > 0);
        let lost: Vec<String> = lost
            .map(|(table, rows)| format!("{table}: {rows}"))
            .collect();
        f.write_str(&lost.join(", "))
    }
}

/// Removes at most `batch` rows from each table whose time is over at `now`; gives
/// how many. Run it in a transaction, until it gives none.
///
/// Gives none while another process removes: one is enough.
pub(crate) async fn remove(
    executor: &mut impl Executor,
    now: Timestamp,
    batch: u32,
) -> Result<Removed, StoreError> {
    if !is_ours_to_do(executor, REMOVAL_LOCK).await? {
        return Ok(Removed::default());
    }
    let replayable = now - REPLAY_MEMORY;
    Ok(Removed([
        remove!(
            executor,
            now,
            batch,
            "sessions",
            "expires_at <= $1",
            "expires_at"
        ),
        remove!(
            executor,
            now,
            batch,
            "authorization_requests",
            "expires_at <= $1",
            "expires_at"
        ),
        remove!(
            executor,
            replayable,
            batch,
            "authorization_codes",
            "expires_at <= $1",
            "expires_at"
        ),
        remove!(
            executor,
            replayable,
            batch,
            "device_codes",
            "expires_at <= $1",
            "expires_at"
        ),
        remove!(
            executor,
            now,
            batch,
            "refresh_tokens",
            "expires_at <= $1",
            "expires_at"
        ),
        remove!(
            executor,
            now,
            batch,
            "access_tokens",
            "expires_at <= $1",
            "expires_at"
        ),
        remove!(
            executor,
            now,
            batch,
            "throttles",
            "window_ends <= $1 AND blocked_until <= $1",
            "window_ends"
        ),
        remove!(
            executor,
            now,
            batch,
            "grants",
            "expires_at <= $1",
            "expires_at"
        ),
    ]))
}

/// Whether no other process removes what `lock` stands for right now. Asked of PostgreSQL only, until the
/// end of the transaction; SQLite's transactions stand in line anyway.
pub(super) async fn is_ours_to_do(
    executor: &mut impl Executor,
    lock: i64,
) -> Result<bool, StoreError> {
    if let Conn::Sqlite(_) = executor.conn()? {
        return Ok(true);
    }
    sql!(executor, |conn| sqlx::query_scalar::<_, bool>(
        "SELECT pg_try_advisory_xact_lock($1)"
    )
    .bind(lock)
    .fetch_one(conn))
}
