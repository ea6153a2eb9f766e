//! OAuth errors, and the only place where they become gRPC statuses and back.

use prost::Message;
use tonic::{Code, Status};

use crate::v1::OAuthErrorDetail;

macro_rules! error_codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal => $code:ident),+ $(,)?) => {
        /// The error codes of the OAuth 2.0 and OpenID Connect registries that AuthGate answers.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorCode { $($(#[$doc])* $variant),+ }

        impl ErrorCode {
            /// The code as it stands in the protocol.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// The code of that name, if AuthGate knows it.
            #[must_use]
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)+ _ => None }
            }

            const fn grpc(self) -> Code {
                match self { $(Self::$variant => Code::$code),+ }
            }
        }
    };
}

error_codes! {
    /// RFC 6749 section 5.2.
    InvalidRequest = "invalid_request" => InvalidArgument,
    /// RFC 6749 section 5.2.
    InvalidClient = "invalid_client" => Unauthenticated,
    /// RFC 6749 section 5.2.
    InvalidGrant = "invalid_grant" => InvalidArgument,
    /// RFC 6749 section 5.2.
    UnauthorizedClient = "unauthorized_client" => PermissionDenied,
    /// RFC 6749 section 5.2.
    UnsupportedGrantType = "unsupported_grant_type" => InvalidArgument,
    /// RFC 6749 section 5.2.
    InvalidScope = "invalid_scope" => InvalidArgument,
    /// RFC 6749 section 4.1.2.1.
    AccessDenied = "access_denied" => PermissionDenied,
    /// RFC 6749 section 4.1.2.1.
    UnsupportedResponseType = "unsupported_response_type" => InvalidArgument,
    /// RFC 6749 section 4.1.2.1.
    ServerError = "server_error" => Internal,
    /// RFC 6749 section 4.1.2.1.
    TemporarilyUnavailable = "temporarily_unavailable" => Unavailable,
    /// RFC 8628 section 3.5.
    AuthorizationPending = "authorization_pending" => FailedPrecondition,
    /// RFC 8628 section 3.5.
    SlowDown = "slow_down" => FailedPrecondition,
    /// RFC 8628 section 3.5.
    ExpiredToken = "expired_token" => FailedPrecondition,
    /// RFC 6750 section 3.1.
    InvalidToken = "invalid_token" => Unauthenticated,
    /// RFC 6750 section 3.1.
    InsufficientScope = "insufficient_scope" => PermissionDenied,
    /// RFC 7009 section 2.2.1.
    UnsupportedTokenType = "unsupported_token_type" => InvalidArgument,
    /// RFC 7591 section 3.2.2.
    InvalidRedirectUri = "invalid_redirect_uri" => InvalidArgument,
    /// RFC 7591 section 3.2.2.
    InvalidClientMetadata = "invalid_client_metadata" => InvalidArgument,
    /// OpenID Connect Core section 3.1.2.6 of the parameter `registration`, and the
    /// predecessor's answer when dynamic registration is switched off.
    RegistrationNotSupported = "registration_not_supported" => Unimplemented,
    /// RFC 8707 section 2.
    InvalidTarget = "invalid_target" => InvalidArgument,
    /// OpenID Connect Core section 3.1.2.6.
    InteractionRequired = "interaction_required" => FailedPrecondition,
    /// OpenID Connect Core section 3.1.2.6.
    LoginRequired = "login_required" => FailedPrecondition,
    /// OpenID Connect Core section 3.1.2.6.
    AccountSelectionRequired = "account_selection_required" => FailedPrecondition,
    /// OpenID Connect Core section 3.1.2.6.
    ConsentRequired = "consent_required" => FailedPrecondition,
    /// OpenID Connect Core section 3.1.2.6.
    InvalidRequestUri = "invalid_request_uri" => InvalidArgument,
    /// OpenID Connect Core section 3.1.2.6.
    InvalidRequestObject = "invalid_request_object" => InvalidArgument,
    /// OpenID Connect Core section 3.1.2.6.
    RequestNotSupported = "request_not_supported" => InvalidArgument,
    /// OpenID Connect Core section 3.1.2.6.
    RequestUriNotSupported = "request_uri_not_supported" => InvalidArgument,
    /// The predecessor's answer when a limit is passed.
    RateLimitExceeded = "rate_limit_exceeded" => ResourceExhausted,
}

