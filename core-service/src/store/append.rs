//! Rows that many requests add at once: one statement and one durable commit for all.
//!
//! Whoever comes while a commit is under way goes along with the next one (on SQLite, of more
//! than 32, with the next but one at most), so the more there is to do, the less each costs,
//! and who is alone waits for nobody.
//!
//! Here the databases get different texts: PostgreSQL makes rows of one parameter a column
//! by UNNEST, SQLite of one parameter a value ([`Rows`]). The columns are those of the `insert` of
//! the same table; the conformance suite holds them to the same outcome.

use std::sync::Arc;

use sqlx::{PgConnection, error::BoxDynError, postgres::PgQueryResult};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::{
    StoreError,
    connection::Native,
    pools::Pools,
    rows::{Rows, insert_rows},
    within,
};
use crate::domain::{device_code::DeviceCode, id::GrantId, time::Timestamp, token::AccessToken};

/// Rows that one statement adds at most.
const MOST_AT_ONCE: usize = 128;
/// SQLite keeps a prepared statement for each number of rows; beyond this they are added by
/// this many, or twice as many, and so on.
const ROUND: usize = 32;
/// Rows that wait at most; whoever comes then waits outside.
const MOST_WAITING: usize = 1024;

/// The tables that are appended to.
#[derive(Clone)]
pub(super) struct Appenders {
    pub(super) access_tokens: Appender<AccessToken>,
    pub(super) device_codes: Appender<DeviceCode>,
}

/// The line for one table.
#[derive(Clone)]
pub(super) struct Appender<T>(mpsc::Sender<Entry<T>>);

/// A row, and who waits for it.
struct Entry<T> {
    row: T,
    done: Done,
}

/// Tells what became of a row.
type Done = oneshot::Sender<Result<(), StoreError>>;

/// What can be appended.
pub(super) trait Row: Send + Sync + Sized + 'static {
    /// For SQLite: table and columns,
    const INTO: &'static str;
    /// how many these are,
    const COLUMNS: usize;
    /// and the values of this row.
    fn values(&self, rows: &mut Rows) -> Result<(), BoxDynError>;

    /// Adds `rows` to PostgreSQL in one statement.
    fn insert(
        connection: &mut PgConnection,
        rows: &[Self],
    ) -> impl Future<Output = Result<PgQueryResult, sqlx::Error>> + Send;
}

impl Appenders {
    pub(super) fn start(pools: &Pools) -> Self {
        Self {
            access_tokens: Appender::start(pools),
            device_codes: Appender::start(pools),
        }
    }
}

impl<T: Row> Appender<T> {
    /// The line and the one who serves it, until the last of the former is gone.
    fn start(pools: &Pools) -> Self {
        let (line, entries) = mpsc::channel(MOST_WAITING);
        tokio::spawn(serve(pools.clone(), entries));
        Self(line)
    }

    /// Adds `row` with those that come at the same time; it is durable when this is back.
    ///
    /// # Errors
    /// A conflict when another row has a value that must be unique; UNAVAILABLE when the
    /// database is away, and whether it was added is then unknown.
    pub(super) async fn append(&self, row: T) -> Result<(), StoreError> {
        let ended = || StoreError::unavailable("nothing is written at the moment");
        let (done, answer) = oneshot::channel();
        let entry = Entry { row, done };
        self.0.send(entry).await.map_err(|_| ended())?;
        answer.await.map_err(|_| ended())?
    }
}

async fn serve<T: Row>(pools: Pools, mut line: mpsc::Receiver<Entry<T>>) {
    let mut entries = Vec::with_capacity(MOST_AT_ONCE);
    while more(&mut line, &mut entries).await {
        let together = match pools.native {
            Native::Sqlite(_) => at_once(entries.len()),
            Native::Postgres(_) => entries.len(),
        };
        let (rows, waiting) = entries
            .drain(..together)
            .map(|entry| (entry.row, entry.done))
            .unzip();
        write_all(&pools, rows, waiting).await;
    }
}

/// Writes `rows` and tells those who wait for them, each for its own.
async fn write_all<T: Row>(pools: &Pools, rows: Vec<T>, waiting: Vec<Done>) {
    let mut parts = vec![(rows, waiting)];
    while let Some((mut rows, mut waiting)) = parts.pop() {
        let written = write(pools, &rows).await;
        if matches!(written, Err(StoreError::Conflict(_))) && rows.len() > 1 {
            // One row fails all of them; the half without it is written.
            let middle = rows.len() / 2;
            parts.push((rows.split_off(middle), waiting.split_off(middle)));
            parts.push((rows, waiting));
            continue;
        }
        let is_lost = matches!(written, Err(StoreError::Unavailable(_)));
        let written = written.map_err(Arc::new);
        for done in waiting {
            // Who went away is not told.
            let _ = done.send(written.as_ref().copied().map_err(StoreError::shared));
        }
        if is_lost {
            // Nor are the others kept waiting for the same.
            return;
        }
    }
}

/// Waits until there are some, and takes those that are there; false when none will come.
async fn more<T>(line: &mut mpsc::Receiver<T>, entries: &mut Vec<T>) -> bool {
    if entries.is_empty() {
        return line.recv_many(entries, MOST_AT_ONCE).await > 0;
    }
    while entries.len() < MOST_AT_ONCE
        && let Ok(entry) = line.try_recv()
    {
        entries.push(entry);
    }
    true
}

/// How many of `waiting` go together to SQLite.
const fn at_once(waiting: usize) -> usize {
    if waiting < ROUND {
        waiting
    } else {
        waiting - waiting % ROUND
    }
}

