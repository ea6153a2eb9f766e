//! What can stand in the audit trail.

use serde_json::Value;

use crate::{
    ctx::Actor,
    domain::{
        client::Client,
        id::{ClientId, GrantId, TokenId},
        user::User,
    },
    error::Error,
};

macro_rules! event_types {
    ($($(#[$doc:meta])* $variant:ident = $name:literal => $severity:ident),+ $(,)?) => {
        /// The kinds of events, named as in the predecessor's log where it had them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(crate) enum EventType { $($(#[$doc])* $variant),+ }

        impl EventType {
            /// All of them.
            pub(crate) const ALL: &[Self] = &[$(Self::$variant),+];

            /// The name in the log.
            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// How much it matters, unless the event says otherwise.
            pub(crate) const fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity),+ }
            }
        }
    };
}

event_types! {
    /// A password was right.
    AuthenticationSuccess = "AUTHENTICATION_SUCCESS" => Info,
    /// A sign-in failed.
    AuthenticationFailure = "AUTHENTICATION_FAILURE" => Warning,
    /// Another identity source vouched for somebody.
    OauthAuthentication = "OAUTH_AUTHENTICATION" => Info,
    /// A browser session was ended by the person.
    Logout = "LOGOUT" => Info,
    /// A device asked for a code.
    DeviceCodeGenerated = "DEVICE_CODE_GENERATED" => Info,
    /// A person approved a device.
    DeviceCodeAuthorized = "DEVICE_CODE_AUTHORIZED" => Info,
    /// A person refused a device.
    DeviceCodeDenied = "DEVICE_CODE_DENIED" => Info,
    /// A person approved an authorization request, or had before.
    AuthorizationCodeGenerated = "AUTHORIZATION_CODE_GENERATED" => Info,
    /// A client redeemed a code.
    AuthorizationCodeExchanged = "AUTHORIZATION_CODE_EXCHANGED" => Info,
    /// A person refused an authorization request.
    AuthorizationCodeDenied = "AUTHORIZATION_CODE_DENIED" => Info,
    /// An access token was handed out for a person.
    AccessTokenIssued = "ACCESS_TOKEN_ISSUED" => Info,
    /// A refresh token was handed out.
    RefreshTokenIssued = "REFRESH_TOKEN_ISSUED" => Info,
    /// An ID token was handed out.
    IdTokenIssued = "ID_TOKEN_ISSUED" => Info,
    /// A client got a token for itself.
    ClientCredentialsTokenIssued = "CLIENT_CREDENTIALS_TOKEN_ISSUED" => Info,
    /// A refresh token was used.
    TokenRefreshed = "TOKEN_REFRESHED" => Info,
    /// A token or a family of tokens was ended.
    TokenRevoked = "TOKEN_REVOKED" => Info,
    /// A token or a family of tokens was suspended.
    TokenDisabled = "TOKEN_DISABLED" => Info,
    /// It counts again.
    TokenEnabled = "TOKEN_ENABLED" => Info,
    /// A client asked about a token that there is.
    TokenIntrospected = "TOKEN_INTROSPECTED" => Info,
    /// A consent was given.
    UserAuthorizationGranted = "USER_AUTHORIZATION_GRANTED" => Info,
    /// A consent was taken back.
    UserAuthorizationRevoked = "USER_AUTHORIZATION_REVOKED" => Info,
    /// Everything that a client holds was ended.
    ClientTokensRevokedAll = "CLIENT_TOKENS_REVOKED_ALL" => Critical,
    /// Everything that acts for a user was ended.
    UserTokensRevokedAll = "USER_TOKENS_REVOKED_ALL" => Critical,
    /// A browser session was ended from elsewhere.
    SessionRevoked = "SESSION_REVOKED" => Info,
    /// A code or refresh token was used again by somebody who should not have it.
    SuspiciousActivity = "SUSPICIOUS_ACTIVITY" => Critical,
    /// A client was set up.
    ClientCreated = "CLIENT_CREATED" => Info,
    /// A client registered itself (RFC 7591).
    ClientRegistered = "CLIENT_REGISTERED" => Info,
    /// A client that waited may be used.
    ClientApproved = "CLIENT_APPROVED" => Info,
    /// A client's registration was turned down.
    ClientRejected = "CLIENT_REJECTED" => Info,
    /// A client that was switched off may be used again.
    ClientActivated = "CLIENT_ACTIVATED" => Info,
    /// A client was switched off.
    ClientDeactivated = "CLIENT_DEACTIVATED" => Warning,
    /// A client's settings were changed.
    ClientUpdated = "CLIENT_UPDATED" => Info,
    /// A client was removed.
    ClientDeleted = "CLIENT_DELETED" => Warning,
    /// A client has another secret.
    ClientSecretRegenerated = "CLIENT_SECRET_REGENERATED" => Warning,
    /// A user was set up.
    UserCreated = "USER_CREATED" => Info,
    /// Name or address of a user was changed.
    UserUpdated = "USER_UPDATED" => Info,
    /// A user may sign in again.
    UserEnabled = "USER_ENABLED" => Info,
    /// A user may not sign in.
    UserDisabled = "USER_DISABLED" => Warning,
    /// A user was removed.
    UserDeleted = "USER_DELETED" => Warning,
    /// A user became an admin, or is none any more.
    UserRoleChanged = "USER_ROLE_CHANGED" => Warning,
    /// A user's password was set by an admin.
    UserPasswordReset = "USER_PASSWORD_RESET" => Warning,
    /// A user changed the password.
    UserPasswordChanged = "USER_PASSWORD_CHANGED" => Warning,
    /// A linked identity was taken away.
    OauthConnectionDeleted = "OAUTH_CONNECTION_DELETED" => Warning,
    /// Signing keys were replaced.
    SigningKeysRotated = "SIGNING_KEYS_ROTATED" => Warning,
    /// A signing key was taken out before its time.
    SigningKeyWithdrawn = "SIGNING_KEY_WITHDRAWN" => Warning,
    /// Somebody came too often.
    RateLimitExceeded = "RATE_LIMIT_EXCEEDED" => Warning,
    /// Somebody looked at the log.
    AuditLogViewed = "AUDIT_LOG_VIEWED" => Info,
    /// Somebody took a copy of the log.
    AuditLogExported = "AUDIT_LOG_EXPORTED" => Info,
    /// Events could not be written.
    AuditEventsDropped = "AUDIT_EVENTS_DROPPED" => Error,
}

