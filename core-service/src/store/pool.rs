//! Connections that are used again.
//!
//! sqlx's own pool asks each connection for a sign of life when it comes back: a round
//! trip more for every use. Here only those are asked that were given up in the middle of
//! something, rested for a while, or were last heard of before another one was lost.

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::Duration,
};

use deadpool::managed::{self, Metrics, Object, QueueMode, RecycleError, RecycleResult, WeakPool};
use sqlx::{Connection, Executor as _, PgConnection, SqliteConnection};
use tokio::{
    runtime::Handle,
    time::{Instant, sleep, timeout},
};

use super::{connection::within, error::StoreError};
use crate::config::Database;

/// After so long a database is tried again that did not let us in, and then after twice as long,
const FIRST_RETRY: Duration = Duration::from_millis(10);
/// and so on up to this.
const RETRY: Duration = Duration::from_millis(250);
/// A connection that rested longer is tried before it is used, so that a restart of the
/// database is not seen by requests.
const TRUSTED_REST: Duration = Duration::from_secs(1);
/// How often it is looked for connections that nobody needs.
const SWEEP: Duration = Duration::from_secs(10);
/// How often it is looked whether all have come back, at the end.
const LOOK: Duration = Duration::from_millis(10);

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
    /// Nobody gets one any more.
    closing: AtomicBool,
    /// Instants are counted from here, in microseconds.
    origin: Instant,
    /// When a connection was last lost: the others may be dead too, as after a restart.
    lost: AtomicU64,
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
    /// The end of one: nobody knows whether it is over.
    InDoubt,
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
    /// Whether an answer may never come, as from a host that went dark.
    const MAY_FALL_SILENT: bool;

    /// Waits for outstanding answers, and rolls back if it is `in_transaction`.
    fn reset(
        &mut self,
        in_transaction: bool,
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send;
}

impl Reset for SqliteConnection {
    /// What a thread of this process works on comes to its end.
    const MAY_FALL_SILENT: bool = false;

    async fn reset(&mut self, _: bool) -> Result<(), sqlx::Error> {
        // It is read with, one statement at a time.
        self.ping().await
    }
}

impl Reset for PgConnection {
    const MAY_FALL_SILENT: bool = true;

    async fn reset(&mut self, in_transaction: bool) -> Result<(), sqlx::Error> {
        // The answer that is outstanding may be an error, which ends here too.
        match self.ping().await {
            Err(sqlx::Error::Database(_)) => self.ping().await?,
            settled => settled?,
        }
        if in_transaction {
            self.execute("ROLLBACK").await?;
        }
        Ok(())
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
    /// [`StoreError::Internal`] when the pool can't be built, which needs nothing that may be missing.
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
            closing: AtomicBool::new(false),
            origin: Instant::now(),
            lost: AtomicU64::new(0),
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
    /// UNAVAILABLE when there is none in time, with what was in the way.
    pub(super) async fn get(&self) -> Result<Lent<C>, StoreError> {
        let mut failure = None;
        let object = timeout(self.limits.patience, async {
            let mut pause = FIRST_RETRY;
            loop {
                match self.pool.get().await {
                    Ok(object) => return Ok(object),
                    Err(managed::PoolError::Backend(error @ StoreError::Unavailable(_))) => {
                        failure = Some(error);
                    }
                    Err(managed::PoolError::Backend(error)) => return Err(error),
                    Err(_) => return Err(closing()),
                }
                self.pool.manager().is_open()?;
                // Without a place: one that comes back meanwhile is as good as a new one.
                sleep(pause).await;
                pause = RETRY.min(pause * 2);
            }
        })
        .await;
        let object = object.unwrap_or_else(|_| {
            let none = || StoreError::unavailable("no connection to the database is free in time");
            Err(failure.unwrap_or_else(none))
        })?;
        Ok(Lent {
            object: Some(object),
            patience: self.limits.patience,
        })
    }

    /// Closes all connections, those on loan when they come back, which is waited for a while.
    pub(super) async fn close(&self) {
        self.pool.manager().closing.store(true, Ordering::SeqCst);
        let all = async {
            while self.pool.status().size > 0 {
                for kept in self.pool.retain(|_, _| false).removed {
                    // Closed or not: there is nobody to tell.
                    let _ = kept.connection.close().await;
                }
                sleep(LOOK).await;
            }
        };
        let _ = timeout(self.limits.patience, all).await;
        self.pool.close();
    }
}

fn closing() -> StoreError {
    StoreError::unavailable("the database is being closed")
}

impl<C: Reset> Manager<C> {
    /// # Errors
    /// UNAVAILABLE at the end.
    fn is_open(&self) -> Result<(), StoreError> {
        match self.closing.load(Ordering::SeqCst) {
            true => Err(closing()),
            false => Ok(()),
        }
    }

    /// From now on only those are trusted that answer once more.
    fn lost_one(&self) {
        let now = self.since_origin(Instant::now());
        self.lost.fetch_max(now, Ordering::SeqCst);
    }

    fn is_trusted(&self, kept: &Kept<C>) -> bool {
        kept.answered.elapsed() < TRUSTED_REST
            && self.since_origin(kept.answered) > self.lost.load(Ordering::SeqCst)
    }

