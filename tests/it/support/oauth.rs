//! What tests of the protocol share: people, clients, and the way to a code.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{DecodingKey, Validation, jwk::JwkSet};
use serde_json::{Value, json};

use super::{Answer, Browser, TestApp};

/// The user of [`people_and_clients`].
pub const ALICE: (&str, &str) = ("alice", "correct horse battery staple");
/// A public client with the device and code flows, for command lines.
pub const CLI: &str = "cli";
/// A confidential client with the code flow, and its secret.
pub const WEB: (&str, &str) = ("web", "web-Zk3v9QmB7xLr2TnYpW5sHd8cJf1gKa6e");
/// A confidential client for services, and its secret.
pub const SERVICE: (&str, &str) = ("service", "service-Zk3v9QmB7xLr2TnYpW5sHd8cJf1g");
/// Where [`WEB`] is answered.
pub const WEB_CALLBACK: &str = "https://web.example/callback";
/// Where [`CLI`] is answered.
pub const CLI_CALLBACK: &str = "http://127.0.0.1/callback";
/// A PKCE verifier.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// The S256 challenge of [`VERIFIER`] (RFC 7636 appendix B).
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A user and a client of each kind.
pub fn people_and_clients() -> Value {
    json!({
        "users": [{
            "username": ALICE.0,
            "password": ALICE.1,
            "email": "alice@people.example",
            "email_verified": true,
            "name": "Alice Liddell",
            "role": "user",
        }],
        "clients": [
            {
                "client_id": CLI,
                "client_name": "Command line",
                "redirect_uris": [CLI_CALLBACK],
                "grant_types": [
                    "urn:ietf:params:oauth:grant-type:device_code",
                    "authorization_code",
                    "refresh_token",
                ],
                "response_types": ["code"],
                "token_endpoint_auth_method": "none",
                "scope": "openid profile email offline_access read write",
            },
            {
                "client_id": WEB.0,
                "client_secret": WEB.1,
                "client_name": "Web app",
                "redirect_uris": [WEB_CALLBACK],
                "grant_types": ["authorization_code", "refresh_token"],
                "response_types": ["code"],
                "token_endpoint_auth_method": "client_secret_basic",
                "scope": "openid profile email offline_access read write",
            },
            {
                "client_id": SERVICE.0,
                "client_secret": SERVICE.1,
                "client_name": "Service",
                "grant_types": ["client_credentials"],
                "response_types": [],
                "token_endpoint_auth_method": "client_secret_basic",
                "scope": "read write",
            },
        ],
    })
}

/// The S256 challenge of [`VERIFIER`].
pub fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, VERIFIER.as_bytes()))
}

/// The path and query of an authorization request with these parameters.
pub fn authorize_path(parameters: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish();
    format!("/oauth/authorize?{query}")
}

/// Goes through sign-in and consent, as far as they are asked for, with what a
/// person would do, and gives the redirect to the client.
pub async fn authorize(browser: &Browser, parameters: &[(&str, &str)]) -> Answer {
    let mut answer = browser.get(&authorize_path(parameters)).await;
    if let Some(form) = answer
        .forms()
        .iter()
        .find(|form| form.action.ends_with("/login"))
    {
        answer = browser
            .submit(form, &[("username", ALICE.0), ("password", ALICE.1)])
            .await;
    }
    if let Some(form) = answer
        .forms()
        .iter()
        .find(|form| form.action.ends_with("/oauth/authorize"))
    {
        answer = browser.submit(form, &[("action", "approve")]).await;
    }
    answer
}

/// An authorization code for [`WEB`] with `scope` and the challenge of [`VERIFIER`].
pub async fn code_for_web(browser: &Browser, scope: &str) -> String {
    let answer = authorize(
        browser,
        &[
            ("client_id", WEB.0),
            ("redirect_uri", WEB_CALLBACK),
            ("response_type", "code"),
            ("scope", scope),
            ("state", "st4te"),
            ("code_challenge", &challenge()),
            ("code_challenge_method", "S256"),
        ],
    )
    .await;
    answer
        .redirect_parameter("code")
        .unwrap_or_else(|| panic!("no code: {answer:?}"))
}

/// The answer of the token endpoint to [`WEB`]'s `code`.
pub async fn redeem_for_web(app: &TestApp, code: &str) -> Answer {
    app.request(http::Method::POST, "/oauth/token")
        .basic(WEB.0, WEB.1)
        .form(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", WEB_CALLBACK),
            ("code_verifier", VERIFIER),
        ])
        .send()
        .await
}

/// The claims of a JWT, unverified.
#[track_caller]
pub fn claims(token: &str) -> Value {
    part(token, 1)
}

/// The header of a JWT, unverified.
#[track_caller]
pub fn header(token: &str) -> Value {
    part(token, 0)
}

#[track_caller]
fn part(token: &str, index: usize) -> Value {
    let part = token.split('.').nth(index).expect("a JWT has three parts");
    let bytes = URL_SAFE_NO_PAD.decode(part).expect("the part is base64url");
    serde_json::from_slice(&bytes).expect("the part is JSON")
}

/// A request for a code by [`WEB`]. `changes` are added or replace its parameters;
/// one without a value takes the parameter away.
pub fn web_request<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let usual = [
        ("client_id", WEB.0),
        ("redirect_uri", WEB_CALLBACK),
        ("response_type", "code"),
        ("scope", "openid"),
        ("state", "st4te"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let changed = |name| changes.iter().any(|(other, _)| *other == name);
    let kept = usual.into_iter().filter(|(name, _)| !changed(*name));
    let changes = changes.iter().filter(|(_, value)| !value.is_empty());
    kept.chain(changes.copied()).collect()
}

/// What an authorization request leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    SignIn,
    Consent,
    /// The answer to the client, a code or an error.
    Client,
    /// A page that names an error.
    ErrorPage,
}

/// What the authorization request leads this browser to.
pub async fn next_step(browser: &Browser, parameters: &[(&str, &str)]) -> Step {
    let answer = browser.get_only(&authorize_path(parameters)).await;
    if !answer.status.is_redirection() {
        assert!(answer.status.is_client_error(), "{answer:?}");
        return Step::ErrorPage;
    }
    match answer.location().split('?').next() {
        Some("/login") => Step::SignIn,
        Some("/consent") => Step::Consent,
        _ => Step::Client,
    }
}

/// The claims of a JWT whose signature is by a key of the published set, of the
/// algorithm that the set names for it.
pub async fn verified(app: &TestApp, token: &str) -> Option<Value> {
    let set: JwkSet = serde_json::from_value(app.get("/.well-known/jwks.json").await.ok())
        .expect("the key set is one");
    let header = jsonwebtoken::decode_header(token).ok()?;
    let key = set.find(header.kid.as_deref()?)?;
    let named = key
        .common
        .key_algorithm
        .expect("each key has its algorithm");
    if named.to_string() != format!("{:?}", header.alg) {
        return None;
    }
    let mut validation = Validation::new(header.alg);
    // The app's time is not that of the machine, and not all that is signed expires.
    validation.validate_exp = false;
    validation.required_spec_claims.clear();
    validation.validate_aud = false;
    let verifier = DecodingKey::from_jwk(key).expect("the key can be used");
    let token = jsonwebtoken::decode::<Value>(token, &verifier, &validation).ok()?;
    Some(token.claims)
}
