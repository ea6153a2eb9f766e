//! Every failure of the gateway, and the only place where failures become HTTP.
//!
//! Programs read JSON (RFC 6749 section 5.2), people read a page. The status,
//! the `WWW-Authenticate` challenge and `Retry-After` follow from the error code.

use authgate_proto::error::{ErrorCode, OAuthError};
use axum::{
    Json,
    response::{Html, IntoResponse, Response},
};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{RETRY_AFTER, WWW_AUTHENTICATE},
};
use serde::Serialize;
use tonic::{Code, Status};

use crate::{ErrorPage, Pages};

/// Seconds until a retry, where the core named none.
const DEFAULT_RETRY_AFTER: u32 = 5;

/// What an endpoint answers instead of success.
pub(crate) struct Error {
    status: StatusCode,
    oauth: OAuthError,
    challenge: Challenge,
    /// Pages name the code then, for the app's developer.
    fault_of_app: bool,
    cause: Option<Status>,
}

/// Which authentication the client is asked for (RFC 9110 section 11.6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Challenge {
    None,
    /// RFC 6749 section 5.2.
    Basic,
    /// RFC 6750 section 3, with the error.
    Bearer,
    /// RFC 6750 section 3: without the error, for a request without a token.
    BearerWithoutError,
}

/// The private cause of a failure, in the response's extensions for the log.
#[derive(Clone)]
pub(crate) struct Fault(pub(crate) Status);

#[derive(Serialize)]
struct ErrorBody {
    error: &'static str,
    error_description: String,
}

impl Error {
    /// The request is malformed. The description is for the client's developer.
    pub(crate) fn invalid_request(description: impl Into<String>) -> Self {
        OAuthError::new(ErrorCode::InvalidRequest, description).into()
    }

    /// A malformed request to an endpoint that a bearer token protects.
    pub(crate) fn invalid_bearer_request(description: impl Into<String>) -> Self {
        Self {
            challenge: Challenge::Bearer,
            ..Self::invalid_request(description)
        }
    }

    /// The client's authentication can't be read.
    pub(crate) fn invalid_client(description: impl Into<String>) -> Self {
        OAuthError::new(ErrorCode::InvalidClient, description).into()
    }

    /// The bearer token can't be read.
    pub(crate) fn invalid_token(description: impl Into<String>) -> Self {
        OAuthError::new(ErrorCode::InvalidToken, description).into()
    }

    /// No bearer token came at all: the challenge says nothing of an error.
    pub(crate) fn missing_token() -> Self {
        Self {
            challenge: Challenge::BearerWithoutError,
            ..Self::invalid_token("an access token is required")
        }
    }

    /// The body is longer than the limit.
    pub(crate) fn body_too_large() -> Self {
        Self {
            status: StatusCode::PAYLOAD_TOO_LARGE,
            ..Self::invalid_request("the request body is too large")
        }
    }

    /// The path exists, the method doesn't.
    pub(crate) fn method_not_allowed() -> Self {
        Self {
            status: StatusCode::METHOD_NOT_ALLOWED,
            ..Self::invalid_request("the method is not allowed here; see the Allow header")
        }
    }

    /// The core answered, or whoever composed the router handed over, what the contract does
    /// not allow; `cause` is for the log.
    pub(crate) fn broken_answer(cause: &'static str) -> Self {
        Self::from(Status::internal(cause))
    }

    /// An authorization request that only the person can be told about. Without a
    /// code nobody made a mistake: what the request was about is gone.
    pub(crate) fn for_person(code: &str, description: String) -> Self {
        let Some(code) = ErrorCode::parse(code) else {
            return Self {
                status: StatusCode::NOT_FOUND,
                fault_of_app: false,
                ..Self::invalid_request(description)
            };
        };
        OAuthError::new(code, description).into()
    }

    /// A failed decision of a person. That the form was not made for this browser
    /// (PERMISSION_DENIED) is no protocol error: the page went stale.
    pub(crate) fn of_decision(status: Status) -> Self {
        if status.code() != Code::PermissionDenied || !status.details().is_empty() {
            return status.into();
        }
        Self {
            status: StatusCode::FORBIDDEN,
            fault_of_app: false,
            ..Self::invalid_request(
                "This page went stale, or was not made for this browser. \
                 Nothing was decided. Go back, load it again, and decide there.",
            )
        }
    }

    /// The failure as a page for a person. A browser would answer a challenge
    /// with a dialog, so there is none, and no status that demands one.
    pub(crate) fn into_page(mut self, pages: &Pages, request_id: &str) -> Response {
        self.challenge = Challenge::None;
        if self.status == StatusCode::UNAUTHORIZED {
            self.status = StatusCode::BAD_REQUEST;
        }
        let html = (pages.error)(&ErrorPage {
            status: self.status,
            code: self
                .fault_of_app
                .then(|| self.oauth.code.as_str().to_owned()),
            description: self.oauth.description.clone(),
            request_id: request_id.to_owned(),
        });
        self.respond(|_| Html(html).into_response())
    }