/// How much an event matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Severity {
    /// As it should be.
    Info,
    /// Worth a look.
    Warning,
    /// Something failed.
    Error,
    /// Act.
    Critical,
}

impl Severity {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::Info, Self::Warning, Self::Error, Self::Critical];

    /// The name in the log.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "INFO",
            Self::Warning => "WARNING",
            Self::Error => "ERROR",
            Self::Critical => "CRITICAL",
        }
    }
}

/// What an event is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Resource {
    /// USER, CLIENT, TOKEN, DEVICE_CODE, AUTHORIZATION, SESSION, KEY or AUDIT_LOG; may be empty.
    pub(crate) kind: &'static str,
    /// Which one.
    pub(crate) id: String,
    /// What people call it; may be empty.
    pub(crate) name: String,
}

impl Resource {
    /// A resource of the kind `kind`.
    pub(crate) fn new(kind: &'static str, id: impl ToString, name: impl Into<String>) -> Self {
        Self {
            kind,
            id: id.to_string(),
            name: name.into(),
        }
    }

    /// A client.
    pub(crate) fn client(client: &Client) -> Self {
        Self::new("CLIENT", &client.id, client.metadata.client_name.clone())
    }

    /// A user.
    pub(crate) fn user(user: &User) -> Self {
        Self::new("USER", &user.id, user.username.clone())
    }

    /// An access token of `client`.
    pub(crate) fn token(id: TokenId, client: &ClientId) -> Self {
        Self::new("TOKEN", id, client.as_str())
    }

    /// A family of tokens of `client`.
    pub(crate) fn grant(id: GrantId, client: &ClientId) -> Self {
        Self::new("TOKEN", id, client.as_str())
    }
}

/// Something that happened. When, where and by whom comes from the request's context.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    /// Its kind.
    pub(crate) event_type: EventType,
    /// How much it matters.
    pub(crate) severity: Severity,
    /// Who did it, where that is not the context's actor.
    pub(crate) actor: Option<Actor>,
    /// What it is about.
    pub(crate) resource: Resource,
    /// What happened, a sentence in English without names.
    pub(crate) action: &'static str,
    /// More about it, each name once; never a secret.
    pub(crate) details: Vec<(&'static str, Value)>,
    /// Why it failed; none: it succeeded.
    pub(crate) error: Option<String>,
}

impl Event {
    /// An event that succeeded.
    pub(crate) fn new(event_type: EventType, action: &'static str) -> Self {
        Self {
            event_type,
            severity: event_type.severity(),
            actor: None,
            resource: Resource::default(),
            action,
            details: Vec::new(),
            error: None,
        }
    }

    /// What it is about.
    #[must_use]
    pub(crate) fn about(mut self, resource: Resource) -> Self {
        self.resource = resource;
        self
    }

    /// Who did it, where the context does not know.
    #[must_use]
    pub(crate) fn by(mut self, actor: Actor) -> Self {
        self.actor = Some(actor);
        self
    }

    /// One more detail, or the last word about one.
    #[must_use]
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        let value = value.into();
        match self.details.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = value,
            None => self.details.push((name, value)),
        }
        self
    }

    /// It failed, because of `reason`.
    #[must_use]
    pub(crate) fn failed(mut self, reason: impl Into<String>) -> Self {
        self.error = Some(reason.into());
        self
    }

    /// It was tried, and `error` came of it. None: it was not asked for as it has to be.
    pub(crate) fn failed_by(self, error: &Error) -> Option<Self> {
        let reason = match error {
            Error::Precondition(reason) => reason.as_str(),
            Error::NotFound(reason) => reason,
            // The cause is for the log only.
            Error::Unavailable(_) | Error::Internal(_) => "it could not be written",
            _ => return None,
        };
        Some(self.failed(reason).severity(Severity::Error))
    }

    /// It matters more or less than others of its kind.
    #[must_use]
    pub(crate) const fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_no_cause_that_is_for_the_log_only() {
        let tried = || Event::new(EventType::TokenEnabled, "let a token count again");
        let refused = tried().failed_by(&Error::Precondition("it is over".to_owned()));
        assert_eq!(refused.unwrap().error.as_deref(), Some("it is over"));
        let failed = tried().failed_by(&Error::internal("secret cause")).unwrap();
        assert_eq!(failed.severity, Severity::Error);
        assert!(failed.error.is_some_and(|error| !error.contains("secret")));
        assert!(tried().failed_by(&Error::Outdated).is_none());
    }
}
