//! What stands in the audit trail, as the pages say it. The trail itself and its exports
//! keep the core's own words.

use super::catalogue;

macro_rules! events {
    ($($field:ident = $name:literal,)*) => {
        catalogue! {
            /// What somebody did, behind the name of who it was.
            Events { $($field),* }

            /// How much an event matters.
            Severities { info, warning, error, critical }
        }

        /// All events, as the core names them.
        pub const EVENT_TYPES: &[&str] = &[$($name),*];

        impl Events {
            /// The words for an event; none for one that a newer core has.
            pub fn of(&self, event_type: &str) -> Option<&'static str> {
                match event_type {
                    $($name => Some(self.$field),)*
                    _ => None,
                }
            }
        }
    };
}

events! {
    authentication_success = "AUTHENTICATION_SUCCESS",
    authentication_failure = "AUTHENTICATION_FAILURE",
    oauth_authentication = "OAUTH_AUTHENTICATION",
    logout = "LOGOUT",
    device_code_generated = "DEVICE_CODE_GENERATED",
    device_code_authorized = "DEVICE_CODE_AUTHORIZED",
    device_code_denied = "DEVICE_CODE_DENIED",
    authorization_code_generated = "AUTHORIZATION_CODE_GENERATED",
    authorization_code_exchanged = "AUTHORIZATION_CODE_EXCHANGED",
    authorization_code_denied = "AUTHORIZATION_CODE_DENIED",
    access_token_issued = "ACCESS_TOKEN_ISSUED",
    refresh_token_issued = "REFRESH_TOKEN_ISSUED",
    id_token_issued = "ID_TOKEN_ISSUED",
    client_credentials_token_issued = "CLIENT_CREDENTIALS_TOKEN_ISSUED",
    token_refreshed = "TOKEN_REFRESHED",
    token_revoked = "TOKEN_REVOKED",
    token_disabled = "TOKEN_DISABLED",
    token_enabled = "TOKEN_ENABLED",
    token_introspected = "TOKEN_INTROSPECTED",
    user_authorization_granted = "USER_AUTHORIZATION_GRANTED",
    user_authorization_revoked = "USER_AUTHORIZATION_REVOKED",
    client_tokens_revoked_all = "CLIENT_TOKENS_REVOKED_ALL",
    user_tokens_revoked_all = "USER_TOKENS_REVOKED_ALL",
    session_revoked = "SESSION_REVOKED",
    suspicious_activity = "SUSPICIOUS_ACTIVITY",
    client_created = "CLIENT_CREATED",
    client_registered = "CLIENT_REGISTERED",
    client_approved = "CLIENT_APPROVED",
    client_rejected = "CLIENT_REJECTED",
    client_activated = "CLIENT_ACTIVATED",
    client_deactivated = "CLIENT_DEACTIVATED",
    client_updated = "CLIENT_UPDATED",
    client_deleted = "CLIENT_DELETED",
    client_secret_regenerated = "CLIENT_SECRET_REGENERATED",
    user_created = "USER_CREATED",
    user_updated = "USER_UPDATED",
    user_enabled = "USER_ENABLED",
    user_disabled = "USER_DISABLED",
    user_deleted = "USER_DELETED",
    user_role_changed = "USER_ROLE_CHANGED",
    user_password_reset = "USER_PASSWORD_RESET",
    user_password_changed = "USER_PASSWORD_CHANGED",
    oauth_connection_deleted = "OAUTH_CONNECTION_DELETED",
    signing_keys_rotated = "SIGNING_KEYS_ROTATED",
    signing_key_withdrawn = "SIGNING_KEY_WITHDRAWN",
    rate_limit_exceeded = "RATE_LIMIT_EXCEEDED",
    audit_log_viewed = "AUDIT_LOG_VIEWED",
    audit_log_exported = "AUDIT_LOG_EXPORTED",
    audit_events_dropped = "AUDIT_EVENTS_DROPPED",
}

/// How much events matter, as the core names it.
pub const SEVERITIES: [&str; 4] = ["INFO", "WARNING", "ERROR", "CRITICAL"];

impl Severities {
    /// The word for a severity; none for one that a newer core has.
    pub fn of(&self, severity: &str) -> Option<&'static str> {
        match severity {
            "INFO" => Some(self.info),
            "WARNING" => Some(self.warning),
            "ERROR" => Some(self.error),
            "CRITICAL" => Some(self.critical),
            _ => None,
        }
    }
}