    /// The response with `body`, and all that stands around it.
    fn respond(self, body: impl FnOnce(OAuthError) -> Response) -> Response {
        let challenge = self.challenge.header(&self.oauth);
        let retry_after = self.retry_after();
        let mut response = body(self.oauth);
        *response.status_mut() = self.status;
        insert(response.headers_mut(), WWW_AUTHENTICATE, challenge);
        insert(
            response.headers_mut(),
            RETRY_AFTER,
            retry_after.map(HeaderValue::from),
        );
        if let Some(cause) = self.cause {
            response.extensions_mut().insert(Fault(cause));
        }
        response
    }

    fn retry_after(&self) -> Option<u32> {
        let expected = matches!(
            self.status,
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS
        );
        self.oauth
            .retry_after
            .or(expected.then_some(DEFAULT_RETRY_AFTER))
    }
}

/// Answers the methods that a path of the API does not have.
pub(crate) async fn method_not_allowed() -> Error {
    Error::method_not_allowed()
}

impl From<OAuthError> for Error {
    fn from(oauth: OAuthError) -> Self {
        Self {
            status: status(oauth.code),
            challenge: Challenge::of(oauth.code),
            fault_of_app: true,
            oauth,
            cause: None,
        }
    }
}

impl From<Status> for Error {
    fn from(status: Status) -> Self {
        let error = Self::from(OAuthError::from(&status));
        // With details it is an answer of the core, which logged what it had to.
        let cause = status.details().is_empty().then_some(status);
        Self { cause, ..error }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        self.respond(|oauth| {
            Json(ErrorBody {
                error: oauth.code.as_str(),
                error_description: oauth.description,
            })
            .into_response()
        })
    }
}

/// The HTTP status of an error code: RFC 6749 section 5.2, RFC 6750 section
/// 3.1, RFC 6585 section 4.
const fn status(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::InvalidClient | ErrorCode::InvalidToken => StatusCode::UNAUTHORIZED,
        ErrorCode::InsufficientScope | ErrorCode::RegistrationNotSupported => StatusCode::FORBIDDEN,
        ErrorCode::RateLimitExceeded => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    }
}

impl Challenge {
    const fn of(code: ErrorCode) -> Self {
        match code {
            ErrorCode::InvalidClient => Self::Basic,
            ErrorCode::InvalidToken | ErrorCode::InsufficientScope => Self::Bearer,
            _ => Self::None,
        }
    }

