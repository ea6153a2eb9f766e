//! Authorization responses (RFC 6749 sections 4.1.2 and 4.1.2.1, RFC 9207).

use authgate_proto::{
    error::OAuthError,
    v1::{
        AuthorizeErrorPage, AuthorizeResponse, ClientResponse, Parameter, PendingRequest,
        ResponseMode, authorize_response::Next,
    },
};
use serde::{Deserialize, Serialize};

use crate::Core;

/// Where and how the client is answered: a verified redirect URI.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Answer {
    /// Verified: registered for the client.
    pub(crate) redirect_uri: String,
    /// Query or form_post.
    pub(crate) mode: Mode,
    /// Goes back as it came.
    pub(crate) state: Option<String>,
}

/// How parameters travel (OAuth 2.0 Multiple Response Types section 2.1; Form Post section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    Query,
    FormPost,
}

/// The code, to the client.
pub(super) fn code(core: &Core, answer: &Answer, code: String) -> AuthorizeResponse {
    to_client(core, answer, vec![parameter("code", code)])
}

/// An error, to the client.
pub(super) fn error(core: &Core, answer: &Answer, error: &OAuthError) -> AuthorizeResponse {
    let parameters = vec![
        parameter("error", error.code.as_str().to_owned()),
        parameter("error_description", error.description.clone()),
    ];
    to_client(core, answer, parameters)
}

/// The person has to sign in first.
pub(super) fn sign_in(waiting: PendingRequest) -> AuthorizeResponse {
    next(Next::SignIn(waiting))
}

/// The person has to decide first.
pub(super) fn consent(waiting: PendingRequest) -> AuthorizeResponse {
    next(Next::Consent(waiting))
}

/// An error that no client can be told: for the person.
pub(super) fn page(code: &str, description: &str) -> AuthorizeResponse {
    next(Next::ErrorPage(AuthorizeErrorPage {
        code: code.to_owned(),
        description: description.to_owned(),
    }))
}

/// The stored request is not there any more: nobody's mistake, so there is no code.
pub(super) fn gone() -> AuthorizeResponse {
    page(
        "",
        "This request was answered already, or took too long. Start again from the app.",
    )
}

fn to_client(core: &Core, answer: &Answer, mut parameters: Vec<Parameter>) -> AuthorizeResponse {
    if let Some(state) = &answer.state {
        parameters.push(parameter("state", state.clone()));
    }
    // Tells the client which server answered: the defence against mix-up (RFC 9207).
    parameters.push(parameter("iss", core.settings.issuer.clone()));
    let mode = match answer.mode {
        Mode::Query => ResponseMode::Query,
        Mode::FormPost => ResponseMode::FormPost,
    };
    next(Next::Client(ClientResponse {
        redirect_uri: answer.redirect_uri.clone(),
        mode: mode.into(),
        parameters,
    }))
}

fn parameter(name: &str, value: String) -> Parameter {
    Parameter {
        name: name.to_owned(),
        value,
    }
}

fn next(next: Next) -> AuthorizeResponse {
    AuthorizeResponse { next: Some(next) }
}
