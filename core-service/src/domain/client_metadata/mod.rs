//! Client metadata (RFC 7591 section 2, OpenID Connect Registration section 2).

mod read;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use read::Registrant;

use super::scope::ScopeSet;

/// What a client registered. Members are named as on the wire; empty ones are left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientMetadata {
    /// Shown to people; when empty, the `client_id` is.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub client_name: String,
    /// Shown to admins (the predecessor's extension).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Home page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// Logo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo_uri: Option<String>,
    /// Privacy policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_uri: Option<String>,
    /// Terms of service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tos_uri: Option<String>,
    /// People responsible.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<String>,
    /// Where authorization responses may go: compared exactly, but for the port of a loopback address.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub redirect_uris: Vec<String>,
    /// Where a sign-out may lead (RP-Initiated Logout section 3.1).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub post_logout_redirect_uris: Vec<String>,
    /// What it may present at the token endpoint.
    pub grant_types: Vec<String>,
    /// What it may ask of the authorization endpoint.
    pub response_types: Vec<String>,
    /// How it authenticates: `client_secret_basic`, `client_secret_post` or `none`.
    pub token_endpoint_auth_method: String,
    /// What it may ask for, space-separated.
    pub scope: String,
    /// `web` or `native` (OpenID Connect Registration section 2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_type: Option<String>,
    /// `public` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject_type: Option<String>,
    /// RS256 when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_signed_response_alg: Option<String>,
    /// UserInfo is plain JSON when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_signed_response_alg: Option<String>,
    /// Seconds; used when a request names none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_max_age: Option<u64>,
    /// Whether `auth_time` is always in the ID token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require_auth_time: Option<bool>,
    /// Used when a request names none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub default_acr_values: Vec<String>,
    /// A third party's page that starts a sign-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initiate_login_uri: Option<String>,
    /// Names the software, chosen by its developer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software_id: Option<String>,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software_version: Option<String>,
    /// The client's keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Value>,
    /// Where the client's keys are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,

    // What only an admin or the seed file may set.
    /// Lives of its tokens: `short`, `standard` or `long`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_profile: Option<String>,
    /// Emitted as `<prefix>_project`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// Emitted as `<prefix>_service_account`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_account: Option<String>,
    /// An admin vouches for it: a consent once given is not asked for again although the client is public.
    #[serde(skip_serializing_if = "is_false")]
    pub trusted: bool,
    /// May send `extra_claims`.
    #[serde(skip_serializing_if = "is_false")]
    pub extra_claims_allowed: bool,
    /// May introspect every token, not only those issued to it or meant for it.
    #[serde(skip_serializing_if = "is_false")]
    pub introspect_any: bool,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature serde asks for"
)]
fn is_false(value: &bool) -> bool {
    !value
}

/// Members that a client can't give itself: an admin or the seed file sets them.
pub const ADMIN_ONLY_MEMBERS: [&str; 6] = [
    "token_profile",
    "project",
    "service_account",
    "trusted",
    "extra_claims_allowed",
    "introspect_any",
];

impl Default for ClientMetadata {
    /// The defaults of RFC 7591 section 2.
    fn default() -> Self {
        Self {
            client_name: String::new(),
            description: None,
            client_uri: None,
            logo_uri: None,
            policy_uri: None,
            tos_uri: None,
            contacts: Vec::new(),
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            grant_types: vec!["authorization_code".to_owned()],
            response_types: vec!["code".to_owned()],
            token_endpoint_auth_method: "client_secret_basic".to_owned(),
            scope: String::new(),
            application_type: None,
            subject_type: None,
            id_token_signed_response_alg: None,
            userinfo_signed_response_alg: None,
            default_max_age: None,
            require_auth_time: None,
            default_acr_values: Vec::new(),
            initiate_login_uri: None,
            software_id: None,
            software_version: None,
            jwks: None,
            jwks_uri: None,
            token_profile: None,
            project: None,
            service_account: None,
            trusted: false,
            extra_claims_allowed: false,
            introspect_any: false,
        }
    }
}

impl ClientMetadata {
    /// What the client may ask for.
    #[must_use]
    pub fn scopes(&self) -> ScopeSet {
        ScopeSet::from_stored(&self.scope)
    }

    /// The same with what only an admin may set taken from `old`: what an admin gave a client,
    /// it keeps.
    #[must_use]
    pub fn with_admin_members_of(self, old: &Self) -> Self {
        Self {
            token_profile: old.token_profile.clone(),
            project: old.project.clone(),
            service_account: old.service_account.clone(),
            trusted: old.trusted,
            extra_claims_allowed: old.extra_claims_allowed,
            introspect_any: old.introspect_any,
            ..self
        }
    }
}
