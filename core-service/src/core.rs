//! What the use cases share: put together at start, kept going in the background.

use std::{fmt, sync::Arc, time::Duration};

use crate::{
    Clock,
    account::throttle::Throttle,
    audit::{self, Audit, retention},
    cache::{Cache, Weigh},
    config::Settings,
    device::polls::PollTracker,
    domain::{client::Client, id::ClientId},
    error::Error,
    identity::password::PasswordHasher,
    keys::{DerivedKeys, KeyRing},
    store::{
        Change, Store, clients,
        expired::{self, Removed},
    },
    token::access::{self, LiveTokens},
};

/// How often keys are read again: another process may have rotated them.
const RELOAD_INTERVAL: Duration = Duration::from_secs(5);
/// After so many of these it is looked whether a key is due to be replaced or removed.
const RELOADS_PER_MAINTENANCE: u32 = 12;
/// How often rows past their time are looked for.
const CLEANUP_INTERVAL: Duration = Duration::from_secs(60);
/// How often the load on the database is logged.
const REPORT_INTERVAL: Duration = Duration::from_secs(1);
/// Bytes of clients kept in memory at most.
const CLIENTS_MEMORY: u64 = 16 * 1024 * 1024;
/// What a client usually takes of them.
const CLIENT_WEIGHT: u64 = 2048;
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
    /// Devices that wait, and when each polled last.
    pub(crate) polls: PollTracker,
    /// Where events go.
    pub(crate) audit: Audit,
    /// Clients that were of use lately.
    pub(crate) clients: Cache<ClientId, Arc<Client>>,
    /// Access tokens that were of use lately.
    pub(crate) live_tokens: LiveTokens,
}

impl Weigh for Arc<Client> {
    fn weight(&self) -> usize {
        let metadata = serde_json::to_string(&self.metadata);
        size_of::<Client>() + 2 * metadata.map_or(0, |text| text.len())
    }
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
        let now = clock();
        let keys = KeyRing::load(&store, &settings, &derived, now)
            .await
            .map_err(|error| StartError::new("the signing keys can't be loaded", error))?;
        audit::register::begin(&store, &derived, now)
            .await
            .map_err(|error| StartError::new("the audit trail can't be begun", error))?;
        let passwords = PasswordHasher::new(&settings.passwords)
            .map_err(|error| StartError::new("passwords can't be hashed", error))?;
        let throttle = Throttle::new(&settings.passwords);
        let memory = settings.database.cache;
        let changes = store.changes();
        Ok(Self(Arc::new(Parts {
            clients: Cache::new(CLIENTS_MEMORY.min(memory), CLIENT_WEIGHT, changes),
            polls: PollTracker::new(changes),
            live_tokens: Cache::new(memory, access::USUAL_WEIGHT, changes),
            audit: Audit::start(&settings.audit, &store, &derived, &clock, now),
            settings,
            clock,
            store,
            keys,
            derived,
            passwords,
            throttle,
        })))
    }

    /// The client of that id, whatever its status; read again only once it changed.
    ///
    /// # Errors
    /// When the database is away.
    pub(crate) async fn client(&self, id: &ClientId) -> Result<Option<Arc<Client>>, Error> {
        self.store.changes().catch_up().await;
        if let Some(client) = self.clients.get(id) {
            return Ok(Some(client));
        }
        let reading = self.store.changes().reading();
        let mut connection = self.store.read().await?;
        let Some(client) = clients::by_id(&mut connection, id).await?.map(Arc::new) else {
            return Ok(None);
        };
        let subject = Change::Client(id.clone());
        let kept = Arc::clone(&client);
        self.clients.keep(id.clone(), kept, reading, [&subject]);
        Ok(Some(client))
    }

    /// Keeps keys current and removes what has expired, until `shutdown` resolves.
    pub async fn run_background(&self, shutdown: impl Future<Output = ()> + Send) {
        tokio::select! {
            () = shutdown => {}
            () = self.keep_keys_current() => {}
            () = self.remove_expired() => {}
            () = self.remove_old_audit() => {}
            () = self.report() => {}
        }
    }

    /// Closes the database, after the queries under way and the audit entries that wait.
    pub async fn close(&self) {
        self.audit.flush(self.settings.audit.shutdown_timeout).await;
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

    async fn report(&self) {
        loop {
            tokio::time::sleep(REPORT_INTERVAL).await;
            self.store.report();
        }
    }

    async fn remove_expired(&self) {
        let mut total = 0;
        loop {
            tokio::time::sleep(CLEANUP_INTERVAL).await;
            let mut removed = Removed::default();
            let done = self.remove_expired_until_now(&mut removed).await;
            let rows = removed.total();
            total += rows;
            if rows > 0 {
                tracing::info!(rows, by_table = %removed, total, "expired rows were removed");
            }
            if let Err(error) = done {
                tracing::warn!(%error, "expired rows could not be removed; trying again");
            }
        }
    }

    async fn remove_old_audit(&self) {
        loop {
            match retention::remove_old(self, (self.clock)()).await {
                Ok(0) => {}
                Ok(entries) => tracing::info!(entries, "old audit entries were removed"),
                Err(error) => {
                    tracing::warn!(%error, "old audit entries could not be removed; trying again later")
                }
            }
            tokio::time::sleep(self.settings.audit.cleanup_interval).await;
        }
    }

    /// Removes what has expired, in small transactions, and says how many rows went.
    ///
    /// # Errors
    /// When the database is away; what was removed by then stays removed.
    pub async fn remove_expired_now(&self) -> Result<u64, Error> {
        let mut removed = Removed::default();
        self.remove_expired_until_now(&mut removed).await?;
        Ok(removed.total())
    }

    /// The same, added to `removed`, which counts also when it fails later on.
    async fn remove_expired_until_now(&self, removed: &mut Removed) -> Result<(), Error> {
        loop {
            let mut transaction = self.store.begin().await?;
            let rows = expired::remove(&mut transaction, (self.clock)(), CLEANUP_BATCH).await?;
            transaction.commit().await?;
            removed.add(rows);
            if rows.total() == 0 {
                return Ok(());
            }
            tokio::task::yield_now().await;
        }
    }
}
