//! A core in this process.

use std::{fs, future::Future, path::PathBuf};

use core_service::{Core, bootstrap::Bootstrapped};
use tokio::time::timeout;
use tracing::{info, warn};

use crate::{
    Error,
    config::{Config, duration},
    first_start, system_clock,
};

/// Opens the database, migrates it and loads the keys.
///
/// # Errors
/// When the core does not start, or not in time.
pub async fn start(config: &Config) -> Result<Core, Error> {
    let root_secret = first_start::root_secret(config)?;
    if config.database.file.is_some() {
        first_start::make_directory(&config.data.directory)?;
    }
    let limit = config.database.start_timeout;
    let core = timeout(
        limit,
        Core::start(config.core_settings(root_secret), system_clock()),
    )
    .await;
    Ok(core.map_err(|_| Error::DatabaseTimeout(duration::format(limit)))??)
}

/// What the first start made.
pub struct FirstStart {
    /// The `client_id` of "AuthGate CLI".
    pub client_id: String,
    /// The note that says how to sign in.
    pub credentials: PathBuf,
}

/// Fills the database: what the seed says, then the first admin and client when
/// there is no admin.
///
/// # Errors
/// When the database fails or the seed is wrong.
pub async fn fill(core: &Core, config: &Config) -> Result<Option<FirstStart>, Error> {
    if let Some(path) = &config.data.seed_file {
        let json = fs::read_to_string(path).map_err(|error| Error::File {
            path: path.clone(),
            action: "the seed (SEED_FILE) can't be read",
            error,
        })?;
        let report = core.apply_seed(&json).await.map_err(|error| Error::Seed {
            path: path.clone(),
            error,
        })?;
        info!(
            users = report.users,
            clients = report.clients,
            "applied the seed"
        );
    }
    let first = core.bootstrap(config.data.admin_password.clone()).await?;
    first.map(|first| note(config, first)).transpose()
}

fn note(config: &Config, first: Bootstrapped) -> Result<FirstStart, Error> {
    Ok(FirstStart {
        credentials: first_start::write_credentials(config, &first)?,
        client_id: first.client_id,
    })
}

/// Runs `work` with a core that ends with it: for single commands.
///
/// # Errors
/// When the core does not start, or the work fails.
pub async fn with_core<T, W>(config: &Config, work: impl FnOnce(Core) -> W) -> Result<T, Error>
where
    W: Future<Output = Result<T, Error>>,
{
    let core = start(config).await?;
    let result = work(core.clone()).await;
    close(&core, config).await;
    result
}

/// Writes the audit entries that wait and closes the database, if it can be done in time.
pub async fn close(core: &Core, config: &Config) {
    let limit = config.audit.shutdown_timeout + config.database.close_timeout;
    if timeout(limit, core.close()).await.is_err() {
        warn!("the database did not close in time");
    }
}
