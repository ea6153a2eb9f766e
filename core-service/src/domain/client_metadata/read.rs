//! From a JSON document to client metadata: what may be registered, by whom, and
//! what holds when a member is left out.

use authgate_proto::vocabulary::grant_type::{
    AUTHORIZATION_CODE, CLIENT_CREDENTIALS, DEVICE_CODE, REFRESH_TOKEN,
};
use serde_json::{Map, Value};
use url::Url;

use super::{ADMIN_ONLY_MEMBERS, ClientMetadata};
use crate::domain::{
    document::{INVISIBLE, Object, Unknown, is_invisible},
    redirect_uri::{self, Rules},
    scope::ScopeSet,
};

/// Who registers a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registrant {
    /// The client itself, or anybody in its name (RFC 7591 section 3).
    Client,
    /// A person who signed in, and waits for an admin's approval. Which scopes somebody may
    /// name is up to the caller.
    Person,
    /// An admin or the seed file.
    Admin,
}

/// What a client may ask for that registers itself.
const SELF_SERVICE_SCOPES: [&str; 6] = [
    "openid",
    "profile",
    "email",
    "address",
    "phone",
    "offline_access",
];
/// The predecessor's name of the device grant, understood in registrations only.
/// What a client may ask for that names no scope: the predecessor's default, and
/// `openid`, without which an OpenID relying party that registered itself, and
/// never sends a scope, could not sign anybody in.
const DEFAULT_SCOPE: &str = "openid email profile";
const DEVICE_CODE_ALIAS: &str = "device_code";
const ALGORITHMS: [&str; 3] = ["RS256", "ES256", "EdDSA"];
const AUTH_METHODS: [&str; 3] = ["client_secret_basic", "client_secret_post", "none"];

const MAX_URIS: usize = 32;
const MAX_URI: usize = 2048;
const MAX_NAME: usize = 255;
const MAX_TEXT: usize = 1024;
const MAX_ITEMS: usize = 16;

/// Members that ask for protection that AuthGate does not give. To leave them out
/// of the registration without a word would let the client believe it has it.
const UNSUPPORTED_PROTECTION: [&str; 16] = [
    "id_token_encrypted_response_alg",
    "id_token_encrypted_response_enc",
    "userinfo_encrypted_response_alg",
    "userinfo_encrypted_response_enc",
    "introspection_signed_response_alg",
    "introspection_encrypted_response_alg",
    "introspection_encrypted_response_enc",
    "authorization_signed_response_alg",
    "authorization_encrypted_response_alg",
    "authorization_encrypted_response_enc",
    "request_object_encryption_alg",
    "request_object_encryption_enc",
    "require_signed_request_object",
    "require_pushed_authorization_requests",
    "tls_client_certificate_bound_access_tokens",
    "dpop_bound_access_tokens",
];

impl Registrant {
    /// What becomes of members without a meaning: registration skips them
    /// (RFC 7591 section 2), people mistyped.
    pub(crate) const fn unknown(self) -> Unknown {
        match self {
            Self::Client => Unknown::Ignored,
            Self::Person | Self::Admin => Unknown::Refused,
        }
    }

    /// RFC 7591 section 2 says `authorization_code`. The predecessor gave refresh
    /// tokens unasked, so what its people write still means them.
    fn default_grant_types(self) -> Vec<String> {
        match self {
            Self::Client => vec![AUTHORIZATION_CODE.to_owned()],
            Self::Person | Self::Admin => {
                vec![AUTHORIZATION_CODE.to_owned(), REFRESH_TOKEN.to_owned()]
            }
        }
    }
}

