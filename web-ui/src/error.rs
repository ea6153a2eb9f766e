//! What can go wrong on the way to a page, and the only place where it becomes a response.

use authgate_proto::{
    error::{ErrorCode, OAuthError},
    vocabulary::path,
};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use tonic::{Code, Status};

use crate::{
    document::{see_other, with_query},
    pages,
    texts::Message,
    visitor::Visitor,
};

/// A way on from an error page: a path that can be looked at, and its label.
#[derive(Debug, Clone)]
pub struct Way {
    pub path: String,
    pub label: &'static str,
}

/// What an error page shows.
#[derive(Debug, Clone, Default)]
pub struct ErrorView {
    /// The status that the page is answered with.
    pub status: StatusCode,
    /// What happened, in a few words; absent: by the status.
    pub title: Option<String>,
    /// What happened and what to do; empty: by the status.
    pub message: String,
    /// What the core says about it, in English; absent: nothing.
    pub detail: Option<String>,
    /// The protocol's error code, when an app's request was wrong.
    pub code: Option<String>,
    /// Finds the log lines of the request.
    pub request_id: String,
    /// Seconds until a try makes sense.
    pub retry_after: Option<u32>,
}

/// Why there is no page. Handlers return it; [`Failure::respond`] answers for it.
#[derive(Debug, Clone)]
pub enum Failure {
    /// The core refused.
    Core {
        code: Code,
        /// For the log, and in the console for people where a guard of the core says
        /// why not.
        cause: String,
        /// The page is for admins and its visitor is none.
        admins_only: bool,
        retry_after: Option<u32>,
        /// The page to come back to after sign-in, or to load again.
        return_to: Option<String>,
        place: Place,
    },
    /// The core's answer makes no sense.
    Nonsense(&'static str),
    /// A form or query string that can't be read.
    Form(FormFault),
    /// A form longer than [`crate::form::BODY_LIMIT`].
    FormTooLarge,
    /// A method that the path does not have.
    Method,
    /// More to search for than anything could hold; the list without filters.
    SearchTooLong(String),
    /// Filters of a file that can't be understood, by their names.
    Filters(Vec<&'static str>),
    /// There is no page at the path.
    NoPage,
    /// The page is for admins and its visitor is none.
    AdminsOnly,
}

/// What the failed page is part of: the same status means other things there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Steps of a sign-in, a consent, a device.
    Flow,
    /// The account and the administration, whose records come and go.
    Console,
}

/// What is wrong with a form or query string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormFault {
    /// Broken UTF-8, or NUL.
    Encoding,
    /// Not `application/x-www-form-urlencoded`.
    ContentType,
    /// A field stands twice.
    Repeated,
    /// The body broke off.
    Incomplete,
}

impl From<FormFault> for Failure {
    fn from(fault: FormFault) -> Self {
        Self::Form(fault)
    }
}