    fn since_origin(&self, instant: Instant) -> u64 {
        let since = instant.saturating_duration_since(self.origin).as_micros();
        // 0 stands for never.
        u64::try_from(since).unwrap_or(u64::MAX).max(1)
    }
}

impl<C: Reset> managed::Manager for Manager<C> {
    type Type = Kept<C>;
    type Error = StoreError;

    async fn create(&self) -> Result<Kept<C>, StoreError> {
        self.is_open()?;
        // Before whoever waits for it gives up, so that the cause is known.
        let patience = self.limits.patience * 3 / 4;
        let connection = within(patience, C::connect_with(&self.options)).await;
        let connection = connection.inspect_err(|_| self.lost_one())?;
        self.is_open()?;
        Ok(Kept {
            connection,
            state: State::Resting,
            opened: Instant::now(),
            answered: Instant::now(),
        })
    }

    async fn recycle(&self, kept: &mut Kept<C>, _: &Metrics) -> RecycleResult<StoreError> {
        self.is_open()?;
        if kept.state != State::Resting {
            return Err(RecycleError::message("given up in the middle of something"));
        }
        if kept.opened.elapsed() >= self.limits.longest_life {
            return Err(RecycleError::message("too old"));
        }
        if !self.is_trusted(kept) {
            // There must be time for another one.
            let alive = within(self.limits.patience / 4, kept.connection.ping()).await;
            alive.inspect_err(|_| self.lost_one())?;
            kept.answered = Instant::now();
        }
        Ok(())
    }
}

/// Closes connections that rest for too long, until the pool is gone.
async fn sweep<C: Reset>(pool: WeakPool<Manager<C>>, limits: Limits) {
    loop {
        sleep(SWEEP.min(limits.most_idle_time).max(LOOK)).await;
        let Some(pool) = pool.upgrade() else { return };
        // Those that were used last rest at the end.
        let mut behind = pool.status().available;
        let swept = pool.retain(|kept, _| {
            behind = behind.saturating_sub(1);
            kept.opened.elapsed() < limits.longest_life
                && (behind < limits.kept || kept.answered.elapsed() < limits.most_idle_time)
        });
        for kept in swept.removed {
            let _ = timeout(limits.patience, kept.connection.close()).await;
        }
    }
}

impl<C: Reset> Lent<C> {
    /// The connection, for one statement. Say [`heard`](Self::heard) what was answered.
    ///
    /// # Errors
    /// UNAVAILABLE when it went back, which it does only when this is dropped.
    pub(super) fn ask(&mut self) -> Result<&mut C, StoreError> {
        let kept = self.object.as_mut().ok_or_else(lost)?;
        if kept.state == State::Resting {
            kept.state = State::Asked;
        }
        Ok(&mut kept.connection)
    }

    /// The same for what begins a transaction: it is in the middle of one until the
    /// [`end`](Self::end).
    ///
    /// # Errors
    /// As [`ask`](Self::ask).
    pub(super) fn begin(&mut self) -> Result<&mut C, StoreError> {
        let kept = self.object.as_mut().ok_or_else(lost)?;
        kept.state = State::InTransaction;
        Ok(&mut kept.connection)
    }

    /// The same for what ends it.
    ///
    /// # Errors
    /// As [`ask`](Self::ask).
    pub(super) fn end(&mut self) -> Result<&mut C, StoreError> {
        let kept = self.object.as_mut().ok_or_else(lost)?;
        kept.state = State::InDoubt;
        Ok(&mut kept.connection)
    }

    /// Takes note of the answer, which is there. Whoever does not say so, as one whose
    /// request was given up, leaves a connection that is brought to rest before it is used
    /// again.
    pub(super) fn heard<T>(&mut self, answer: &Result<T, StoreError>) {
        let Some(object) = &mut self.object else {
            return;
        };
        match answer {
            Ok(_) => {
                object.answered = Instant::now();
                if object.state != State::InTransaction {
                    object.state = State::Resting;
                }
            }
            Err(StoreError::Unavailable(_)) => lost_one(object),
            Err(_) => {}
        }
    }
}

/// Tells the pool that the connection `object` may be lost.
fn lost_one<C: Reset>(object: &Object<Manager<C>>) {
    if let Some(pool) = Object::pool(object) {
        pool.manager().lost_one();
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
        let in_transaction = match object.state {
            State::Resting => return,
            State::Asked => false,
            State::InTransaction => true,
            State::InDoubt => return drop(Object::take(object)),
        };
        let Ok(runtime) = Handle::try_current() else {
            return drop(Object::take(object));
        };
        // It keeps its place meanwhile, but not for ever.
        let patience = self.patience * 2;
        runtime.spawn(async move {
            let reset = object.connection.reset(in_transaction);
            let reset = match C::MAY_FALL_SILENT {
                true => within(patience, reset).await,
                false => reset.await.map_err(StoreError::from),
            };
            match reset {
                Ok(()) => {
                    object.state = State::Resting;
                    object.answered = Instant::now();
                }
                Err(_) => {
                    lost_one(&object);
                    drop(Object::take(object));
                }
            }
        });
    }
}
