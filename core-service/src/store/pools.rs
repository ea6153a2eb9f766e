//! Where connections and transactions come from.

use std::{sync::Arc, time::Duration};

use sqlx::{postgres::PgPool, sqlite::SqlitePool};

use super::{
    changes::Changes,
    connection::{Connection, Native, Transaction, within},
    error::StoreError,
    statements::Statements,
    writer::Writer,
};

/// The pools of one database. Cheap to clone.
#[derive(Clone)]
pub(super) struct Pools {
    pub(super) native: Native<Sqlite, PgPool>,
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
    pub(super) read: SqlitePool,
    pub(super) write: Writer,
}

impl Pools {
    pub(super) async fn read(&self) -> Result<Connection, StoreError> {
        let native = match &self.native {
            Native::Sqlite(sqlite) => Native::Sqlite(sqlite.read.acquire().await?),
            Native::Postgres(pool) => Native::Postgres(pool.acquire().await?),
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
            // A task of its own: when the caller goes away between BEGIN and its
            // answer, sqlx 0.9 gives the connection back with the transaction open.
            // The task ends in any case, and drops a whole transaction.
            Native::Postgres(pool) => {
                let pool = pool.clone();
                self.statements.count();
                let begin = tokio::spawn(async move { within(answer, pool.begin()).await });
                Native::Postgres(begin.await.map_err(StoreError::internal)??)
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