/// An error as the protocol shows it. Holds nothing internal: causes are logged
/// where they happen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {description}", code.as_str())]
pub struct OAuthError {
    /// The registered code.
    pub code: ErrorCode,
    /// For the client's developer: no `"` and no `\` (RFC 6749 section 5.2).
    pub description: String,
    /// Seconds until a retry makes sense.
    pub retry_after: Option<u32>,
    /// The scope that would have sufficed (RFC 6750 section 3.1).
    pub scope: Option<String>,
}

impl OAuthError {
    /// An error with a description for the client's developer. Characters that
    /// RFC 6749 section 5.2 forbids are replaced.
    pub fn new(code: ErrorCode, description: impl Into<String>) -> Self {
        let description = description
            .into()
            .chars()
            .map(|c| match c {
                '"' | '\\' => '\'',
                ' '..='~' => c,
                _ => '?',
            })
            .collect();
        Self {
            code,
            description,
            retry_after: None,
            scope: None,
        }
    }

    /// The same error, with the seconds after which to try again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The same error, naming the scope that would have sufficed.
    #[must_use]
    pub fn with_scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = Some(scope.into());
        self
    }
}

impl From<OAuthError> for Status {
    fn from(error: OAuthError) -> Self {
        let detail = OAuthErrorDetail {
            code: error.code.as_str().to_owned(),
            description: error.description.clone(),
            retry_after: error.retry_after.unwrap_or(0),
            scope: error.scope.unwrap_or_default(),
        };
        Self::with_details(
            error.code.grpc(),
            error.description,
            detail.encode_to_vec().into(),
        )
    }
}

impl From<&Status> for OAuthError {
    /// The OAuth error in a status. One without details is a fault between the
    /// parts: `temporarily_unavailable` when a retry may help, else `server_error`.
    fn from(status: &Status) -> Self {
        let detail = Some(status.details())
            .filter(|details| !details.is_empty())
            .and_then(|details| OAuthErrorDetail::decode(details).ok());
        if let Some(detail) = detail
            && let Some(code) = ErrorCode::parse(&detail.code)
        {
            return Self {
                code,
                description: detail.description,
                retry_after: Some(detail.retry_after).filter(|seconds| *seconds > 0),
                scope: Some(detail.scope).filter(|scope| !scope.is_empty()),
            };
        }
        match status.code() {
            // Unknown: the connection broke while the answer was on its way.
            Code::Unavailable
            | Code::Unknown
            | Code::DeadlineExceeded
            | Code::Cancelled
            | Code::ResourceExhausted => Self::new(
                ErrorCode::TemporarilyUnavailable,
                "the service is not available right now; try again shortly",
            )
            .retry_after(5),
            _ => Self::new(
                ErrorCode::ServerError,
                "something went wrong on the server; the request id finds it in the log",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_survives_the_way_through_a_status() {
        let error = OAuthError::new(ErrorCode::SlowDown, "wait").retry_after(10);
        assert_eq!(OAuthError::from(&Status::from(error.clone())), error);
    }

    #[test]
    fn a_status_without_details_shows_nothing_internal() {
        let error = OAuthError::from(&Status::internal("SELECT failed on host db-7"));
        assert_eq!(error.code, ErrorCode::ServerError);
        assert!(!error.description.contains("db-7"));
    }

    proptest::proptest! {
        #[test]
        fn a_description_is_always_legal(text in ".*") {
            let error = OAuthError::new(ErrorCode::InvalidRequest, text);
            proptest::prop_assert!(error.description.chars().all(|c| matches!(c, ' '..='~') && c != '"' && c != '\\'));
        }
    }
}
