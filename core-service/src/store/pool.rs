//! Connections that are used again.
//!
//! sqlx's own pool asks each connection for a sign of life when it comes back: a round
//! trip more for every use. Here only those are asked that were given up in the middle of
//! something, or rested for a while.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use deadpool::managed::{self, Metrics, Object, QueueMode, RecycleError, RecycleResult, WeakPool};
use sqlx::{Connection, Executor as _, PgConnection, SqliteConnection};
use tokio::{
    runtime::Handle,
    time::{Instant, sleep, timeout},
};

use super::error::StoreError;
use crate::config::Database;

/// How often a database is tried that does not let us in.
const RETRY: Duration = Duration::from_millis(250);
/// A connection that rested longer is tried before it is used, so that a restart of the
/// database is not seen by requests.
const TRUSTED_REST: Duration = Duration::from_secs(1);
/// How often it is looked for connections that nobody needs.
const SWEEP: Duration = Duration::from_secs(10);

/// The connections to one database. Cheap to clone.
pub(super) struct Pool<C: Reset> {
    pool: managed::Pool<Manager<C>>,
    limits: Limits,
}

/// What the configuration says of connections.
#[derive(Clone, Copy)]
struct Limits {
    /// How long whoever needs one waits.
    patience: Duration,
    most_idle_time: Duration,
    longest_life: Duration,
    /// So many stay open however long they rest.
    kept: usize,
}

/// Opens connections and looks after them.
struct Manager<C: Reset> {
    options: C::Options,
    limits: Limits,
    /// Why the last try to connect failed; None once one did not.
    failure: Mutex<Option<Arc<StoreError>>>,
}

/// A connection, and what is known of it.
struct Kept<C> {
    connection: C,
    state: State,
    opened: Instant,
    /// When it was last known to answer.
    answered: Instant,
}

/// What a connection is in the middle of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing.
    Resting,
    /// A statement, whose answer is outstanding.
    Asked,
    /// A transaction.
    InTransaction,
}

/// A connection on loan: it goes back when this is dropped, and is brought to rest before
/// if it was in the middle of something.
pub(super) struct Lent<C: Reset> {
    /// Taken when it goes back.
    object: Option<Object<Manager<C>>>,
    patience: Duration,
}

/// How a connection is brought to rest.
pub(super) trait Reset: Connection + 'static {
    /// Waits for outstanding answers, and rolls back if it is `in_transaction`.
    fn reset(
        &mut self,
        in_transaction: bool,
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send;
}

impl Reset for SqliteConnection {
    async fn reset(&mut self, _: bool) -> Result<(), sqlx::Error> {
        // It is read with, one statement at a time.
        self.ping().await
    }
}

impl Reset for PgConnection {
    async fn reset(&mut self, in_transaction: bool) -> Result<(), sqlx::Error> {
        if in_transaction {
            self.execute("ROLLBACK").await?;
            return Ok(());
        }
        self.ping().await
    }
}

impl<C: Reset> Clone for Pool<C> {
    fn clone(&self) -> Self {
        Self {
            pool: self.pool.clone(),
            limits: self.limits,
        }
    }
}

impl<C: Reset> Pool<C> {
    /// Connections made with `options` when they are needed, as `database` says how many
    /// and for how long.
    ///
    /// # Errors
    /// None that can be met: the pool is built without anything that may be missing.
    pub(super) fn new(options: C::Options, database: &Database) -> Result<Self, StoreError> {
        let limits = Limits {
            patience: database.acquire_timeout,
            most_idle_time: database.idle_timeout,
            longest_life: database.max_lifetime,
            kept: usize::try_from(database.idle_connections).unwrap_or(usize::MAX),
        };
        let manager = Manager {
            options,
            limits,
            failure: Mutex::new(None),
        };
        let most = usize::try_from(database.max_connections).unwrap_or(usize::MAX);
        let pool = managed::Pool::builder(manager)
            .max_size(most)
            // Those that were just used are warm; the others may be closed.
            .queue_mode(QueueMode::Lifo)
            .build()
            .map_err(StoreError::internal)?;
        tokio::spawn(sweep(pool.weak(), limits));
        Ok(Self { pool, limits })
    }

    /// A connection, for which is waited as long as the configuration says.
    ///
    /// # Errors
    /// UNAVAILABLE when there is none in time.
    pub(super) async fn get(&self) -> Result<Lent<C>, StoreError> {
        let Ok(object) = timeout(self.limits.patience, self.pool.get()).await else {
            let failure = self.pool.manager().failure();
            return Err(failure.as_ref().map_or_else(
                || StoreError::unavailable("no connection to the database is free in time"),
                StoreError::shared,
            ));
        };
        let object = object.map_err(|error| match error {
            managed::PoolError::Backend(error) => error,
            _ => StoreError::unavailable("the database is being closed"),
        })?;
        Ok(Lent {
            object: Some(object),
            patience: self.limits.patience,
        })
    }

