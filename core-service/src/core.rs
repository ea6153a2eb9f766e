//! What the use cases share: put together at start, kept going in the background.

use std::{fmt, sync::Arc, time::Duration};

use crate::{
    Clock,
    account::throttle::Throttle,
    config::Settings,
    device::polls::PollTracker,
    error::Error,
    identity::password::PasswordHasher,
    keys::{DerivedKeys, KeyRing},
    store::{Store, expired},
};

/// How often keys are read again: another process may have rotated them.
const RELOAD_INTERVAL: Duration = Duration::from_secs(5);
/// After so many of these it is looked whether a key is due to be replaced or removed.
const RELOADS_PER_MAINTENANCE: u32 = 12;
/// How often rows past their time are looked for.
const CLEANUP_INTERVAL: Duration = Duration::from_secs(60);
/// Rows that one clean-up transaction may take, so that it holds nobody up.
const CLEANUP_BATCH: u32 = 500;

/// The running core. Cheap to clone; every use case takes `&Core` and `&Ctx`.
#[derive(Clone)]
pub struct Core(Arc<Parts>);

/// The parts of a running core.
pub struct Parts {
    /// What it was told at start.
    pub(crate) settings: Settings,
    /// The time, for adapters and background work.
    pub(crate) clock: Clock,
    /// All state.
    pub(crate) store: Store,
    /// Signing keys.
    pub(crate) keys: KeyRing,
    /// Keys derived from the root secret.
    pub(crate) derived: DerivedKeys,
    /// Hashes passwords, a few at a time.
    pub(crate) passwords: PasswordHasher,
    /// Slows down guessing.
    pub(crate) throttle: Throttle,
    /// When each device polled last.
    pub(crate) polls: PollTracker,
}

impl std::ops::Deref for Core {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// Why the core could not start; its text says what to do.
#[derive(Debug)]
pub struct StartError(String);

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}

impl StartError {
    /// What failed, and why, for the operator: here causes may be shown.
    pub(crate) fn new(what: &str, cause: impl Into<Error>) -> Self {
        Self(format!("{what}: {}", cause.into()))
    }
}

impl Core {
    /// Opens the database, brings its schema up to date, and loads the signing
    /// keys or creates them.
    ///
    /// # Errors
    /// When the database can't be opened, or the keys in it not be read with this root secret.
    pub async fn start(settings: Settings, clock: Clock) -> Result<Self, StartError> {
        let store = Store::open(&settings.database)
            .await
            .map_err(|error| StartError::new("the database can't be opened", error))?;
        let derived = DerivedKeys::new(&settings.root_secret);
        let keys = KeyRing::load(&store, &settings, &derived, clock())
            .await
            .map_err(|error| StartError::new("the signing keys can't be loaded", error))?;
        let passwords = PasswordHasher::new(&settings.passwords)
            .map_err(|error| StartError::new("passwords can't be hashed", error))?;
        let throttle = Throttle::new(&settings.passwords);
        Ok(Self(Arc::new(Parts {
            settings,
            clock,
            store,
            keys,
            derived,
            passwords,
            throttle,
            polls: PollTracker::default(),
        })))
    }

    /// Keeps keys current and removes what has expired, until `shutdown` resolves.
    pub async fn run_background(&self, shutdown: impl Future<Output = ()> + Send) {
        tokio::select! {
            () = shutdown => {}
            () = self.keep_keys_current() => {}
            () = self.remove_expired() => {}
        }
    }

    /// Closes the database, after the queries under way.
    pub async fn close(&self) {
        self.store.close().await;
    }

    async fn keep_keys_current(&self) {
        for round in (0..RELOADS_PER_MAINTENANCE).cycle() {
            let now = (self.clock)();
            let done = match round {
                0 => self.keys.maintain(now).await,
                _ => self.keys.reload(now).await,
            };
            if let Err(error) = done {
                tracing::warn!(%error, "signing keys could not be looked after; trying again");
            }
            tokio::time::sleep(RELOAD_INTERVAL).await;
        }
    }

    async fn remove_expired(&self) {
        loop {
            tokio::time::sleep(CLEANUP_INTERVAL).await;
            match self.remove_expired_now().await {
                Ok(0) => {}
                Ok(rows) => tracing::debug!(rows, "expired rows were removed"),
                Err(error) => {
                    tracing::warn!(%error, "expired rows could not be removed; trying again")
                }
            }
        }
    }

    /// Removes what has expired, in small transactions, and says how many rows went.
    ///
    /// # Errors
    /// When the database is away; what was removed by then stays removed.
    pub async fn remove_expired_now(&self) -> Result<u64, Error> {
        let mut removed = 0;
        loop {
            let mut transaction = self.store.begin().await?;
            let rows = expired::remove(&mut transaction, (self.clock)(), CLEANUP_BATCH).await?;
            transaction.commit().await?;
            removed += rows;
            if rows == 0 {
                return Ok(removed);
            }
            tokio::task::yield_now().await;
        }
    }
}
