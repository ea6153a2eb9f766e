//! Two native pools behind one door.

use std::time::Duration;

use secrecy::ExposeSecret;
use sqlx::{
    PgConnection, Postgres, Sqlite, SqliteConnection, pool::PoolConnection, postgres::PgPool,
    sqlite::SqlitePool,
};

use super::{error::StoreError, open};
use crate::config::Database;

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pools: Pools,
    patience: Duration,
}

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

/// A connection to read with. Writes belong into a [`Transaction`]: on SQLite this
/// can't write.
pub struct Connection {
    native: Native<PoolConnection<Sqlite>, PoolConnection<Postgres>>,
    patience: Duration,
}

/// Writes that happen together or not at all. Dropped without commit: not at all.
pub struct Transaction {
    /// On SQLite it holds the write lock from its start on; PostgreSQL's are read committed.
    native: Native<sqlx::Transaction<'static, Sqlite>, sqlx::Transaction<'static, Postgres>>,
    patience: Duration,
}

enum Native<S, P> {
    Sqlite(S),
    Postgres(P),
}

/// A native connection, borrowed for one query.
pub(crate) enum Conn<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

/// What queries run on.
pub(crate) trait Executor: Send {
    /// The connection, for one query.
    fn conn(&mut self) -> Conn<'_>;
    /// How long to wait for the answer to a query.
    fn patience(&self) -> Duration;
}

impl Executor for Connection {
    fn conn(&mut self) -> Conn<'_> {
        match &mut self.native {
            Native::Sqlite(connection) => Conn::Sqlite(connection),
            Native::Postgres(connection) => Conn::Postgres(connection),
        }
    }

    fn patience(&self) -> Duration {
        self.patience
    }
}

impl Executor for Transaction {
    fn conn(&mut self) -> Conn<'_> {
        match &mut self.native {
            Native::Sqlite(transaction) => Conn::Sqlite(transaction),
            Native::Postgres(transaction) => Conn::Postgres(transaction),
        }
    }

    fn patience(&self) -> Duration {
        self.patience
    }
}

/// Runs one query text on whichever database it is:
/// `sql!(executor, |conn| sqlx::query("...").bind(x).execute(conn))`.
macro_rules! sql {
    ($executor:expr, |$conn:ident| $query:expr) => {{
        let patience = $crate::store::Executor::patience($executor);
        match $crate::store::Executor::conn($executor) {
            $crate::store::Conn::Sqlite($conn) => $crate::store::within(patience, $query)
                .await
                .map(From::from),
            $crate::store::Conn::Postgres($conn) => $crate::store::within(patience, $query)
                .await
                .map(From::from),
        }
    }};
}
pub(crate) use sql;

/// The answer of the database, if it comes in time.
///
/// # Errors
/// UNAVAILABLE when it does not: a database that hangs must not hang requests.
pub(crate) async fn within<T>(
    patience: Duration,
    answer: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, StoreError> {
    match tokio::time::timeout(patience, answer).await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(StoreError::unavailable(
            "the database did not answer in time",
        )),
    }
}

impl Store {
    /// Opens the database and brings its schema up to date. PostgreSQL need not be up
    /// yet: it is waited for, ten times as long as for a connection later.
    ///
    /// # Errors
    /// UNAVAILABLE when the database can't be reached in time; [`StoreError::Unusable`],
    /// which says why, when it is not one that this program can work with.
    pub async fn open(database: &Database) -> Result<Self, StoreError> {
        let url = database.url.expose_secret();
        let pools = if url.starts_with("sqlite:") {
            let (read, write) = open::sqlite(url, database).await?;
            Pools::Sqlite { read, write }
        } else {
            Pools::Postgres(open::postgres(url, database).await?)
        };
        Ok(Self {
            pools,
            // The database's own limit is one wait; if even its "no" does not come, it hangs.
            patience: database.acquire_timeout * 2,
        })
    }

    /// A connection to read with.
    ///
    /// # Errors
    /// UNAVAILABLE when none is free in time.
    pub async fn read(&self) -> Result<Connection, StoreError> {
        let native = match &self.pools {
            Pools::Sqlite { read, .. } => Native::Sqlite(read.acquire().await?),
            Pools::Postgres(pool) => Native::Postgres(pool.acquire().await?),
        };
        Ok(Connection {
            native,
            patience: self.patience,
        })
    }

    /// A transaction to write in.
    ///
    /// # Errors
    /// UNAVAILABLE when none can be had in time.
    pub async fn begin(&self) -> Result<Transaction, StoreError> {
        let patience = self.patience;
        let native = match &self.pools {
            // The write lock at once: a transaction that reads first and then
            // writes could otherwise find that another wrote in between.
            Pools::Sqlite { write, .. } => {
                Native::Sqlite(within(patience, write.begin_with("BEGIN IMMEDIATE")).await?)
            }
            // A task of its own: when the caller goes away between BEGIN and its
            // answer, sqlx 0.9 gives the connection back with the transaction open.
            // The task ends in any case, and drops a whole transaction.
            Pools::Postgres(pool) => {
                let pool = pool.clone();
                let begin = tokio::spawn(async move { within(patience, pool.begin()).await });
                Native::Postgres(begin.await.map_err(StoreError::internal)??)
            }
        };
        Ok(Transaction { native, patience })
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// UNAVAILABLE when there is none.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let mut connection = self.read().await?;
        let _: Executed = sql!(&mut connection, |conn| sqlx::query("SELECT 1")
            .execute(conn))?;
        Ok(())
    }

    /// Closes all connections, after the queries under way.
    pub async fn close(&self) {
        match &self.pools {
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
        match self.native {
            Native::Sqlite(transaction) => within(self.patience, transaction.commit()).await,
            Native::Postgres(transaction) => within(self.patience, transaction.commit()).await,
        }
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
