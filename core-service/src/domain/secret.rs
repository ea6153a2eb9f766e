//! Generated secrets: tokens, codes, cookies and client secrets.
//!
//! They are random, so SHA-256 is the right hash at rest: there is nothing to
//! guess that a slow hash would make slower. Each record token starts with the
//! record's time-ordered id, so that looking it up needs no index on the hash.

use aws_lc_rs::{constant_time, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

use super::{id::time_ordered, random::fill_random, time::Timestamp};

/// A secret in the clear, on its way to its holder. No Debug, no Display, no `==`.
#[derive(Clone)]
pub struct PlainToken(String);

/// The SHA-256 of a secret, as it is stored.
#[derive(Clone, sqlx::Type)]
#[sqlx(transparent)]
pub struct TokenHash(Box<[u8]>);

/// Bytes of a record token: a UUID and 32 random bytes.
const RECORD_TOKEN_BYTES: usize = 16 + 32;

impl PlainToken {
    /// Takes in what a caller presented, unverified.
    #[must_use]
    pub fn presented(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// A new token whose first 16 bytes are the id of its record: 64 characters of base64url.
    #[must_use]
    pub fn for_record(now: Timestamp) -> (Uuid, Self) {
        let mut random = [0; 32];
        fill_random(&mut random);
        let id = time_ordered(now);
        (id, Self::from_parts(id, &random))
    }

    /// The token of record `id` with these 32 secret bytes.
    #[must_use]
    pub fn from_parts(id: Uuid, secret: &[u8; 32]) -> Self {
        let mut bytes = [0; RECORD_TOKEN_BYTES];
        bytes[..16].copy_from_slice(id.as_bytes());
        bytes[16..].copy_from_slice(secret);
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The id of the record that this token claims to be of; none when it has not
    /// the form of a record token.
    #[must_use]
    pub fn record_id(&self) -> Option<Uuid> {
        let bytes = URL_SAFE_NO_PAD.decode(&self.0).ok()?;
        let bytes: [u8; RECORD_TOKEN_BYTES] = bytes.try_into().ok()?;
        Uuid::from_slice(&bytes[..16]).ok()
    }

    /// What is stored of it.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash(Box::new(sha256(self.0.as_bytes())))
    }

    /// The text, for the one who is to have it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The text, for the one who is to have it.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

impl TokenHash {
    /// Whether `token` is what was hashed; takes the same time either way.
    #[must_use]
    pub fn matches(&self, token: &PlainToken) -> bool {
        constant_time::verify_slices_are_equal(&self.0, &token.hash().0).is_ok()
    }
}

impl TokenHash {
    /// The hash.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The hash as lower-case hex.
    #[must_use]
    pub fn to_hex(&self) -> String {
        hex::encode(&self.0)
    }

    /// Reads 64 hex digits.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut hash = [0; 32];
        hex::decode_to_slice(text, &mut hash).ok()?;
        Some(Self(Box::new(hash)))
    }
}

impl std::fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenHash(..)")
    }
}

/// SHA-256 of `bytes`.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    out
}

/// Compares in constant time.
#[must_use]
pub fn secrets_equal(left: &[u8], right: &[u8]) -> bool {
    constant_time::verify_slices_are_equal(&sha256(left), &sha256(right)).is_ok()
}
