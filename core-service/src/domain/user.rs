//! People.

use serde_json::{Map, Value};

use super::{id::UserId, time::Timestamp};

/// A person who can sign in.
#[derive(Clone, PartialEq)]
pub struct User {
    /// The `sub` of the person's tokens; never reused, never changed.
    pub id: UserId,
    /// What is typed at sign-in; compared without case.
    pub username: String,
    /// Mail address, if known.
    pub email: Option<String>,
    /// Whether somebody proved to own the address.
    pub email_verified: bool,
    /// PHC string or an old bcrypt hash; none: no sign-in by password.
    pub password_hash: Option<String>,
    /// What the person may administer.
    pub role: Role,
    /// Whether the person may sign in and the person's tokens count.
    pub active: bool,
    /// Further OpenID Connect standard claims (Core section 5.1), as they are released.
    pub claims: Map<String, Value>,
    /// The identity source that owns the account: `local` for those kept here.
    pub auth_source: String,
    /// The person's id there.
    pub external_id: Option<String>,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When something about the person last changed (the claim `updated_at`).
    pub updated_at: Timestamp,
}

/// What a person may administer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Nothing but the own account.
    User,
    /// Everything.
    Admin,
}

impl Role {
    /// The role's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Admin => "admin",
        }
    }

    /// The role of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "user" => Some(Self::User),
            "admin" => Some(Self::Admin),
            _ => None,
        }
    }
}

impl User {
    /// The key by which user names and mail addresses are compared.
    #[must_use]
    pub fn key(text: &str) -> String {
        text.trim().to_lowercase()
    }

    /// Sets the full name; empty: none.
    pub fn set_name(&mut self, name: &str) {
        if name.is_empty() {
            self.claims.remove("name");
        } else {
            self.claims.insert("name".to_owned(), name.into());
        }
    }

    /// Sets the mail address; empty: none. A new one is not proven.
    pub fn set_email(&mut self, email: &str) {
        let email = Some(email).filter(|email| !email.is_empty());
        if self.email.as_deref() != email {
            self.email = email.map(str::to_owned);
            self.email_verified = false;
        }
    }

    /// The full name, if the claims have one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.claims.get("name").and_then(Value::as_str)
    }
}