    fn header(self, error: &OAuthError) -> Option<HeaderValue> {
        match self {
            Self::None => None,
            Self::Basic => Some(HeaderValue::from_static(r#"Basic realm="authgate""#)),
            Self::BearerWithoutError => {
                Some(HeaderValue::from_static(r#"Bearer realm="authgate""#))
            }
            Self::Bearer => {
                let mut text = format!(
                    r#"Bearer realm="authgate", error="{}", error_description="{}""#,
                    error.code.as_str(),
                    quotable(&error.description)
                );
                if let Some(scope) = &error.scope {
                    text.push_str(&format!(r#", scope="{}""#, quotable(scope)));
                }
                HeaderValue::try_from(text).ok()
            }
        }
    }
}

/// `text` with nothing in it that could end a quoted string or a header.
fn quotable(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '"' | '\\' => '\'',
            ' '..='~' => c,
            _ => '?',
        })
        .collect()
}

fn insert(headers: &mut HeaderMap, name: http::HeaderName, value: Option<HeaderValue>) {
    if let Some(value) = value {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tonic::Code;

    use super::*;
    use crate::test_support::{Answer, Gateway, get, post_form};

    fn response(error: Error) -> Response {
        error.into_response()
    }

    fn challenge(response: &Response) -> Option<&str> {
        let value = response.headers().get(WWW_AUTHENTICATE)?;
        Some(value.to_str().expect("visible ASCII"))
    }

    async fn token_error(gateway: Gateway) -> Answer {
        gateway.send(post_form("/oauth/token", "code=1")).await
    }

    #[tokio::test]
    async fn each_code_has_its_status() {
        let cases = [
            (ErrorCode::InvalidRequest, 400),
            (ErrorCode::InvalidClient, 401),
            (ErrorCode::InvalidGrant, 400),
            (ErrorCode::UnauthorizedClient, 400),
            (ErrorCode::UnsupportedGrantType, 400),
            (ErrorCode::InvalidScope, 400),
            (ErrorCode::AccessDenied, 400),
            (ErrorCode::AuthorizationPending, 400),
            (ErrorCode::SlowDown, 400),
            (ErrorCode::ExpiredToken, 400),
            (ErrorCode::InvalidToken, 401),
            (ErrorCode::InsufficientScope, 403),
            (ErrorCode::UnsupportedTokenType, 400),
            (ErrorCode::InvalidRedirectUri, 400),
            (ErrorCode::InvalidClientMetadata, 400),
            (ErrorCode::RegistrationNotSupported, 403),
            (ErrorCode::InvalidTarget, 400),
            (ErrorCode::RateLimitExceeded, 429),
            (ErrorCode::TemporarilyUnavailable, 503),
            (ErrorCode::ServerError, 500),
        ];
        for (code, status) in cases {
            let answer = token_error(Gateway::failing(code, "why")).await;
            assert_eq!(answer.assert_error(status, code.as_str()), "why");
            let waits = matches!(status, 429 | 503);
            assert_eq!(answer.header(RETRY_AFTER).is_some(), waits, "{answer:?}");
        }
    }

    #[tokio::test]
    async fn the_core_says_when_to_try_again() {
        let error = OAuthError::new(ErrorCode::RateLimitExceeded, "slowly").retry_after(42);
        let answer = token_error(Gateway::failing_with(error.into())).await;
        answer.assert_error(429, "rate_limit_exceeded");
        assert_eq!(answer.header(RETRY_AFTER), Some("42"));
    }

    #[tokio::test]
    async fn a_core_that_is_away_is_503() {
        let answer = token_error(Gateway::without_core()).await;
        answer.assert_error(503, "temporarily_unavailable");
        assert!(answer.header(RETRY_AFTER).is_some());
    }

    #[tokio::test]
    async fn nothing_internal_leaks() {
        for (code, http, oauth) in [
            (Code::Internal, 500, "server_error"),
            (Code::Unimplemented, 500, "server_error"),
            (Code::DataLoss, 500, "server_error"),
            // The connection to the core broke.
            (Code::Unknown, 503, "temporarily_unavailable"),
        ] {
            let status = Status::new(code, "SELECT secret FROM db-7");
            let answer = token_error(Gateway::failing_with(status)).await;
            answer.assert_error(http, oauth);
            assert!(!answer.text().contains("db-7"));
        }
    }

    #[test]
    fn a_fault_keeps_its_cause_for_the_log_and_an_answer_has_none() {
        let fault = response(Status::internal("disk full").into());
        let cause = fault.extensions().get::<Fault>().expect("the cause");
        assert_eq!(cause.0.message(), "disk full");
        let answer = response(Status::from(OAuthError::new(ErrorCode::InvalidGrant, "")).into());
        assert!(answer.extensions().get::<Fault>().is_none());
    }

    #[test]
    fn challenges_follow_the_code() {
        let error = OAuthError::new(ErrorCode::InvalidClient, "no");
        assert_eq!(
            challenge(&response(error.into())),
            Some(r#"Basic realm="authgate""#)
        );
        let error =
            OAuthError::new(ErrorCode::InsufficientScope, "more").with_scope("openid email");
        assert_eq!(
            challenge(&response(error.into())),
            Some(
                r#"Bearer realm="authgate", error="insufficient_scope", error_description="more", scope="openid email""#
            )
        );
        assert_eq!(
            challenge(&response(Error::missing_token())),
            Some(r#"Bearer realm="authgate""#)
        );
        assert_eq!(challenge(&response(Error::invalid_request("x"))), None);
    }

    #[tokio::test]
    async fn a_missing_method_says_which_there_are() {
        let gateway = Gateway::new();
        for (path, allow) in [
            ("/oauth/token", "POST"),
            ("/oauth/device/code", "POST"),
            ("/oauth/introspect", "POST"),
            ("/oauth/revoke", "POST"),
            ("/oauth/register", "POST"),
        ] {
            let answer = gateway.send(get(path)).await;
            answer.assert_error(405, "invalid_request");
            assert_eq!(answer.header(http::header::ALLOW), Some(allow));
        }
        let answer = gateway.send(post_form("/oauth/tokeninfo", "a=b")).await;
        answer.assert_error(405, "invalid_request");
        assert_eq!(answer.header(http::header::ALLOW), Some("GET,HEAD"));
        assert_eq!(gateway.calls(), 0);
    }

    proptest! {
        #[test]
        fn a_challenge_is_always_well_formed(description in "\\PC*", scope in any::<String>()) {
            // As another core may send it, not cleaned by `OAuthError::new`.
            let error = OAuthError {
                code: ErrorCode::InsufficientScope,
                description,
                retry_after: None,
                scope: Some(scope),
            };
            let response = response(Status::from(error).into());
            let text = challenge(&response).expect("a challenge");
            prop_assert!(!text.contains('\\'));
            let quotes = text.matches('"').count();
            prop_assert!(quotes == 6 || quotes == 8, "{}", text);
        }
    }
}
