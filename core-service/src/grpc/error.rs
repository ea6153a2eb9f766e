//! The only place where a failed use case becomes a gRPC status, and where its
//! private cause is logged.

use authgate_proto::error::{ErrorCode, OAuthError};
use tonic::Status;

use crate::{Ctx, error::Error};

/// The status for `error`; causes go to the log under the request's id.
pub(crate) fn status(ctx: &Ctx, error: Error) -> Status {
    match error {
        Error::OAuth(error) => error.into(),
        Error::NotSignedIn => Status::unauthenticated("sign in first"),
        Error::StaleForm => Status::permission_denied("the form is not of this browser's session"),
        // With details, because without them it is the form.
        Error::Forbidden => OAuthError::new(ErrorCode::AccessDenied, "this is for admins").into(),
        Error::NotFound(what) => Status::not_found(what),
        Error::Invalid(reason) => Status::invalid_argument(reason),
        Error::Precondition(reason) => Status::failed_precondition(reason),
        Error::Outdated => Status::aborted("somebody else changed it meanwhile: look again"),
        Error::Exists(reason) => Status::already_exists(reason),
        Error::Unavailable(_) => {
            tracing::warn!(request_id = ctx.request_id, cause = %error, "not available");
            OAuthError::new(
                ErrorCode::TemporarilyUnavailable,
                "the service is not available right now; try again shortly",
            )
            .retry_after(5)
            .into()
        }
        Error::Internal(_) => {
            tracing::error!(request_id = ctx.request_id, cause = %error, "internal error");
            OAuthError::new(
                ErrorCode::ServerError,
                "something went wrong on the server; the request id finds it in the log",
            )
            .into()
        }
    }
}
