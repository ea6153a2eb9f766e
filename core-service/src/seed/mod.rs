//! The seed file: users and clients as configuration, applied at every start.
//!
//! ```json
//! {"users":   [{"username": "ada", "password": "...", "email": "ada@app.example", "name": "Ada", "role": "admin"}],
//!  "clients": [{"client_id": "app", "client_secret": "...", "redirect_uris": ["https://app.example/cb"]}]}
//! ```
//!
//! What the file says holds after each start: `document` reads it, `apply` writes
//! what differs. What it leaves out of a user or client is left at its default, but
//! for what people decide while the server runs: `password`, `role`, `active` and
//! `status` stay as they are. Nobody is removed for not being in the file.
//!
//! A password or secret in the clear is compared with the stored one and put back
//! when it differs. A ready-made hash can't be compared with the better one that
//! replaces it at sign-in: it counts when it first stands in the file or changes there.

mod apply;
mod document;

use std::fmt;

use crate::{
    Core,
    domain::document::Problem,
    error::Error,
    store::{Column, StoreError},
};

/// So many processes may be in each other's way before one gives up.
const ATTEMPTS: u32 = 8;

/// How many records applying a seed file added or changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SeedReport {
    /// Users.
    pub users: usize,
    /// Clients.
    pub clients: usize,
}

/// Why a seed file was not applied. Nothing of it was.
#[derive(Debug)]
pub enum SeedError {
    /// It is not JSON; the text says where.
    NotJson(String),
    /// These values are wrong.
    Wrong(Vec<Problem>),
    /// The database did not do it.
    Failed(Error),
}

impl fmt::Display for SeedError {
    /// For the operator: a line per problem.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotJson(reason) => write!(f, "the seed file is not JSON: {reason}"),
            Self::Wrong(problems) => {
                f.write_str("the seed file has wrong values, nothing of it was applied:")?;
                problems
                    .iter()
                    .try_for_each(|problem| write!(f, "\n  {problem}"))
            }
            Self::Failed(error) => write!(f, "the seed file can't be applied: {error}"),
        }
    }
}

impl std::error::Error for SeedError {}

impl From<Error> for SeedError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<StoreError> for SeedError {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl Core {
    /// Makes the users and clients of the seed file `json` what it says they are, all
    /// or none. Any number of processes may do so at once; a second time changes nothing.
    ///
    /// # Errors
    /// Every wrong value with its JSON path, or a database that is away.
    pub async fn apply_seed(&self, json: &str) -> Result<SeedReport, SeedError> {
        let seed = document::read(json)?;
        for _ in 1..ATTEMPTS {
            match apply::apply(self, &seed).await {
                // Another process applies it at this moment; what it wrote is found next time.
                Err(apply::Failure::Raced | apply::Failure::Store(StoreError::Conflict(_))) => {}
                done => return Ok(done?),
            }
        }
        Ok(apply::apply(self, &seed).await?)
    }
}

impl From<apply::Failure> for SeedError {
    fn from(failure: apply::Failure) -> Self {
        match failure {
            apply::Failure::Wrong(problems) => Self::Wrong(problems),
            apply::Failure::Store(error) => error.into(),
            apply::Failure::Core(error) => error.into(),
            apply::Failure::Raced => StoreError::Conflict(Column::Other).into(),
        }
    }
}

#[cfg(test)]
mod tests;