    /// Closes all connections, those on loan when they come back.
    pub(super) async fn close(&self) {
        for kept in self.pool.retain(|_, _| false).removed {
            // Closed or not: there is nobody to tell.
            let _ = timeout(self.limits.patience, kept.connection.close()).await;
        }
        self.pool.close();
    }
}

impl<C: Reset> Manager<C> {
    fn failure(&self) -> Option<Arc<StoreError>> {
        self.failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn note(&self, failure: Option<StoreError>) {
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = failure.map(Arc::new);
    }
}

impl<C: Reset> managed::Manager for Manager<C> {
    type Type = Kept<C>;
    type Error = StoreError;

    /// Tries until it succeeds; whoever asked goes away when it takes too long.
    async fn create(&self) -> Result<Kept<C>, StoreError> {
        loop {
            match C::connect_with(&self.options).await {
                Ok(connection) => {
                    self.note(None);
                    return Ok(Kept {
                        connection,
                        state: State::Resting,
                        opened: Instant::now(),
                        answered: Instant::now(),
                    });
                }
                Err(error) => match StoreError::from(error) {
                    error @ StoreError::Unavailable(_) => self.note(Some(error)),
                    error => return Err(error),
                },
            }
            sleep(RETRY).await;
        }
    }

    async fn recycle(&self, kept: &mut Kept<C>, _: &Metrics) -> RecycleResult<StoreError> {
        if kept.state != State::Resting {
            return Err(RecycleError::message("given up in the middle of something"));
        }
        if kept.opened.elapsed() >= self.limits.longest_life {
            return Err(RecycleError::message("too old"));
        }
        if kept.answered.elapsed() >= TRUSTED_REST {
            kept.connection.ping().await.map_err(StoreError::from)?;
            kept.answered = Instant::now();
        }
        Ok(())
    }
}

/// Closes connections that rest for too long, until the pool is gone.
async fn sweep<C: Reset>(pool: WeakPool<Manager<C>>, limits: Limits) {
    loop {
        sleep(SWEEP.min(limits.most_idle_time)).await;
        let Some(pool) = pool.upgrade() else { return };
        let mut stay = 0;
        let swept = pool.retain(|kept, _| {
            let stays = kept.opened.elapsed() < limits.longest_life
                && (stay < limits.kept || kept.answered.elapsed() < limits.most_idle_time);
            stay += usize::from(stays);
            stays
        });
        for kept in swept.removed {
            let _ = timeout(limits.patience, kept.connection.close()).await;
        }
    }
}

impl<C: Reset> Lent<C> {
    /// The connection, for one statement. Say [`rests`](Self::rests) when its answer is there.
    ///
    /// # Errors
    /// None that can be met: it is taken only at the end.
    pub(super) fn ask(&mut self) -> Result<&mut C, StoreError> {
        let kept = self.object.as_mut().ok_or_else(lost)?;
        if kept.state == State::Resting {
            kept.state = State::Asked;
        }
        Ok(&mut kept.connection)
    }

    /// The same for what begins or ends a transaction: until [`rests`](Self::rests) it is
    /// in the middle of one.
    ///
    /// # Errors
    /// As [`ask`](Self::ask).
    pub(super) fn transact(&mut self) -> Result<&mut C, StoreError> {
        let kept = self.object.as_mut().ok_or_else(lost)?;
        kept.state = State::InTransaction;
        Ok(&mut kept.connection)
    }

    /// All answers are there, and no transaction is open.
    pub(super) fn rests(&mut self) {
        if let Some(kept) = &mut self.object {
            kept.state = State::Resting;
            kept.answered = Instant::now();
        }
    }
}

fn lost() -> StoreError {
    StoreError::unavailable("the connection was lost")
}

impl<C: Reset> Drop for Lent<C> {
    fn drop(&mut self) {
        let Some(mut object) = self.object.take() else {
            return;
        };
        if object.state == State::Resting {
            return;
        }
        let Ok(runtime) = Handle::try_current() else {
            drop(Object::take(object));
            return;
        };
        // It keeps its place meanwhile, but not for ever: from a host that went dark no
        // answer comes.
        let patience = self.patience * 2;
        runtime.spawn(async move {
            let in_transaction = object.state == State::InTransaction;
            let reset = timeout(patience, object.connection.reset(in_transaction)).await;
            if matches!(reset, Ok(Ok(()))) {
                object.state = State::Resting;
                object.answered = Instant::now();
            } else {
                drop(Object::take(object));
            }
        });
    }
}
