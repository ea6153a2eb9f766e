//! Requests that no well-behaved client sends: each gets its exact error, and
//! nothing else happens.

mod bodies;
mod credentials;
mod methods;
mod parameters;

/// Where forms are posted, and the parameters that each endpoint knows.
const FORMS: [(&str, &[&str]); 5] = [
    (
        "/oauth/token",
        &[
            "grant_type",
            "client_id",
            "client_secret",
            "scope",
            "code",
            "redirect_uri",
            "code_verifier",
            "device_code",
            "refresh_token",
            "extra_claims",
            "resource",
        ],
    ),
    (
        "/oauth/device/code",
        &["client_id", "client_secret", "scope"],
    ),
    (
        "/oauth/introspect",
        &["token", "token_type_hint", "client_id", "client_secret"],
    ),
    (
        "/oauth/revoke",
        &["token", "token_type_hint", "client_id", "client_secret"],
    ),
    ("/oauth/userinfo", &["access_token"]),
];

const FORM: &str = "application/x-www-form-urlencoded";