/// Carries the failure to [`crate::visitor::receive`], which knows who asked.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl Failure {
    /// Turns a status of the core into a failure of the page at `return_to`, a
    /// path to come back to; none when the start will do.
    pub fn core(return_to: impl Into<Option<String>>) -> impl FnOnce(Status) -> Self {
        let return_to = return_to.into();
        move |status| Self::of(&status, return_to, Place::Flow)
    }

    /// Likewise in the console. `return_to` is a page that can be looked at: after a
    /// form that of the form.
    pub fn console(return_to: impl Into<String>) -> impl FnOnce(Status) -> Self {
        let return_to = return_to.into();
        move |status| Self::of(&status, Some(return_to), Place::Console)
    }

    fn of(status: &Status, return_to: Option<String>, place: Place) -> Self {
        let error = OAuthError::from(status);
        let refused = matches!(
            error.code,
            ErrorCode::AccessDenied | ErrorCode::InsufficientScope
        );
        Self::Core {
            code: status.code(),
            cause: status.message().to_owned(),
            admins_only: status.code() == Code::PermissionDenied && refused,
            retry_after: error.retry_after,
            return_to,
            place,
        }
    }

    /// Seconds until a try makes sense, when `status` says so.
    pub fn retry_after(status: &Status) -> Option<u32> {
        OAuthError::from(status).retry_after
    }

    /// The page, or the way to the login page.
    pub fn respond(self, visitor: &Visitor) -> Response {
        let texts = &visitor.texts.errors;
        self.log(visitor);
        match self {
            Self::Core {
                code,
                cause,
                admins_only,
                retry_after,
                return_to,
                place,
            } => {
                let way = |label| return_to.clone().map(|path| Way { path, label });
                let message = |status, message: &Message| view(visitor, status, Some(message));
                match (code, place) {
                    (Code::Unauthenticated, _) => sign_in(visitor, return_to.as_deref()),
                    (Code::PermissionDenied, _) if admins_only => {
                        let view = message(StatusCode::FORBIDDEN, &texts.admins_only);
                        pages::error::respond(visitor, view, None)
                    }
                    (Code::PermissionDenied, _) => {
                        let view = message(StatusCode::FORBIDDEN, &texts.stale);
                        let path = return_to.unwrap_or_else(|| visitor.config.path("/"));
                        let label = texts.again;
                        pages::error::respond(visitor, view, Some(Way { path, label }))
                    }
                    (Code::NotFound, Place::Flow) => {
                        let view = message(StatusCode::NOT_FOUND, &texts.gone);
                        pages::error::respond(visitor, view, None)
                    }
                    (Code::NotFound, Place::Console) => {
                        let view = message(StatusCode::NOT_FOUND, &texts.missing);
                        pages::error::respond(visitor, view, None)
                    }
                    (
                        Code::FailedPrecondition | Code::AlreadyExists | Code::InvalidArgument,
                        Place::Console,
                    ) => {
                        let status = match code {
                            Code::InvalidArgument => StatusCode::BAD_REQUEST,
                            _ => StatusCode::CONFLICT,
                        };
                        let mut view = message(status, &texts.refused);
                        view.detail = Some(cause);
                        pages::error::respond(visitor, view, way(texts.back))
                    }
                    (Code::Aborted, Place::Console) => {
                        let view = message(StatusCode::CONFLICT, &texts.changed);
                        pages::error::respond(visitor, view, way(texts.again))
                    }
                    (code, _) => {
                        let mut view = view(visitor, http_status(code), None);
                        view.retry_after = retry_after;
                        pages::error::respond(visitor, view, None)
                    }
                }
            }
            Self::Nonsense(_) => plain(visitor, StatusCode::INTERNAL_SERVER_ERROR),
            Self::FormTooLarge => plain(visitor, StatusCode::PAYLOAD_TOO_LARGE),
            Self::Method => plain(visitor, StatusCode::METHOD_NOT_ALLOWED),
            Self::SearchTooLong(path) => {
                let view = view(
                    visitor,
                    StatusCode::BAD_REQUEST,
                    Some(&texts.search_too_long),
                );
                let label = texts.back;
                pages::error::respond(visitor, view, Some(Way { path, label }))
            }
            Self::Filters(names) => {
                let mut view = view(visitor, StatusCode::BAD_REQUEST, Some(&texts.filters));
                view.detail = Some(names.join(", "));
                pages::error::respond(visitor, view, None)
            }
            Self::NoPage => plain(visitor, StatusCode::NOT_FOUND),
            Self::AdminsOnly => {
                let view = view(visitor, StatusCode::FORBIDDEN, Some(&texts.admins_only));
                pages::error::respond(visitor, view, None)
            }
            Self::Form(fault) => {
                let mut view = view(visitor, StatusCode::BAD_REQUEST, None);
                view.message = match fault {
                    FormFault::Encoding => texts.form_encoding,
                    FormFault::ContentType => texts.form_content_type,
                    FormFault::Repeated => texts.form_repeated,
                    FormFault::Incomplete => texts.form_incomplete,
                }
                .to_owned();
                pages::error::respond(visitor, view, None)
            }
        }
    }

    /// Writes down what the page does not say.
    fn log(&self, visitor: &Visitor) {
        let request_id = visitor.context.request_id.as_str();
        match self {
            Self::Core { code, cause, .. } if http_status(*code).is_server_error() => {
                tracing::error!(request_id, ?code, cause, "the core did not answer a page");
            }
            Self::Nonsense(cause) => {
                tracing::error!(request_id, cause, "the core's answer makes no sense");
            }
            _ => {}
        }
    }
}

/// The status of a page about `code`, where no other answer is fitting.
const fn http_status(code: Code) -> StatusCode {
    match code {
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::PermissionDenied => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::InvalidArgument | Code::OutOfRange | Code::FailedPrecondition => {
            StatusCode::BAD_REQUEST
        }
        Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
        Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled | Code::Aborted => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// To the login page, and back to `return_to` from there.
fn sign_in(visitor: &Visitor, return_to: Option<&str>) -> Response {
    let login = visitor.config.path(path::LOGIN);
    let login = match return_to {
        Some(return_to) => with_query(&login, &[("redirect", return_to)]),
        None => login,
    };
    see_other(visitor, &login, None)
}

fn plain(visitor: &Visitor, status: StatusCode) -> Response {
    pages::error::respond(visitor, view(visitor, status, None), None)
}

fn view(visitor: &Visitor, status: StatusCode, message: Option<&Message>) -> ErrorView {
    ErrorView {
        status,
        title: message.map(|message| message.title.to_owned()),
        message: message.map_or_else(String::new, |message| message.text.to_owned()),
        detail: None,
        code: None,
        request_id: visitor.context.request_id.clone(),
        retry_after: None,
    }
}
