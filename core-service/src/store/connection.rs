//! Connections and transactions of either database, and the one way to run a query on them.

use std::{sync::Arc, time::Duration};

use sqlx::{Executor as _, PgConnection, SqliteConnection};

use super::{
    changes::{Change, Changes},
    error::StoreError,
    listen,
    pool::Lent,
    statements::Statements,
    writer::Member,
};

/// A connection to read with. Writes belong into a [`Transaction`]: on SQLite this
/// can't write.
pub struct Connection {
    pub(super) native: Native<Lent<SqliteConnection>, Lent<PgConnection>>,
    pub(super) answer: Duration,
    pub(super) statements: Statements,
}

/// Writes that happen together or not at all. Dropped without commit: not at all.
///
/// On SQLite it sees what those before it in its group did, which is durable only with
/// the group. Commit before you tell anybody of it, also when there is nothing to write.
pub struct Transaction {
    /// On SQLite it holds the write lock from its start on; PostgreSQL's are read committed.
    pub(super) native: Native<Member, Lent<PgConnection>>,
    pub(super) answer: Duration,
    pub(super) statements: Statements,
    pub(super) changes: Arc<Changes>,
    /// Told to those who keep rows in memory, once it is committed.
    pub(super) changed: Vec<Change>,
}

/// One of either database.
#[derive(Clone)]
pub(super) enum Native<S, P> {
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
    ///
    /// # Errors
    /// UNAVAILABLE when it was lost.
    fn conn(&mut self) -> Result<Conn<'_>, StoreError>;
    /// Takes note of the answer: see `pool`.
    fn heard<T: Send>(&mut self, answer: &Result<T, StoreError>);
    /// Counts a statement, and says how long its answer may take.
    fn statement(&self) -> Duration;
}

impl Executor for Connection {
    fn conn(&mut self) -> Result<Conn<'_>, StoreError> {
        Ok(match &mut self.native {
            Native::Sqlite(connection) => Conn::Sqlite(connection.ask()?),
            Native::Postgres(connection) => Conn::Postgres(connection.ask()?),
        })
    }

    fn heard<T: Send>(&mut self, answer: &Result<T, StoreError>) {
        match &mut self.native {
            Native::Sqlite(connection) => connection.heard(answer),
            Native::Postgres(connection) => connection.heard(answer),
        }
    }

    fn statement(&self) -> Duration {
        self.statements.count();
        self.answer
    }
}

impl Executor for Transaction {
    fn conn(&mut self) -> Result<Conn<'_>, StoreError> {
        match &mut self.native {
            Native::Sqlite(member) => member.connection().map(Conn::Sqlite),
            Native::Postgres(connection) => connection.ask().map(Conn::Postgres),
        }
    }

    fn heard<T: Send>(&mut self, answer: &Result<T, StoreError>) {
        match &mut self.native {
            Native::Sqlite(member) => member.heard(answer),
            Native::Postgres(connection) => connection.heard(answer),
        }
    }

    fn statement(&self) -> Duration {
        self.statements.count();
        self.answer
    }
}

/// Runs one query text on whichever database it is:
/// `sql!(executor, |conn| sqlx::query("...").bind(x).execute(conn))`.
macro_rules! sql {
    ($executor:expr, |$conn:ident| $query:expr) => {{
        let answer = $crate::store::Executor::statement($executor);
        let answer = match $crate::store::Executor::conn($executor) {
            Ok($crate::store::Conn::Sqlite($conn)) => {
                $crate::store::within(answer, $query).await.map(From::from)
            }
            Ok($crate::store::Conn::Postgres($conn)) => {
                $crate::store::within(answer, $query).await.map(From::from)
            }
            Err(error) => Err(error),
        };
        $crate::store::Executor::heard($executor, &answer);
        answer
    }};
}
pub(crate) use sql;

/// The answer of the database, if it comes in time.
///
/// # Errors
/// UNAVAILABLE when it does not: a database that hangs must not hang requests.
pub(crate) async fn within<T, E: Into<StoreError>>(
    patience: Duration,
    answer: impl Future<Output = Result<T, E>>,
) -> Result<T, StoreError> {
    match tokio::time::timeout(patience, answer).await {
        Ok(answer) => answer.map_err(Into::into),
        Err(_) => Err(StoreError::unavailable(
            "the database did not answer in time",
        )),
    }
}

impl Transaction {
    /// Says that what depends on the subject of `change` is to be read again once this
    /// is committed.
    pub(super) fn changes(&mut self, change: Change) {
        self.changed.push(change);
    }

    /// Runs what was to go with the commit now: what follows builds on it.
    ///
    /// # Errors
    /// What SQLite says of it.
    pub(super) async fn flush(&mut self) -> Result<(), StoreError> {
        match &mut self.native {
            Native::Sqlite(member) => within(self.answer, member.flush()).await,
            Native::Postgres(_) => Ok(()),
        }
    }

    /// Makes it durable. When this is back, nothing in the memory of this process
    /// contradicts it, and within a quarter of a second nothing in that of others.
    ///
    /// # Errors
    /// UNAVAILABLE when the database went away; whether it was done is then unknown. Others
    /// when SQLite refuses what was left for the commit (`audit::append`); nothing was done then.
    pub async fn commit(mut self) -> Result<(), StoreError> {
        let changed = std::mem::take(&mut self.changed);
        let changes = Arc::clone(&self.changes);
        // Also when it failed: it may have been done all the same.
        let apply =
            move |changed: &[Change]| changed.iter().for_each(|change| changes.apply(change));
        match self.native {
            Native::Sqlite(member) => {
                within(self.answer, member.commit(move || apply(&changed))).await
            }
            Native::Postgres(mut connection) => {
                if !changed.is_empty() {
                    self.statements.count();
                    let told = within(self.answer, listen::tell(connection.ask()?, &changed)).await;
                    connection.heard(&told);
                    told?;
                }
                self.statements.count();
                let result = within(self.answer, connection.end()?.execute("COMMIT")).await;
                apply(&changed);
                connection.heard(&result);
                result.map(drop)
            }
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
