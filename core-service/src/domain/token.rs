//! Tokens as the store keeps them.

use super::{
    client::ClientStatus,
    id::{ClientId, GrantId, TokenId, UserId},
    scope::ScopeSet,
    secret::TokenHash,
    time::Timestamp,
};

/// The record of an access token.
#[derive(Debug, Clone)]
pub struct AccessToken {
    /// The `jti`.
    pub id: TokenId,
    /// To whom.
    pub client_id: ClientId,
    /// Of which family; none: the client's own (client credentials).
    pub grant_id: Option<GrantId>,
    /// For what.
    pub scope: ScopeSet,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A refresh token at rest.
#[derive(Debug, Clone)]
pub struct RefreshToken {
    /// The record id that the token carries.
    pub id: String,
    /// Of the token.
    pub hash: TokenHash,
    /// Of which family.
    pub grant_id: GrantId,
    /// When it was handed out.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it last gave tokens.
    pub last_used_at: Option<Timestamp>,
    /// When a successor took its place.
    pub rotated_at: Option<Timestamp>,
    /// That successor.
    pub successor_id: Option<String>,
    /// When it was ended.
    pub revoked_at: Option<Timestamp>,
    /// Since when it is suspended.
    pub disabled_at: Option<Timestamp>,
}

impl RefreshToken {
    /// Whether the token itself is neither ended, suspended nor past its time at `now`. What its
    /// family says of it, and whether a successor took its place, are other questions.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.disabled_at.is_none() && now < self.expires_at
    }
}

/// Everything that decides whether an access token counts, read at once.
#[derive(Debug, Clone)]
pub struct AccessTokenState {
    /// The record.
    pub token: AccessToken,
    /// When the token itself was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Since when the token itself is suspended.
    pub disabled_at: Option<Timestamp>,
    /// Whether it is the client's own, and was ended with all of these.
    pub ended_with_others: bool,
    /// The client's status; none: the client is gone.
    pub client_status: Option<ClientStatus>,
    /// The family's state, for tokens that have one.
    pub grant: Option<GrantState>,
}

/// What an access token's family and user say of it.
#[derive(Debug, Clone)]
pub struct GrantState {
    /// Whose.
    pub user_id: UserId,
    /// The user's name at sign-in.
    pub username: String,
    /// Whether the user may use tokens.
    pub user_active: bool,
    /// When the family was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Since when the family is suspended.
    pub disabled_at: Option<Timestamp>,
}

impl AccessTokenState {
    /// Whether the token counts at `now`.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        let grant_live = match (&self.token.grant_id, &self.grant) {
            (None, _) => true,
            (Some(_), Some(grant)) => {
                grant.user_active && grant.revoked_at.is_none() && grant.disabled_at.is_none()
            }
            (Some(_), None) => false,
        };
        self.revoked_at.is_none()
            && self.disabled_at.is_none()
            && !self.ended_with_others
            && now < self.token.expires_at
            && self.client_status == Some(ClientStatus::Active)
            && grant_live
    }
}
