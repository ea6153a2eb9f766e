//! The only SQL. One text per query for both databases, `$N` placeholders.
//!
//! ```text
//! handle         Store: what the use cases hold
//!   append       inserts of many requests in one statement
//!     rows       their values, for SQLite
//!   pools        where connections and transactions come from
//!     pool       connections that are used again
//!     writer     the one writer of an SQLite file, group commit
//!   connection   Connection, Transaction, sql!
//!   paging       lists in pages, filters
//!   changes      until when rows may be kept in memory
//!     listen     hearing what other processes changed
//! ```
//!
//! A [`Store`] hands out a [`Connection`] to read with, or a [`Transaction`] to
//! write with; each table has a file of functions that take either as `&mut
//! impl Executor`. What must differ between the databases says so where it stands.

mod append;
mod changes;
mod connection;
mod error;
mod handle;
mod listen;
mod open;
mod paging;
mod pool;
mod pools;
mod rows;
mod statements;
mod text;
mod writer;

pub mod access_tokens;
pub(crate) mod audit;
pub mod authorization_codes;
pub mod authorization_requests;
pub mod clients;
pub mod consent_list;
pub mod consents;
pub mod device_codes;
pub mod expired;
pub mod grants;
pub mod grants_list;
pub mod lock;
pub mod refresh_tokens;
pub mod seeded_credentials;
pub mod sessions;
pub mod signing_keys;
pub mod throttles;
pub mod token_list;
pub mod totals;
pub mod users;

pub(crate) use changes::{Change, Changes, Reading, Validity};
pub(crate) use connection::{Conn, Executor, sql, within};
pub use connection::{Connection, Transaction};
pub use error::{Column, StoreError};
pub use handle::Store;
pub(crate) use paging::{Cursor, Page};

#[cfg(test)]
pub(crate) mod conformance;
