//! Where connections and transactions come from.

use std::{sync::Arc, time::Duration};

use sqlx::{Executor as _, PgConnection, SqliteConnection};

use super::{
    changes::Changes,
    connection::{Connection, Native, Transaction, within},
    error::StoreError,
    pool::Pool,
    statements::Statements,
    writer::Writer,
};

/// The pools of one database. Cheap to clone.
#[derive(Clone)]
pub(super) struct Pools {
    pub(super) native: Native<Sqlite, Pool<PgConnection>>,
    /// How long to wait for a connection, or for a turn to write,
    pub(super) turn: Duration,
    /// and for the answer to a statement.
    pub(super) answer: Duration,
    pub(super) statements: Statements,
    pub(super) changes: Arc<Changes>,
}

/// SQLite has many readers and one writer, which never wait for each other (WAL).
#[derive(Clone)]
pub(super) struct Sqlite {
    pub(super) read: Pool<SqliteConnection>,
    pub(super) write: Writer,
}

impl Pools {
    pub(super) async fn read(&self) -> Result<Connection, StoreError> {
        let native = match &self.native {
            Native::Sqlite(sqlite) => Native::Sqlite(sqlite.read.get().await?),
            Native::Postgres(pool) => Native::Postgres(pool.get().await?),
        };
        Ok(Connection {
            native,
            answer: self.answer,
            statements: self.statements.clone(),
        })
    }

    pub(super) async fn begin(&self) -> Result<Transaction, StoreError> {
        let answer = self.answer;
        let native = match &self.native {
            Native::Sqlite(sqlite) => {
                Native::Sqlite(sqlite.write.begin(self.turn, self.answer).await?)
            }
            Native::Postgres(pool) => {
                let mut connection = pool.get().await?;
                self.statements.count();
                let begun = within(answer, connection.begin()?.execute("BEGIN")).await;
                connection.heard(&begun);
                begun?;
                Native::Postgres(connection)
            }
        };
        Ok(Transaction {
            native,
            answer,
            statements: self.statements.clone(),
            changes: Arc::clone(&self.changes),
            changed: Vec::new(),
        })
    }

    pub(super) async fn close(&self) {
        match &self.native {
            Native::Sqlite(sqlite) => {
                sqlite.read.close().await;
                sqlite.write.close().await;
            }
            Native::Postgres(pool) => pool.close().await,
        }
    }
}
