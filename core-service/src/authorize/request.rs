//! Everything about an authorization request that can be judged without a
//! person. The client and its redirect URI are verified: errors go there.

use authgate_proto::{
    error::{ErrorCode, OAuthError},
    v1::AuthorizeRequest,
    vocabulary::{grant_type, scope},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    recipient::Recipient,
    response::{Answer, Mode},
};
use crate::{
    Core,
    domain::{claims::ClaimsRequest, client::Client, id::UserId, scope::ScopeSet},
    keys::TokenType,
};

/// Longest `state` and `nonce` (the predecessor's limit).
const MAX_STATE: usize = 1024;

/// A request in which nothing is wrong, as it is stored while it waits.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ValidRequest {
    /// Where the answer goes.
    pub(crate) answer: Answer,
    /// The request named the redirect URI.
    pub(crate) redirect_uri_named: bool,
    /// Space-separated.
    pub(crate) scope: String,
    pub(crate) nonce: Option<String>,
    /// PKCE, S256.
    pub(crate) code_challenge: Option<String>,
    pub(crate) prompt: Vec<Prompt>,
    /// Seconds.
    pub(crate) max_age: Option<u64>,
    pub(crate) login_hint: String,
    /// The person whom the request is about, by `id_token_hint` or the claim `sub`.
    pub(crate) subject: Option<UserId>,
    pub(crate) claims: ClaimsRequest,
}

/// What a request asks to be done (OpenID Connect Core section 3.1.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Prompt {
    None,
    Login,
    Consent,
    SelectAccount,
}

impl ValidRequest {
    /// Whether `user` may be the one whom the request is about.
    pub(crate) fn is_about(&self, user: &UserId) -> bool {
        self.subject.as_ref().is_none_or(|subject| subject == user)
    }

    /// What was asked for.
    pub(crate) fn scopes(&self) -> ScopeSet {
        ScopeSet::from_stored(&self.scope)
    }
}

/// Judges `request`; what is wrong goes to the client by the answer beside it.
pub(super) fn validate(
    core: &Core,
    recipient: &Recipient,
    request: &AuthorizeRequest,
) -> Result<ValidRequest, (Answer, OAuthError)> {
    let mut answer = Answer {
        redirect_uri: recipient.redirect_uri.clone(),
        mode: Mode::Query,
        state: (!request.state.is_empty() && request.state.len() <= MAX_STATE)
            .then(|| request.state.clone()),
    };
    let checked = response_mode(&request.response_mode).and_then(|mode| {
        answer.mode = mode;
        check(core, recipient, request, answer.clone())
    });
    checked.map_err(|error| (answer, error))
}

fn check(
    core: &Core,
    recipient: &Recipient,
    request: &AuthorizeRequest,
    answer: Answer,
) -> Result<ValidRequest, OAuthError> {
    let client = &recipient.client;
    once(request)?;
    unsupported(request)?;
    let short = |text: &str, name: &str| {
        if text.len() > MAX_STATE {
            return Err(invalid(format!("{name} is longer than {MAX_STATE} bytes")));
        }
        Ok(())
    };
    short(&request.state, "state")?;
    short(&request.nonce, "nonce")?;
    response_type(client, &request.response_type)?;
    let scopes = requested_scope(client, &request.scope)?;
    let code_challenge = pkce(core, client, request)?;
    let prompt = prompt(&request.prompt)?;
    let claims = claims(&request.claims)?;
    let max_age = max_age(client, &request.max_age)?;
    let subject = subject(core, &request.id_token_hint, &claims)?;
    Ok(ValidRequest {
        answer,
        redirect_uri_named: recipient.redirect_uri_named,
        // Single claims are asked of OpenID requests only.
        claims: if scopes.contains(scope::OPENID) {
            claims
        } else {
            ClaimsRequest::default()
        },
        scope: scopes.to_string(),
        nonce: (!request.nonce.is_empty()).then(|| request.nonce.clone()),
        code_challenge,
        prompt,
        max_age,
        login_hint: request.login_hint.chars().take(255).collect(),
        subject,
    })
}

/// RFC 6749 section 3.1: parameters must not come more than once.
fn once(request: &AuthorizeRequest) -> Result<(), OAuthError> {
    match request.repeated_parameters.first() {
        Some(name) => Err(invalid(format!("{name} came more than once"))),
        None => Ok(()),
    }
}

/// What OpenID Connect has names for but AuthGate does not take (Core sections 3.1.2.6, 6, 7).
fn unsupported(request: &AuthorizeRequest) -> Result<(), OAuthError> {
    if !request.request.is_empty() {
        return Err(OAuthError::new(
            ErrorCode::RequestNotSupported,
            "request objects are not supported",
        ));
    }
    if !request.request_uri.is_empty() {
        return Err(OAuthError::new(
            ErrorCode::RequestUriNotSupported,
            "request_uri is not supported",
        ));
    }
    if !request.registration.is_empty() {
        return Err(OAuthError::new(
            ErrorCode::RegistrationNotSupported,
            "registration is not supported",
        ));
    }
    Ok(())
}

