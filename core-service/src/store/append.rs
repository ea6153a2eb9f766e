//! Rows that many requests add at once: one statement and one durable commit for all.
//!
//! Whoever comes while a commit is under way goes along with the next one, so the more
//! there is to do, the less each costs, and who is alone waits for nobody.
//!
//! Here the databases get different texts: rows are made of one parameter a column by
//! UNNEST, and of a JSON array by `json_each`. The columns are those of the `insert` of
//! the same table; the conformance suite holds them to the same outcome.

use std::{collections::HashSet, sync::Arc};

use serde::Serialize;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::{Conn, Executor, StoreError, connection::Native, pools::Pools, within};
use crate::domain::{device_code::DeviceCode, id::GrantId, time::Timestamp, token::AccessToken};

/// Rows that one statement adds at most.
const MOST_AT_ONCE: usize = 256;
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
    done: oneshot::Sender<Result<Appended, StoreError>>,
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Appended {
    /// It is there, durably.
    Yes,
    /// Another row has the value that must be unique.
    Conflict,
}

/// What can be appended.
pub(super) trait Row: Send + Sync + Sized + 'static {
    /// Adds `rows` in one statement; says of each what became of it.
    fn insert(
        executor: &mut impl Executor,
        rows: &[Self],
    ) -> impl Future<Output = Result<Vec<Appended>, StoreError>> + Send;
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
    /// UNAVAILABLE when the database is away; whether it was added is then unknown.
    pub(super) async fn append(&self, row: T) -> Result<Appended, StoreError> {
        let ended = || StoreError::unavailable("nothing is written any more");
        let (done, answer) = oneshot::channel();
        let entry = Entry { row, done };
        self.0.send(entry).await.map_err(|_| ended())?;
        answer.await.map_err(|_| ended())?
    }
}

async fn serve<T: Row>(pools: Pools, mut line: mpsc::Receiver<Entry<T>>) {
    let mut entries = Vec::with_capacity(MOST_AT_ONCE);
    while line.recv_many(&mut entries, MOST_AT_ONCE).await > 0 {
        let (rows, waiting): (Vec<T>, Vec<_>) = entries
            .drain(..)
            .map(|entry| (entry.row, entry.done))
            .unzip();
        match write(&pools, &rows).await {
            Ok(appended) => {
                for (appended, done) in appended.into_iter().zip(waiting) {
                    // Who went away is not told.
                    let _ = done.send(Ok(appended));
                }
            }
            Err(error) => {
                let cause = Arc::new(error);
                for done in waiting {
                    let _ = done.send(Err(StoreError::shared(&cause)));
                }
            }
        }
    }
}

async fn write<T: Row>(pools: &Pools, rows: &[T]) -> Result<Vec<Appended>, StoreError> {
    match &pools.native {
        // A single statement is a transaction of its own.
        Native::Postgres(_) => T::insert(&mut pools.read().await?, rows).await,
        Native::Sqlite(_) => {
            let mut transaction = pools.begin().await?;
            let appended = T::insert(&mut transaction, rows).await?;
            transaction.commit().await?;
            Ok(appended)
        }
    }
}

