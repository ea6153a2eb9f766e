//! The database as the use cases see it.

use std::sync::Arc;

use secrecy::ExposeSecret;
use tokio::task::AbortHandle;

use super::{
    append::Appenders,
    changes::Changes,
    connection::{Connection, Executed, Native, Transaction, sql},
    error::StoreError,
    listen, open,
    pools::Pools,
    statements::Statements,
};
use crate::config::Database;

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pools: Pools,
    pub(super) appenders: Appenders,
    listener: Arc<Listener>,
}

/// Hears what other processes change, for as long as the store is there.
struct Listener(AbortHandle);

impl Drop for Listener {
    fn drop(&mut self) {
        self.0.abort();
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
        let statements = Statements::default();
        let changes = Arc::new(Changes::default());
        let (native, listener) = if url.starts_with("sqlite:") {
            let sqlite = open::sqlite(url, database, &statements).await?;
            let listener = listen::sqlite(sqlite.write.clone(), Arc::clone(&changes));
            (Native::Sqlite(sqlite), tokio::spawn(listener))
        } else {
            let (pool, to_listen) = open::postgres(url, database).await?;
            let listener = listen::postgres(to_listen, Arc::clone(&changes));
            (Native::Postgres(pool), tokio::spawn(listener))
        };
        let pools = Pools {
            native,
            turn: database.acquire_timeout,
            // The database's own limit is one wait; if even its "no" does not come, it hangs.
            answer: database.acquire_timeout * 2,
            statements,
            changes,
        };
        Ok(Self {
            appenders: Appenders::start(&pools),
            pools,
            listener: Arc::new(Listener(listener.abort_handle())),
        })
    }

    /// A connection to read with.
    ///
    /// # Errors
    /// UNAVAILABLE when none is free in time.
    pub async fn read(&self) -> Result<Connection, StoreError> {
        // Boxed: waiting takes some kilobytes, which whoever finds the answer in memory
        // would carry along.
        Box::pin(self.pools.read()).await
    }

    /// A transaction to write in.
    ///
    /// # Errors
    /// UNAVAILABLE when none can be had in time.
    pub async fn begin(&self) -> Result<Transaction, StoreError> {
        Box::pin(self.pools.begin()).await
    }

    /// Until when what was read may be kept in memory.
    pub(crate) fn changes(&self) -> &Arc<Changes> {
        &self.pools.changes
    }

    /// Logs how many statements were sent to the database so far: the load that is put
    /// on it, and what an operation costs.
    pub(crate) fn report(&self) {
        tracing::debug!(
            statements = self.pools.statements.total(),
            "sent to the database"
        );
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
        self.listener.0.abort();
        self.pools.close().await;
    }
}