impl ClientMetadata {
    /// Reads the metadata members of `document` and checks them (RFC 7591 section 2,
    /// OpenID Connect Registration section 2). What is wrong is noted in `document`;
    /// the result counts only when nothing is.
    pub(crate) fn read(document: &mut Object<'_>, by: Registrant) -> Self {
        let grant_types = grant_types(document, by);
        let token_endpoint_auth_method = document
            .word("token_endpoint_auth_method", &AUTH_METHODS)
            .unwrap_or_else(|| AUTH_METHODS[0].to_owned());
        let application_type = document.word("application_type", &["web", "native"]);
        let rules = Rules {
            by,
            application_type: application_type.as_deref(),
            confidential: token_endpoint_auth_method != "none",
        };
        if !rules.confidential && grant_types.iter().any(|grant| grant == CLIENT_CREDENTIALS) {
            let reason = "client_credentials needs a client that authenticates";
            document.problem("token_endpoint_auth_method", reason);
        }
        let redirect_uris = uris(document, "redirect_uris", rules);
        if redirect_uris.is_empty() && grant_types.iter().any(|grant| grant == AUTHORIZATION_CODE) {
            document.problem(
                "redirect_uris",
                "is needed for the grant type authorization_code",
            );
        }
        refuse_unsupported(document);
        let metadata = Self {
            client_name: name(document),
            description: document.text("description", MAX_TEXT),
            client_uri: web_page(document, "client_uri"),
            logo_uri: web_page(document, "logo_uri"),
            policy_uri: web_page(document, "policy_uri"),
            tos_uri: web_page(document, "tos_uri"),
            contacts: document
                .texts("contacts", MAX_ITEMS, MAX_NAME)
                .unwrap_or_default(),
            post_logout_redirect_uris: uris(document, "post_logout_redirect_uris", rules),
            response_types: response_types(document, &grant_types),
            scope: scope(document, by),
            subject_type: document.word("subject_type", &["public"]),
            id_token_signed_response_alg: document
                .word("id_token_signed_response_alg", &ALGORITHMS),
            userinfo_signed_response_alg: document
                .word("userinfo_signed_response_alg", &ALGORITHMS),
            default_max_age: document.count("default_max_age"),
            require_auth_time: document.flag("require_auth_time"),
            default_acr_values: document
                .texts("default_acr_values", MAX_ITEMS, MAX_NAME)
                .unwrap_or_default(),
            initiate_login_uri: web_page(document, "initiate_login_uri"),
            software_id: document.text("software_id", MAX_NAME),
            software_version: document.text("software_version", MAX_NAME),
            jwks: jwks(document),
            jwks_uri: web_page(document, "jwks_uri"),
            redirect_uris,
            grant_types,
            token_endpoint_auth_method,
            application_type,
            ..Self::default()
        };
        if metadata.jwks.is_some() && metadata.jwks_uri.is_some() {
            document.problem("jwks_uri", "must not be given together with jwks");
        }
        match by {
            Registrant::Client => metadata,
            Registrant::Person => {
                for name in ADMIN_ONLY_MEMBERS {
                    if document.value(name).is_some() {
                        document.problem(name, "is set by an admin only");
                    }
                }
                metadata
            }
            Registrant::Admin => metadata.with_admin_members(document),
        }
    }

    /// What only an admin may say (`ADMIN_ONLY_MEMBERS`).
    fn with_admin_members(self, document: &mut Object<'_>) -> Self {
        let is_project = |text: &str| text.len() <= 64 && is_name(text, b"_.-");
        let is_service_account = |text: &str| text.len() <= 255 && is_name(text, b"_.@-");
        let project = document.text("project", 64);
        if project.as_deref().is_some_and(|text| !is_project(text)) {
            let reason =
                "must be letters, digits, '_', '.' and '-', and start with a letter or digit";
            document.problem("project", reason);
        }
        let service_account = document.text("service_account", 255);
        if service_account
            .as_deref()
            .is_some_and(|text| !is_service_account(text))
        {
            let reason =
                "must be letters, digits, '_', '.', '@' and '-', and start with a letter or digit";
            document.problem("service_account", reason);
        }
        let introspect_any = document.flag("introspect_any").unwrap_or(false);
        if introspect_any && self.token_endpoint_auth_method == "none" {
            document.problem("introspect_any", "needs a client that authenticates");
        }
        Self {
            token_profile: document.word("token_profile", &["short", "standard", "long"]),
            project,
            service_account,
            trusted: document.flag("trusted").unwrap_or(false),
            extra_claims_allowed: document.flag("extra_claims_allowed").unwrap_or(false),
            introspect_any,
            ..self
        }
    }
}

fn grant_types(document: &mut Object<'_>, by: Registrant) -> Vec<String> {
    let Some(named) = document.texts("grant_types", MAX_ITEMS, MAX_NAME) else {
        return by.default_grant_types();
    };
    let mut grant_types = Vec::new();
    for (at, name) in named.into_iter().enumerate() {
        let name = if name == DEVICE_CODE_ALIAS {
            DEVICE_CODE.to_owned()
        } else {
            name
        };
        match name.as_str() {
            AUTHORIZATION_CODE | REFRESH_TOKEN | DEVICE_CODE => {}
            CLIENT_CREDENTIALS if by != Registrant::Client => {}
            CLIENT_CREDENTIALS => {
                let reason = "client_credentials is given by an admin only";
                document.problem(&format!("grant_types[{at}]"), reason);
            }
            _ => document.problem(
                &format!("grant_types[{at}]"),
                "is not a supported grant type",
            ),
        }
        if !grant_types.contains(&name) {
            grant_types.push(name);
        }
    }
    if grant_types.iter().all(|name| name == REFRESH_TOKEN) {
        document.problem("grant_types", "names no grant that tokens could come from");
    }
    grant_types
}