async fn write<T: Row>(pools: &Pools, rows: &[T]) -> Result<(), StoreError> {
    match &pools.native {
        // A single statement is a transaction of its own.
        Native::Postgres(pool) => {
            let mut connection = pool.get().await?;
            pools.statements.count();
            let written = within(pools.answer, T::insert(connection.ask()?, rows)).await;
            connection.heard(&written);
            written?;
        }
        Native::Sqlite(sqlite) => {
            let text = insert_rows(T::INTO, T::COLUMNS, rows.len());
            let values = Rows::of(rows, T::values).map_err(sqlx::Error::Encode)?;
            let write = &sqlite.write;
            write.once(pools.turn, pools.answer, &text, values).await?;
        }
    }
    Ok(())
}

impl Row for AccessToken {
    const INTO: &'static str = "access_tokens (id, client_id, grant_id, scope, expires_at)";
    const COLUMNS: usize = 5;

    fn values(&self, rows: &mut Rows) -> Result<(), BoxDynError> {
        rows.value(self.id.uuid())?;
        rows.text(self.client_id.as_str())?;
        rows.value(self.grant_id.map(GrantId::uuid))?;
        rows.text(self.scope.as_str())?;
        rows.value(self.expires_at)
    }

    async fn insert(
        connection: &mut PgConnection,
        rows: &[Self],
    ) -> Result<PgQueryResult, sqlx::Error> {
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id.uuid()).collect();
        let clients: Vec<&str> = rows.iter().map(|row| row.client_id.as_str()).collect();
        let grants: Vec<Option<Uuid>> = rows
            .iter()
            .map(|row| row.grant_id.map(GrantId::uuid))
            .collect();
        let scopes: Vec<&str> = rows.iter().map(|row| row.scope.as_str()).collect();
        let ends: Vec<i64> = rows.iter().map(|row| row.expires_at.0).collect();
        sqlx::query(
            "INSERT INTO access_tokens (id, client_id, grant_id, scope, expires_at) \
             SELECT * FROM UNNEST($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::bigint[])",
        )
        .bind(ids)
        .bind(clients)
        .bind(grants)
        .bind(scopes)
        .bind(ends)
        .execute(connection)
        .await
    }
}

impl Row for DeviceCode {
    const INTO: &'static str = "device_codes (id, hash, user_code, client_id, scope, status, \
        grant_id, client_ip, user_agent, created_at, expires_at)";
    const COLUMNS: usize = 11;

    fn values(&self, rows: &mut Rows) -> Result<(), BoxDynError> {
        rows.text(&self.id)?;
        rows.value(self.hash.as_bytes())?;
        rows.text(&self.user_code)?;
        rows.text(self.client_id.as_str())?;
        rows.text(self.scope.as_str())?;
        rows.text(self.status.as_str())?;
        rows.value(self.grant_id.map(GrantId::uuid))?;
        rows.text(&self.client_ip)?;
        rows.text(&self.user_agent)?;
        rows.value(self.created_at)?;
        rows.value(self.expires_at)
    }

    async fn insert(
        connection: &mut PgConnection,
        rows: &[Self],
    ) -> Result<PgQueryResult, sqlx::Error> {
        let texts = |of: fn(&Self) -> String| -> Vec<String> { rows.iter().map(of).collect() };
        let instants =
            |of: fn(&Self) -> Timestamp| -> Vec<i64> { rows.iter().map(|row| of(row).0).collect() };
        let hashes: Vec<&[u8]> = rows.iter().map(|row| row.hash.as_bytes()).collect();
        let grants: Vec<Option<Uuid>> = rows
            .iter()
            .map(|row| row.grant_id.map(GrantId::uuid))
            .collect();
        sqlx::query(
            "INSERT INTO device_codes (id, hash, user_code, client_id, scope, status, \
             grant_id, client_ip, user_agent, created_at, expires_at) \
             SELECT * FROM UNNEST($1::text[], $2::bytea[], $3::text[], $4::text[], \
             $5::text[], $6::text[], $7::uuid[], $8::text[], $9::text[], $10::bigint[], \
             $11::bigint[])",
        )
        .bind(texts(|row| row.id.clone()))
        .bind(hashes)
        .bind(texts(|row| row.user_code.clone()))
        .bind(texts(|row| row.client_id.to_string()))
        .bind(texts(|row| row.scope.to_string()))
        .bind(texts(|row| row.status.as_str().to_owned()))
        .bind(grants)
        .bind(texts(|row| row.client_ip.clone()))
        .bind(texts(|row| row.user_agent.clone()))
        .bind(instants(|row| row.created_at))
        .bind(instants(|row| row.expires_at))
        .execute(connection)
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_few_sizes_of_batches_and_nothing_waits_for_a_round_number() {
        for (waiting, together) in [
            (1, 1),
            (31, 31),
            (32, 32),
            (33, 32),
            (63, 32),
            (127, 96),
            (128, 128),
        ] {
            assert_eq!(at_once(waiting), together);
        }
    }

    #[tokio::test]
    async fn what_was_left_over_goes_along_with_what_comes() {
        let (line, mut waiting) = mpsc::channel(300);
        for n in 0..200 {
            line.send(n).await.unwrap();
        }
        let mut entries = vec![1000];
        assert!(more(&mut waiting, &mut entries).await);
        assert_eq!(entries.len(), MOST_AT_ONCE);
        assert_eq!(entries[..3], [1000, 0, 1]);
        drop(line);
        // What is there is still written when nobody can come any more.
        entries.truncate(1);
        assert!(more(&mut waiting, &mut entries).await);
        assert_eq!(entries.len(), 74);
        entries.clear();
        assert!(!more(&mut waiting, &mut entries).await);
    }
}
