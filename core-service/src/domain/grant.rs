//! Grants, consents and authorization codes: what people allowed.

use super::{
    id::{ClientId, ConsentId, GrantId, SessionId, UserId},
    scope::ScopeSet,
    secret::TokenHash,
    time::Timestamp,
};

/// What one approval gave. Every token of the family hangs on it.
#[derive(Debug, Clone)]
pub struct Grant {
    /// Names the family.
    pub id: GrantId,
    /// To whom.
    pub client_id: ClientId,
    /// By whom.
    pub user_id: UserId,
    /// In which browser session, if any.
    pub session_id: Option<SessionId>,
    /// On which consent, if one was asked.
    pub consent_id: Option<ConsentId>,
    /// What was granted.
    pub scope: ScopeSet,
    /// The `claims` parameter that was granted, JSON; `{}` for none (OpenID Connect Core section 5.5).
    pub claims: String,
    /// The authorization request's nonce.
    pub nonce: Option<String>,
    /// When the person had proved who they are.
    pub auth_time: Timestamp,
    /// How (RFC 8176), space-separated.
    pub amr: String,
    /// To which class, if the request asked.
    pub acr: Option<String>,
    /// When it was given.
    pub created_at: Timestamp,
    /// No token of the family outlives this.
    pub expires_at: Timestamp,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
    /// Since when it is suspended: nothing of it counts until it is enabled again.
    pub disabled_at: Option<Timestamp>,
    /// Where the app asked from; empty when that is not known.
    pub client_ip: String,
    /// And with what.
    pub user_agent: String,
}

impl Grant {
    /// Whether tokens of the family count at `now`.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        !self.is_over(now) && self.disabled_at.is_none()
    }

    /// Whether no token of the family will ever count again.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.revoked_at.is_some() || now >= self.expires_at
    }
}

/// What people are told of a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantStatus {
    /// Something of it counts.
    Active,
    /// Nothing of it counts until it is enabled again.
    Disabled,
    /// It was ended.
    Revoked,
    /// The time of its last token is over.
    Expired,
}

impl GrantStatus {
    /// The status' name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }

    /// The status of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Active, Self::Disabled, Self::Revoked, Self::Expired]
            .into_iter()
            .find(|status| status.as_str() == name)
    }
}

/// A consent that is remembered.
#[derive(Debug, Clone)]
pub struct Consent {
    /// Its name.
    pub id: ConsentId,
    /// Who.
    pub user_id: UserId,
    /// To whom.
    pub client_id: ClientId,
    /// Everything approved so far.
    pub scope: ScopeSet,
    /// Single claims approved so far, space-separated.
    pub claims: ScopeSet,
    /// When first.
    pub granted_at: Timestamp,
    /// When last.
    pub updated_at: Timestamp,
    /// When taken back.
    pub revoked_at: Option<Timestamp>,
}

/// An authorization code at rest (RFC 6749 section 4.1.2).
#[derive(Debug, Clone)]
pub struct AuthorizationCode {
    /// The record id that the code carries.
    pub id: String,
    /// Of the code.
    pub hash: TokenHash,
    /// What it stands for.
    pub grant_id: GrantId,
    /// For whom.
    pub client_id: ClientId,
    /// The redirect URI of the request; none: it named none.
    pub redirect_uri: Option<String>,
    /// PKCE, S256 (RFC 7636).
    pub code_challenge: Option<String>,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was redeemed.
    pub used_at: Option<Timestamp>,
}

/// An authorization request that waits for sign-in or consent, or was pushed.
#[derive(Debug, Clone)]
pub struct PendingAuthorization {
    /// The record id that the `request_uri` carries.
    pub id: String,
    /// Of the `request_uri`'s reference.
    pub hash: TokenHash,
    /// Whose.
    pub client_id: ClientId,
    /// The request, JSON.
    pub parameters: String,
    /// When it came.
    pub created_at: Timestamp,
    /// When it is forgotten.
    pub expires_at: Timestamp,
}
