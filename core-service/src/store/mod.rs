//! The only SQL. One text per query for both databases, `$N` placeholders.
//!
//! A [`Store`] hands out a [`Connection`] to read with, or a [`Transaction`] to
//! write with; each table has a file of functions that take either as `&mut
//! impl Executor`. What must differ between the databases says so where it stands.

mod connection;
mod error;
mod open;
mod text;

pub mod access_tokens;
pub mod authorization_codes;
pub mod authorization_requests;
pub mod clients;
pub mod consents;
pub mod device_codes;
pub mod expired;
pub mod grants;
pub mod refresh_tokens;
pub mod seeded_credentials;
pub mod sessions;
pub mod signing_keys;
pub mod throttles;
pub mod users;

pub(crate) use connection::{Conn, Executor, sql, within};
pub use connection::{Connection, Store, Transaction};
pub use error::{Column, StoreError};

#[cfg(test)]
pub(crate) mod conformance;
