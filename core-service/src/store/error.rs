//! What can go wrong in the store.

use std::{fmt, sync::Arc};

/// A failure of the store. Misses are `None`, not errors.
#[derive(Debug)]
pub enum StoreError {
    /// The database is away or overloaded; nothing was done, a retry may help.
    Unavailable(Cause),
    /// A row with this unique value is there already.
    Conflict(Column),
    /// A value that can't be stored, on either database; the text says why.
    Unstorable(&'static str),
    /// At start: the database is not one that this program can work with; the text
    /// tells the operator why.
    Unusable(String),
    /// The database or the schema is not as it must be.
    Internal(Cause),
}

/// What lies behind an error: for the log, never for a caller, so it has no Display of its own.
#[derive(Debug)]
pub struct Cause(pub(crate) Box<dyn std::error::Error + Send + Sync>);

/// The column whose value must be unique.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// `users.username_key`
    Username,
    /// `users.email_key`
    Email,
    /// `device_codes.user_code`
    UserCode,
    /// A primary key.
    Id,
    /// Any other.
    Other,
}

impl StoreError {
    /// Why a text with a NUL can't be stored.
    pub(super) const NUL: &'static str = "text must not hold a NUL";
    /// Why a long unique text can't be stored.
    pub(super) const TOO_LONG: &'static str = "a name is too long";

    /// Not now, for a reason of ours.
    pub(super) fn unavailable(reason: &'static str) -> Self {
        Self::Unavailable(Cause(reason.into()))
    }

    /// A fault.
    pub(super) fn internal(cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Internal(Cause(Box::new(cause)))
    }

    /// What many callers are told of one failure that was theirs together.
    pub(super) fn shared(cause: &Arc<Self>) -> Self {
        let shared = Cause(Box::new(Arc::clone(cause)));
        match **cause {
            Self::Unavailable(_) => Self::Unavailable(shared),
            Self::Conflict(column) => Self::Conflict(column),
            _ => Self::Internal(shared),
        }
    }

    /// A stored value that the code does not know: names table, column and record.
    pub(crate) fn corrupt(table: &str, column: &str, id: impl fmt::Display) -> Self {
        Self::Internal(Cause(
            format!("{table}.{column} of {id} holds a value that is not known").into(),
        ))
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable(_) => f.write_str("the database is not available"),
            Self::Conflict(column) => write!(f, "a record with this {column:?} exists already"),
            Self::Unstorable(reason) => f.write_str(reason),
            Self::Unusable(reason) => f.write_str(reason),
            Self::Internal(_) => f.write_str("the database did not do what was asked"),
        }
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unavailable(cause) | Self::Internal(cause) => Some(cause.0.as_ref()),
            Self::Conflict(_) | Self::Unstorable(_) | Self::Unusable(_) => None,
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if let sqlx::Error::Database(database) = &error {
            if database.is_unique_violation() {
                return Self::Conflict(column_of(database.as_ref()));
            }
            // character_not_in_repertoire: PostgreSQL's word for a NUL.
            if database.code().as_deref() == Some("22021") {
                return Self::Unstorable(Self::NUL);
            }
            if is_transient(database.code().as_deref()) {
                return Self::Unavailable(Cause(Box::new(error)));
            }
        }
        match error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::BeginFailed => Self::Unavailable(Cause(Box::new(error))),
            other => Self::Internal(Cause(Box::new(other))),
        }
    }
}

/// SQLite names no constraint, only `table.column` in its message; PostgreSQL
/// names the constraint, `table_column_key` or `table_pkey`.
fn column_of(error: &dyn sqlx::error::DatabaseError) -> Column {
    let name = error.constraint().unwrap_or_else(|| error.message());
    if name.contains("username_key") {
        Column::Username
    } else if name.contains("email_key") {
        Column::Email
    } else if name.contains("user_code") {
        Column::UserCode
    } else if name.contains("_pkey") || name.ends_with(".id") {
        Column::Id
    } else {
        Column::Other
    }
}

/// Codes that mean "not now": PostgreSQL's classes 08 (connection), 28 and 3D (we are
/// not let in, the database is being renamed or restored), 53 (resources), 57 (operator
/// intervention, timeouts), 55000 (it takes no connections now), serialization failures and deadlocks, an
/// idle transaction that was ended, and a server that became read-only, as one does
/// that lost its lead; SQLite's busy (5), locked (6), I/O (10), full (13), can't open (14), read-only (8).
fn is_transient(code: Option<&str>) -> bool {
    let Some(code) = code else { return false };
    if code.len() == 5 {
        return ["08", "28", "3D", "53", "57"]
            .iter()
            .any(|class| code.starts_with(class))
            || matches!(code, "40001" | "40P01" | "25P03" | "25006" | "55000");
    }
    // Extended SQLite codes hold the primary one in their low byte.
    code.parse::<u32>()
        .is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 8 | 10 | 13 | 14))
}
