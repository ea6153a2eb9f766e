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
