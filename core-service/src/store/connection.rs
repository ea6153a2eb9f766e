//! Two native pools behind one door.

use std::{str::FromStr, time::Duration};

use secrecy::ExposeSecret;
use sqlx::{
    PgConnection, Postgres, Sqlite, SqliteConnection,
    pool::{PoolConnection, PoolOptions},
    postgres::{PgConnectOptions, PgPool},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqliteSynchronous},
};

use super::error::{Cause, StoreError};
use crate::config::Database;

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Store(Pools);

#[derive(Clone)]
enum Pools {
    /// SQLite has one writer at a time: its pool of one makes writers queue here,
    /// in order, instead of meeting as SQLITE_BUSY. Readers never wait for it (WAL).
    Sqlite {
        read: SqlitePool,
        write: SqlitePool,
    },
    Postgres(PgPool),
}

/// A connection to read with; single statements may write through it on
/// PostgreSQL, but writes belong into a [`Transaction`].
pub enum Connection {
    /// SQLite, read-only.
    Sqlite(PoolConnection<Sqlite>),
    /// PostgreSQL.
    Postgres(PoolConnection<Postgres>),
}

/// Writes that happen together or not at all. Dropped without commit: not at all.
pub enum Transaction {
    /// SQLite, holding the write lock from its first statement on.
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    /// PostgreSQL, read committed.
    Postgres(sqlx::Transaction<'static, Postgres>),
}

/// A native connection, borrowed for one query.
pub(crate) enum Conn<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

/// What queries run on.
pub(crate) trait Executor: Send {
    fn conn(&mut self) -> Conn<'_>;
}

impl Executor for Connection {
    fn conn(&mut self) -> Conn<'_> {
        match self {
            Self::Sqlite(connection) => Conn::Sqlite(connection),
            Self::Postgres(connection) => Conn::Postgres(connection),
        }
    }
}

impl Executor for Transaction {
    fn conn(&mut self) -> Conn<'_> {
        match self {
            Self::Sqlite(transaction) => Conn::Sqlite(transaction),
            Self::Postgres(transaction) => Conn::Postgres(transaction),
        }
    }
}

/// Runs one query text on whichever database it is:
/// `sql!(executor, |conn| sqlx::query("...").bind(x).execute(conn))`.
macro_rules! sql {
    ($executor:expr, |$conn:ident| $query:expr) => {
        match $crate::store::Executor::conn($executor) {
            $crate::store::Conn::Sqlite($conn) => $query.await.map(From::from),
            $crate::store::Conn::Postgres($conn) => $query.await.map(From::from),
        }
        .map_err($crate::store::StoreError::from)
    };
}
pub(crate) use sql;

impl Store {
    /// Opens the database and brings its schema up to date. PostgreSQL need not be
    /// there yet: `wait` is how long to try.
    ///
    /// # Errors
    /// When the URL can't be read, the database can't be reached in time, or a
    /// migration fails.
    pub async fn open(database: &Database) -> Result<Self, StoreError> {
        let url = database.url.expose_secret();
        let pools = if url.starts_with("sqlite:") {
            open_sqlite(url, database).await?
        } else {
            open_postgres(url, database).await?
        };
        let store = Self(pools);
        store.migrate().await?;
        Ok(store)
    }

    async fn migrate(&self) -> Result<(), StoreError> {
        match &self.0 {
            Pools::Sqlite { write, .. } => {
                sqlx::migrate!("../migrations/sqlite").run(write).await
            }
            Pools::Postgres(pool) => sqlx::migrate!("../migrations/postgres").run(pool).await,
        }
        .map_err(|error| match error {
            sqlx::migrate::MigrateError::Execute(error) => error.into(),
            other => StoreError::Internal(Cause(Box::new(other))),
        })
    }

    /// A connection to read with.
    ///
    /// # Errors
    /// UNAVAILABLE when none is free in time.
    pub async fn read(&self) -> Result<Connection, StoreError> {
        Ok(match &self.0 {
            Pools::Sqlite { read, .. } => Connection::Sqlite(read.acquire().await?),
            Pools::Postgres(pool) => Connection::Postgres(pool.acquire().await?),
        })
    }

    /// A transaction to write in.
    ///
    /// # Errors
    /// UNAVAILABLE when none can be had in time.
    pub async fn begin(&self) -> Result<Transaction, StoreError> {
        Ok(match &self.0 {
            // The write lock at once: a transaction that reads first and then
            // writes could otherwise find that another wrote in between.
            Pools::Sqlite { write, .. } => {
                Transaction::Sqlite(write.begin_with("BEGIN IMMEDIATE").await?)
            }
            Pools::Postgres(pool) => Transaction::Postgres(pool.begin().await?),
        })
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// UNAVAILABLE when there is none.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let mut connection = self.read().await?;
        let _: Executed = sql!(&mut connection, |conn| sqlx::query("SELECT 1").execute(conn))?;
        Ok(())
    }

    /// Closes all connections, after the queries under way.
    pub async fn close(&self) {
        match &self.0 {
            Pools::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

impl Transaction {
    /// Makes it durable.
    ///
    /// # Errors
    /// UNAVAILABLE when the database went away; whether it was done is then unknown.
    pub async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(transaction) => transaction.commit().await?,
            Self::Postgres(transaction) => transaction.commit().await?,
        }
        Ok(())
    }
}

/// How many rows a statement changed.
pub(crate) struct Executed(pub(crate) u64);

impl From<sqlx::sqlite::SqliteQueryResult> for Executed {
    fn from(result: sqlx::sqlite::SqliteQueryResult) -> Self {
        Self(result.rows_affected())
    }
}

impl From<sqlx::postgres::PgQueryResult> for Executed {
    fn from(result: sqlx::postgres::PgQueryResult) -> Self {
        Self(result.rows_affected())
    }
}

async fn open_sqlite(url: &str, database: &Database) -> Result<Pools, StoreError> {
    let options = SqliteConnectOptions::from_str(url)?
        .create_if_missing(true)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        // A commit that was acknowledged survives a power cut.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(5))
        .pragma("temp_store", "memory")
        .pragma("cache_size", "-8192");
    let write = pool_options(database)
        .max_connections(1)
        .min_connections(1)
        .max_lifetime(None)
        .idle_timeout(None)
        .connect_with(options.clone())
        .await?;
    let read = pool_options(database).connect_lazy_with(options.read_only(true).create_if_missing(false));
    Ok(Pools::Sqlite { read, write })
}

async fn open_postgres(url: &str, database: &Database) -> Result<Pools, StoreError> {
    let options = PgConnectOptions::from_str(url)?.application_name("authgate");
    let pool = pool_options(database).connect_with(options).await?;
    Ok(Pools::Postgres(pool))
}

fn pool_options<DB: sqlx::Database>(database: &Database) -> PoolOptions<DB> {
    PoolOptions::new()
        .max_connections(database.max_connections)
        .min_connections(database.idle_connections.min(database.max_connections))
        .max_lifetime(database.max_lifetime)
        .idle_timeout(database.idle_timeout)
        .acquire_timeout(database.acquire_timeout)
}
