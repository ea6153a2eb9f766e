//! Why the program gave up, in words for its operator.

use std::{io, path::PathBuf};

use core_service::{StartError, seed::SeedError};

use crate::config::Problems;

/// Why the program gave up. The text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] Problems),
    /// The core did not start.
    #[error("the core can't start: {0}")]
    Core(#[from] StartError),
    /// The database did not answer in time.
    #[error("the database did not answer within {0}; check that it runs, or raise DB_INIT_TIMEOUT")]
    DatabaseTimeout(String),
    /// The seed file is wrong.
    #[error("SEED_FILE {path}: {error}")]
    Seed {
        /// The file.
        path: PathBuf,
        /// Everything that is wrong with it.
        error: SeedError,
    },
    /// A file of the operator can't be used.
    #[error("{path}: {action}: {error}")]
    File {
        /// The file.
        path: PathBuf,
        /// What was tried, such as "can't be read".
        action: &'static str,
        /// Why it failed.
        error: io::Error,
    },
    /// A listener can't be opened.
    #[error("{0}")]
    Listen(String),
    /// The roles of this process can't reach a core.
    #[error("{0}")]
    Peer(String),
    /// The core refused a command.
    #[error("{0}")]
    Refused(String),
    /// The audit trail is not whole.
    #[error("the audit trail is broken in {0} place(s), first: {1}")]
    Audit(usize, String),
    /// Standard input or output failed.
    #[error("input or output failed: {0}")]
    Io(#[from] io::Error),
}