/// `code` goes with `authorization_code` and the other way round (RFC 7591 section 2.1).
fn response_types(document: &mut Object<'_>, grant_types: &[String]) -> Vec<String> {
    let by_code = grant_types.iter().any(|name| name == AUTHORIZATION_CODE);
    let fitting = if by_code {
        vec!["code".to_owned()]
    } else {
        Vec::new()
    };
    let Some(named) = document.texts("response_types", MAX_ITEMS, MAX_NAME) else {
        return fitting;
    };
    for (at, name) in named.iter().enumerate() {
        if name != "code" {
            let reason = "is not supported: the only response type is code";
            document.problem(&format!("response_types[{at}]"), reason);
        }
    }
    if named.is_empty() == by_code {
        let reason = "does not fit grant_types: code goes with authorization_code";
        document.problem("response_types", reason);
    }
    fitting
}

fn scope(document: &mut Object<'_>, by: Registrant) -> String {
    let Some(text) = document.text("scope", 2 * MAX_TEXT) else {
        return DEFAULT_SCOPE.to_owned();
    };
    let Ok(scope) = ScopeSet::parse(&text) else {
        document.problem("scope", "holds a character that a scope can't have");
        return text;
    };
    let reserved = scope.without(&SELF_SERVICE_SCOPES);
    if by == Registrant::Client && !reserved.is_empty() {
        document.problem("scope", format!("is given by an admin only: {reserved}"));
    }
    scope.to_string()
}

fn uris(document: &mut Object<'_>, name: &'static str, rules: Rules<'_>) -> Vec<String> {
    let uris = document.texts(name, MAX_URIS, MAX_URI).unwrap_or_default();
    for (at, uri) in uris.iter().enumerate() {
        if let Err(reason) = redirect_uri::validate(uri, rules) {
            document.problem(&format!("{name}[{at}]"), reason);
        }
    }
    uris
}

/// An address for people or programs to open.
fn web_page(document: &mut Object<'_>, name: &'static str) -> Option<String> {
    let uri = document.text(name, MAX_URI)?;
    let opens = !uri.contains(char::is_whitespace)
        && Url::parse(&uri).is_ok_and(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.username().is_empty()
                && url.password().is_none()
        });
    if !opens {
        document.problem(name, "must be an http or https URL without a user name");
    }
    Some(uri)
}

/// A JWK set of public keys (RFC 7517 section 5).
fn jwks(document: &mut Object<'_>) -> Option<Value> {
    let set = document.object("jwks")?;
    match set.get("keys").and_then(Value::as_array) {
        Some(keys) if keys.len() <= MAX_ITEMS => {
            for (at, key) in keys.iter().enumerate() {
                if let Err(reason) = public_key(key.as_object()) {
                    document.problem(&format!("jwks.keys[{at}]"), reason);
                }
            }
        }
        Some(_) => document.problem("jwks.keys", format!("has more than {MAX_ITEMS} items")),
        None => document.problem("jwks.keys", "must be an array"),
    }
    Some(Value::Object(set.clone()))
}

fn public_key(key: Option<&Map<String, Value>>) -> Result<(), &'static str> {
    let key = key.ok_or("must be an object")?;
    if !key.get("kty").is_some_and(Value::is_string) {
        return Err("has no kty");
    }
    // `d` of RSA and elliptic curves, `k` of a shared secret (RFC 7518 section 6).
    if key.contains_key("d") || key.contains_key("k") {
        return Err("holds a private or shared key: keep it to yourself");
    }
    Ok(())
}

/// What people know it by; they must see all of it.
fn name(document: &mut Object<'_>) -> String {
    let name = document.text("client_name", MAX_NAME).unwrap_or_default();
    if name.chars().any(is_invisible) {
        document.problem("client_name", INVISIBLE);
    }
    name
}

fn refuse_unsupported(document: &mut Object<'_>) {
    for name in UNSUPPORTED_PROTECTION {
        let asked = match document.value(name) {
            None | Some(Value::Bool(false)) => false,
            Some(Value::String(text)) => !text.is_empty(),
            Some(_) => true,
        };
        if asked {
            document.problem(name, "is not supported");
        }
    }
}

/// Letters, digits and `others`, the first a letter or digit.
fn is_name(text: &str, others: &[u8]) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || others.contains(&b))
}

#[cfg(test)]
mod tests;