impl Row for AccessToken {
    async fn insert(
        executor: &mut impl Executor,
        rows: &[Self],
    ) -> Result<Vec<Appended>, StoreError> {
        let answer = executor.statement();
        match executor.conn()? {
            Conn::Sqlite(connection) => {
                let hex = |id: Uuid| id.simple().to_string();
                let rows = rows.iter().map(|row| {
                    (
                        hex(row.id.uuid()),
                        &row.client_id,
                        row.grant_id.map(|id| hex(id.uuid())),
                        row.scope.to_string(),
                        row.expires_at,
                    )
                });
                let insert = sqlx::query(
                    "INSERT INTO access_tokens (id, client_id, grant_id, scope, expires_at) \
                     SELECT unhex(value->>0), value->>1, unhex(value->>2), value->>3, value->>4 FROM json_each($1)",
                )
                .bind(json(rows)?)
                .execute(connection);
                within(answer, insert).await?;
            }
            Conn::Postgres(connection) => {
                let ids: Vec<Uuid> = rows.iter().map(|row| row.id.uuid()).collect();
                let clients: Vec<&str> = rows.iter().map(|row| row.client_id.as_str()).collect();
                let grants: Vec<Option<Uuid>> = rows
                    .iter()
                    .map(|row| row.grant_id.map(GrantId::uuid))
                    .collect();
                let scopes: Vec<String> = rows.iter().map(|row| row.scope.to_string()).collect();
                let ends: Vec<i64> = rows.iter().map(|row| row.expires_at.0).collect();
                let insert = sqlx::query(
                    "INSERT INTO access_tokens (id, client_id, grant_id, scope, expires_at) \
                     SELECT * FROM UNNEST($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::bigint[])",
                )
                .bind(ids)
                .bind(clients)
                .bind(grants)
                .bind(scopes)
                .bind(ends)
                .execute(connection);
                within(answer, insert).await?;
            }
        }
        // Its id is random: another one in its place fails the statement.
        Ok(vec![Appended::Yes; rows.len()])
    }
}

impl Row for DeviceCode {
    async fn insert(
        executor: &mut impl Executor,
        rows: &[Self],
    ) -> Result<Vec<Appended>, StoreError> {
        let answer = executor.statement();
        let added: Vec<String> = match executor.conn()? {
            Conn::Sqlite(connection) => {
                let rows = rows.iter().map(|row| {
                    (
                        &row.id,
                        row.hash.to_hex(),
                        &row.user_code,
                        &row.client_id,
                        row.scope.to_string(),
                        row.status.as_str(),
                        row.grant_id.map(|id| id.uuid().simple().to_string()),
                        &row.client_ip,
                        &row.user_agent,
                        row.created_at,
                        row.expires_at,
                    )
                });
                // Without a WHERE, ON CONFLICT would be read as part of a join.
                let insert = sqlx::query_scalar(
                    "INSERT INTO device_codes (id, hash, user_code, client_id, scope, status, \
                     grant_id, client_ip, user_agent, created_at, expires_at) \
                     SELECT value->>0, unhex(value->>1), value->>2, value->>3, value->>4, \
                     value->>5, unhex(value->>6), value->>7, value->>8, value->>9, value->>10 \
                     FROM json_each($1) WHERE true \
                     ON CONFLICT (user_code) DO NOTHING RETURNING id",
                )
                .bind(json(rows)?)
                .fetch_all(connection);
                within(answer, insert).await?
            }
            Conn::Postgres(connection) => {
                let texts =
                    |of: fn(&Self) -> String| -> Vec<String> { rows.iter().map(of).collect() };
                let instants = |of: fn(&Self) -> Timestamp| -> Vec<i64> {
                    rows.iter().map(|row| of(row).0).collect()
                };
                let hashes: Vec<&[u8]> = rows.iter().map(|row| row.hash.as_bytes()).collect();
                let grants: Vec<Option<Uuid>> = rows
                    .iter()
                    .map(|row| row.grant_id.map(GrantId::uuid))
                    .collect();
                let insert = sqlx::query_scalar(
                    "INSERT INTO device_codes (id, hash, user_code, client_id, scope, status, \
                     grant_id, client_ip, user_agent, created_at, expires_at) \
                     SELECT * FROM UNNEST($1::text[], $2::bytea[], $3::text[], $4::text[], \
                     $5::text[], $6::text[], $7::uuid[], $8::text[], $9::text[], $10::bigint[], \
                     $11::bigint[]) \
                     ON CONFLICT (user_code) DO NOTHING RETURNING id",
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
                .fetch_all(connection);
                within(answer, insert).await?
            }
        };
        let added: HashSet<String> = added.into_iter().collect();
        let became = |row: &Self| match added.contains(&row.id) {
            true => Appended::Yes,
            false => Appended::Conflict,
        };
        Ok(rows.iter().map(became).collect())
    }
}

/// A JSON array of `rows`, for `json_each`.
fn json(rows: impl Iterator<Item = impl Serialize>) -> Result<String, StoreError> {
    serde_json::to_string(&rows.collect::<Vec<_>>()).map_err(StoreError::internal)
}
