//! Words of the protocols that more than one part speaks.

/// Grant types (RFC 6749, RFC 8628 section 3.4).
pub mod grant_type {
    /// RFC 6749 section 4.1.
    pub const AUTHORIZATION_CODE: &str = "authorization_code";
    /// RFC 6749 section 4.4.
    pub const CLIENT_CREDENTIALS: &str = "client_credentials";
    /// RFC 6749 section 6.
    pub const REFRESH_TOKEN: &str = "refresh_token";
    /// RFC 8628 section 3.4.
    pub const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
}

/// Scopes with a meaning of their own here.
pub mod scope {
    /// OpenID Connect Core section 3.1.2.1: asks for an ID token.
    pub const OPENID: &str = "openid";
    /// OpenID Connect Core section 11: access while the user is away.
    pub const OFFLINE_ACCESS: &str = "offline_access";
    /// Administration through the gRPC API.
    pub const ADMIN: &str = "admin";
}

/// Paths of the endpoints, below the issuer's own path.
pub mod path {
    /// Authorization endpoint.
    pub const AUTHORIZE: &str = "/oauth/authorize";
    /// Token endpoint.
    pub const TOKEN: &str = "/oauth/token";
    /// Device authorization endpoint.
    pub const DEVICE_AUTHORIZATION: &str = "/oauth/device/code";
    /// Introspection endpoint.
    pub const INTROSPECT: &str = "/oauth/introspect";
    /// Revocation endpoint.
    pub const REVOKE: &str = "/oauth/revoke";
    /// Client registration endpoint; `/{client_id}` below it manages one client.
    pub const REGISTER: &str = "/oauth/register";
    /// UserInfo endpoint.
    pub const USERINFO: &str = "/oauth/userinfo";
    /// The predecessor's token validation endpoint.
    pub const TOKENINFO: &str = "/oauth/tokeninfo";
    /// Key set.
    pub const JWKS: &str = "/.well-known/jwks.json";
    /// Login page; takes `redirect`.
    pub const LOGIN: &str = "/login";
    /// Consent page; takes `client_id` and `request_uri`.
    pub const CONSENT: &str = "/consent";
    /// Where people enter a device's user code; takes `user_code`.
    pub const DEVICE: &str = "/device";
}

/// What a stored authorization request's `request_uri` starts with (RFC 9126 section 2.2).
pub const REQUEST_URI_PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

/// The session cookie's name: the `__Host-` prefix, which browsers accept over
/// https only, keeps other hosts of the domain from planting one.
#[must_use]
pub const fn session_cookie_name(https: bool) -> &'static str {
    if https {
        "__Host-authgate_session"
    } else {
        "authgate_session"
    }
}
