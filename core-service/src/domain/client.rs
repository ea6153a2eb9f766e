//! Clients: applications that ask for tokens (RFC 6749 section 2).

use super::{
    client_metadata::ClientMetadata,
    id::{ClientId, UserId},
    secret::{PlainToken, TokenHash},
    time::Timestamp,
};

/// A registered client.
#[derive(Clone)]
pub struct Client {
    /// The `client_id`.
    pub id: ClientId,
    /// What is stored of its secret; none: a public client.
    pub secret: Option<SecretHash>,
    /// How it registered.
    pub metadata: ClientMetadata,
    /// Whether it may be used.
    pub status: ClientStatus,
    /// What is stored of its registration access token (RFC 7592 section 3).
    pub registration_token: Option<TokenHash>,
    /// The person who registered it, if any.
    pub owner_id: Option<UserId>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Where a client is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientStatus {
    /// Registered, waits for an admin.
    Pending,
    /// In use.
    Active,
    /// Rejected or switched off: none of its tokens counts.
    Inactive,
}

impl ClientStatus {
    /// The status' name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Inactive => "inactive",
        }
    }

    /// The status of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "pending" => Some(Self::Pending),
            "active" => Some(Self::Active),
            "inactive" => Some(Self::Inactive),
            _ => None,
        }
    }
}

/// A client secret at rest. Ours are random, so SHA-256 is right and fast; bcrypt
/// hashes come from the predecessor and are replaced at their first use.
#[derive(Clone)]
pub enum SecretHash {
    /// Of a secret.
    Sha256(TokenHash),
    /// Imported: a bcrypt string.
    Bcrypt(String),
}

impl Client {
    /// Whether the client may use `grant_type`.
    #[must_use]
    pub fn allows_grant(&self, grant_type: &str) -> bool {
        self.metadata.grant_types.iter().any(|g| g == grant_type)
    }

    /// Whether the client holds no credential: anybody could claim to be it (RFC 6749 section 2.1).
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.metadata.token_endpoint_auth_method == "none"
    }

    /// Gives a client that became confidential a secret, and takes it from one that
    /// became public. Gives the new secret.
    pub fn fit_secret(&mut self) -> Option<PlainToken> {
        if self.is_public() {
            self.secret = None;
            return None;
        }
        if self.secret.is_some() {
            return None;
        }
        let secret = new_client_secret();
        self.secret = Some(SecretHash::of(&secret));
        Some(secret)
    }

    /// Whether the client may be used now.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.status == ClientStatus::Active
    }
}

impl SecretHash {
    /// The hash of a new secret.
    #[must_use]
    pub fn of(secret: &PlainToken) -> Self {
        Self::Sha256(secret.hash())
    }

    /// Reads the stored form: `sha256:<hex>` or a bcrypt string.
    #[must_use]
    pub fn from_stored(text: &str) -> Option<Self> {
        if let Some(hex) = text.strip_prefix("sha256:") {
            return TokenHash::from_hex(hex).map(Self::Sha256);
        }
        text.starts_with("$2")
            .then(|| Self::Bcrypt(text.to_owned()))
    }

    /// The stored form.
    #[must_use]
    pub fn to_stored(&self) -> String {
        match self {
            Self::Sha256(hash) => format!("sha256:{}", hash.to_hex()),
            Self::Bcrypt(text) => text.clone(),
        }
    }
}

/// A new client secret in the predecessor's form: `ago_` and 52 characters of base32.
#[must_use]
pub fn new_client_secret() -> PlainToken {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut random = [0; 52];
    super::random::fill_random(&mut random);
    let text: String = random
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
        .collect();
    PlainToken::presented(&format!("ago_{text}"))
}
