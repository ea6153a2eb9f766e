//! What a use case can answer instead of a result. Public text and private
//! cause are different things: the cause is for the log only.

use authgate_proto::error::{ErrorCode, OAuthError};

use crate::store::StoreError;

/// A failed use case. `grpc/error.rs` is the only place that turns it into a status.
#[derive(Debug)]
pub enum Error {
    /// An error of the protocol.
    OAuth(OAuthError),
    /// There is no live session: sign in first.
    NotSignedIn,
    /// The form was not made for this browser.
    StaleForm,
    /// The caller may not do this.
    Forbidden,
    /// What it is about does not exist.
    NotFound(&'static str),
    /// A value is wrong; the text is for the caller.
    Invalid(String),
    /// Not in the state that it is in; the text is for the caller.
    Precondition(String),
    /// Somebody else changed it meanwhile.
    Outdated,
    /// It exists already; the text is for the caller.
    Exists(String),
    /// Not now; a retry may help.
    Unavailable(Private),
    /// A fault of ours.
    Internal(Private),
}

/// A cause that callers never see.
#[derive(Debug)]
pub struct Private(pub(crate) Box<dyn std::error::Error + Send + Sync>);

impl std::fmt::Display for Error {
    /// For the log: causes are shown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::OAuth(error) => error.fmt(f),
            Self::NotSignedIn => f.write_str("nobody is signed in"),
            Self::StaleForm => f.write_str("the form is not of this browser"),
            Self::Forbidden => f.write_str("not allowed"),
            Self::NotFound(what) => f.write_str(what),
            Self::Outdated => f.write_str("somebody else changed it meanwhile"),
            Self::Invalid(reason) | Self::Exists(reason) | Self::Precondition(reason) => {
                f.write_str(reason)
            }
            Self::Unavailable(cause) | Self::Internal(cause) => {
                write!(f, "{}", cause.0)?;
                let mut source = cause.0.source();
                while let Some(cause) = source {
                    write!(f, ": {cause}")?;
                    source = cause.source();
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for Error {}

impl Error {
    /// A protocol error.
    pub fn oauth(code: ErrorCode, description: impl Into<String>) -> Self {
        Self::OAuth(OAuthError::new(code, description))
    }

    /// A fault of ours, with its cause for the log.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(Private(cause.into()))
    }
}

impl From<OAuthError> for Error {
    fn from(error: OAuthError) -> Self {
        Self::OAuth(error)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::Unavailable(Private(Box::new(error))),
            StoreError::Unstorable(reason) => Self::Invalid(reason.to_owned()),
            StoreError::Conflict(_) | StoreError::Unusable(_) | StoreError::Internal(_) => {
                Self::Internal(Private(Box::new(error)))
            }
        }
    }
}