fn response_mode(name: &str) -> Result<Mode, OAuthError> {
    match name {
        "" | "query" => Ok(Mode::Query),
        "form_post" => Ok(Mode::FormPost),
        _ => Err(invalid("response_mode is not supported")),
    }
}

fn response_type(client: &Client, name: &str) -> Result<(), OAuthError> {
    match name {
        "" => Err(invalid("response_type is missing")),
        "code" if client.allows_grant(grant_type::AUTHORIZATION_CODE) => Ok(()),
        "code" => Err(OAuthError::new(
            ErrorCode::UnauthorizedClient,
            "the client is not registered for the authorization code grant",
        )),
        _ => Err(OAuthError::new(
            ErrorCode::UnsupportedResponseType,
            "the only response_type is code",
        )),
    }
}

/// Nothing asked for means everything that the client may have (RFC 6749 section 3.3).
fn requested_scope(client: &Client, requested: &str) -> Result<ScopeSet, OAuthError> {
    let malformed = || OAuthError::new(ErrorCode::InvalidScope, "scope is malformed");
    let requested = ScopeSet::parse(requested).map_err(|_| malformed())?;
    let allowed = client.metadata.scopes();
    if requested.is_empty() {
        return Ok(allowed);
    }
    if !requested.is_subset_of(&allowed) {
        return Err(OAuthError::new(
            ErrorCode::InvalidScope,
            "scope names something that the client is not registered for",
        ));
    }
    Ok(requested)
}

/// RFC 7636 section 4.3, S256 only; public clients need it (RFC 9700 section 2.1.1).
fn pkce(
    core: &Core,
    client: &Client,
    request: &AuthorizeRequest,
) -> Result<Option<String>, OAuthError> {
    let challenge = &request.code_challenge;
    if challenge.is_empty() {
        if !request.code_challenge_method.is_empty() {
            return Err(invalid("code_challenge_method came without code_challenge"));
        }
        if client.is_public() || core.settings.authorization.pkce_required {
            return Err(invalid(
                "code_challenge is missing: use PKCE with the method S256",
            ));
        }
        return Ok(None);
    }
    if request.code_challenge_method != "S256" {
        return Err(invalid("the only code_challenge_method is S256"));
    }
    let well_formed = challenge.len() == 43
        && challenge
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if !well_formed {
        return Err(invalid(
            "code_challenge is not the base64url form of a SHA-256",
        ));
    }
    Ok(Some(challenge.clone()))
}

/// Unknown prompts are ignored; `none` stands alone.
fn prompt(text: &str) -> Result<Vec<Prompt>, OAuthError> {
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    if words.contains(&"none") && words.len() > 1 {
        return Err(invalid("prompt=none can't stand with other prompts"));
    }
    Ok(words
        .into_iter()
        .filter_map(|word| match word {
            "none" => Some(Prompt::None),
            "login" => Some(Prompt::Login),
            "consent" => Some(Prompt::Consent),
            "select_account" => Some(Prompt::SelectAccount),
            _ => None,
        })
        .collect())
}

fn max_age(client: &Client, text: &str) -> Result<Option<u64>, OAuthError> {
    if text.is_empty() {
        return Ok(client.metadata.default_max_age);
    }
    text.parse()
        .map(Some)
        .map_err(|_| invalid("max_age is not a number of seconds"))
}

fn claims(text: &str) -> Result<ClaimsRequest, OAuthError> {
    if text.is_empty() {
        return Ok(ClaimsRequest::default());
    }
    ClaimsRequest::parse(text).map_err(|_| invalid("claims is not as OpenID Connect defines it"))
}

/// The person meant: an ID token that we signed counts even when it has expired.
fn subject(core: &Core, hint: &str, claims: &ClaimsRequest) -> Result<Option<UserId>, OAuthError> {
    let asked = claims.subject().map(UserId::from);
    if hint.is_empty() {
        return Ok(asked);
    }
    let unusable = || invalid("id_token_hint is not an ID token of this server");
    let token = core
        .keys
        .verify(hint, TokenType::IdToken)
        .ok_or_else(unusable)?;
    let text = |name: &str| token.get(name).and_then(Value::as_str);
    // A signed UserInfo answer has no end and is no ID token.
    if text("iss") != Some(core.settings.issuer.as_str()) || !token.contains_key("exp") {
        return Err(unusable());
    }
    let hinted = UserId::from(text("sub").ok_or_else(unusable)?);
    match asked {
        Some(asked) if asked != hinted => Err(invalid(
            "id_token_hint and the claim sub are about two different people",
        )),
        _ => Ok(Some(hinted)),
    }
}

fn invalid(description: impl Into<String>) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidRequest, description)
}
