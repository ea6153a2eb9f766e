//! What the server says of itself: RFC 8414 and OpenID Connect Discovery 1.0.

use authgate_proto::vocabulary::{grant_type, path};
use serde_json::{Value, json};

use crate::{
    authorize::acr,
    config::{Algorithm, Settings},
};

/// The discovery document; the same at both well-known paths. Everything in it is
/// true of this server as it is configured and of the keys that it signs with.
#[must_use]
pub(crate) fn document(settings: &Settings, signing: &[Algorithm]) -> Value {
    let issuer = &settings.issuer;
    let at = |path: &str| format!("{issuer}{path}");
    let signing: Vec<_> = signing.iter().map(|algorithm| algorithm.as_str()).collect();
    let mut grant_types = vec![
        grant_type::AUTHORIZATION_CODE,
        grant_type::CLIENT_CREDENTIALS,
        grant_type::DEVICE_CODE,
    ];
    if settings.tokens.refresh_enabled {
        grant_types.push(grant_type::REFRESH_TOKEN);
    }
    let mut document = json!({
        "issuer": issuer,
        "authorization_endpoint": at(path::AUTHORIZE),
        "token_endpoint": at(path::TOKEN),
        "device_authorization_endpoint": at(path::DEVICE_AUTHORIZATION),
        "userinfo_endpoint": at(path::USERINFO),
        "introspection_endpoint": at(path::INTROSPECT),
        "revocation_endpoint": at(path::REVOKE),
        "jwks_uri": at(path::JWKS),
        "scopes_supported": [
            "openid", "profile", "email", "address", "phone", "offline_access", "read", "write",
        ],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "form_post"],
        "grant_types_supported": grant_types,
        "subject_types_supported": ["public"],
        "acr_values_supported": [acr::PASSWORD],
        "id_token_signing_alg_values_supported": signing,
        "userinfo_signing_alg_values_supported": signing,
        "token_endpoint_auth_methods_supported":
            ["client_secret_basic", "client_secret_post", "none"],
        "introspection_endpoint_auth_methods_supported":
            ["client_secret_basic", "client_secret_post"],
        "revocation_endpoint_auth_methods_supported":
            ["client_secret_basic", "client_secret_post", "none"],
        "code_challenge_methods_supported": ["S256"],
        "claim_types_supported": ["normal"],
        "claims_supported": [
            "sub", "iss", "aud", "exp", "iat", "jti", "auth_time", "nonce", "at_hash", "sid",
            "acr", "amr", "name", "family_name", "given_name", "middle_name", "nickname",
            "preferred_username", "profile", "picture", "website", "gender", "birthdate",
            "zoneinfo", "locale", "updated_at", "email", "email_verified", "address",
            "phone_number", "phone_number_verified",
        ],
        "display_values_supported": ["page"],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "ui_locales_supported": ["en"],
        "claims_parameter_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "authorization_response_iss_parameter_supported": true,
    });
    if settings.registration.enabled {
        document["registration_endpoint"] = json!(at(path::REGISTER));
    }
    document
}
