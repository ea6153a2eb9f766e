//! Keys derived from the root secret, each for one use.

use std::sync::Arc;

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey},
    hkdf::{HKDF_SHA256, Prk, Salt},
    hmac,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretBox, SecretString};
use uuid::{Builder, Uuid};

use crate::domain::secret::PlainToken;

/// The keys that are derived from the root secret by HKDF-SHA256 (RFC 5869), each
/// under its own label, so that none says anything about another. Cheap to clone; no Debug.
#[derive(Clone)]
pub struct DerivedKeys {
    csrf: hmac::Key,
    successor: hmac::Key,
    audit: hmac::Key,
    forms: hmac::Key,
    sealing: Arc<RandomizedNonceKey>,
}

impl DerivedKeys {
    /// Derives them from `root`, the instance's secret of at least 32 random bytes.
    #[must_use]
    #[expect(
        clippy::expect_used,
        reason = "the key is 32 bytes, which is what AES-256 takes"
    )]
    pub fn new(root: &SecretString) -> Self {
        let root = Salt::new(HKDF_SHA256, b"authgate").extract(root.expose_secret().as_bytes());
        let mac = |label| hmac::Key::new(hmac::HMAC_SHA256, derive(&root, label).expose_secret());
        let sealing = derive(&root, "signing keys at rest");
        Self {
            csrf: mac("csrf tokens"),
            successor: mac("refresh token successors"),
            audit: mac("audit chains"),
            forms: mac("what forms make"),
            sealing: Arc::new(
                RandomizedNonceKey::new(&AES_256_GCM, sealing.expose_secret()).expect("32 bytes"),
            ),
        }
    }

    /// The id of what a form makes: the same as often as `actor` sends it.
    #[must_use]
    pub fn made_by_form(&self, actor: &str, form_id: &str) -> Uuid {
        let tag = sign(&self.forms, [actor, form_id].join("\0").as_bytes());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&tag[..16]);
        Builder::from_random_bytes(bytes).into_uuid()
    }

    /// The CSRF token of the forms that are shown to the browser that holds `cookie`.
    #[must_use]
    pub fn csrf_token(&self, cookie: &PlainToken) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.csrf, cookie.expose().as_bytes()))
    }

    /// Whether `presented` is the CSRF token of the browser that holds `cookie`;
    /// takes the same time for every wrong token.
    #[must_use]
    pub fn csrf_matches(&self, cookie: &PlainToken, presented: &str) -> bool {
        URL_SAFE_NO_PAD
            .decode(presented)
            .is_ok_and(|tag| hmac::verify(&self.csrf, cookie.expose().as_bytes(), &tag).is_ok())
    }

    /// The secret of the refresh token that takes the place of `predecessor`: always
    /// the same one, so that a retried rotation hands out the token of the first try.
    #[must_use]
    pub fn successor_secret(&self, predecessor: &PlainToken) -> [u8; 32] {
        sign(&self.successor, predecessor.expose().as_bytes())
    }

    /// The hash that holds `data` in a chain of the audit trail: nobody without the root
    /// secret can make another that fits.
    #[must_use]
    pub fn audit_hash(&self, data: &[u8]) -> [u8; 32] {
        sign(&self.audit, data)
    }

    /// Encrypts `plain` with AES-256-GCM under a random nonce, bound to `aad`.
    /// Gives nonce, ciphertext and tag in one.
    #[must_use]
    #[expect(
        clippy::expect_used,
        reason = "AES-GCM refuses only what is longer than 64 GiB"
    )]
    pub fn seal(&self, aad: &[u8], plain: &[u8]) -> Vec<u8> {
        let mut ciphertext = plain.to_vec();
        let nonce = self
            .sealing
            .seal_in_place_append_tag(Aad::from(aad), &mut ciphertext)
            .expect("it is short");
        [nonce.as_ref().as_slice(), &ciphertext].concat()
    }

    /// Decrypts what [`seal`](Self::seal) gave; none when the root secret or `aad` is
    /// another one, or a bit of it was changed.
    #[must_use]
    pub fn open(&self, aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, ciphertext) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let mut buffer = ciphertext.to_vec();
        let plain = self
            .sealing
            .open_in_place(
                Nonce::assume_unique_for_key(*nonce),
                Aad::from(aad),
                &mut buffer,
            )
            .ok()?
            .len();
        buffer.truncate(plain);
        Some(buffer)
    }
}

fn sign(key: &hmac::Key, data: &[u8]) -> [u8; 32] {
    let mut tag = [0; 32];
    tag.copy_from_slice(hmac::sign(key, data).as_ref());
    tag
}

#[expect(
    clippy::expect_used,
    reason = "HKDF-SHA256 refuses only more than 8160 bytes"
)]
fn derive(root: &Prk, label: &str) -> SecretBox<[u8; 32]> {
    SecretBox::init_with_mut(|key: &mut [u8; 32]| {
        root.expand(&[label.as_bytes()], HKDF_SHA256)
            .and_then(|okm| okm.fill(key))
            .expect("32 bytes");
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(root: &str) -> DerivedKeys {
        DerivedKeys::new(&root.into())
    }

    fn token(text: &str) -> PlainToken {
        PlainToken::presented(text)
    }

    const ROOT: &str = "a root secret of enough length for a test";

    #[test]
    fn a_csrf_token_belongs_to_one_browser_and_one_instance() {
        let ours = keys(ROOT);
        let of_a = ours.csrf_token(&token("cookie a"));

        assert!(ours.csrf_matches(&token("cookie a"), &of_a));
        assert!(keys(ROOT).csrf_matches(&token("cookie a"), &of_a));

        assert!(!ours.csrf_matches(&token("cookie b"), &of_a));
        assert!(!keys("another").csrf_matches(&token("cookie a"), &of_a));
        for wrong in [
            "",
            "cookie a",
            "%%%",
            &of_a[..of_a.len() - 2],
            &format!("{of_a}AA"),
        ] {
            assert!(!ours.csrf_matches(&token("cookie a"), wrong), "{wrong}");
        }
    }

    #[test]
    fn the_same_predecessor_has_the_same_successor() {
        let ours = keys(ROOT);
        let successor = ours.successor_secret(&token("first"));

        assert_eq!(successor, keys(ROOT).successor_secret(&token("first")));
        assert_ne!(successor, ours.successor_secret(&token("second")));
        assert_ne!(successor, keys("another").successor_secret(&token("first")));
    }

    #[test]
    fn a_form_makes_the_same_thing_for_one_actor_only() {
        let ours = keys(ROOT);
        let made = ours.made_by_form("ada", "form");

        assert_eq!(made, keys(ROOT).made_by_form("ada", "form"));
        assert_ne!(made, ours.made_by_form("ada", "other"));
        assert_ne!(made, ours.made_by_form("bob", "form"));
        assert_ne!(made, keys("another").made_by_form("ada", "form"));
    }

    #[test]
    fn each_use_has_a_key_of_its_own() {
        let ours = keys(ROOT);
        let secret = URL_SAFE_NO_PAD.encode(ours.successor_secret(&token("same input")));
        assert_ne!(secret, ours.csrf_token(&token("same input")));
    }

    #[test]
    fn what_was_sealed_opens_under_the_same_secret_and_name_only() {
        let ours = keys(ROOT);
        let sealed = ours.seal(b"name", b"plain");

        assert_eq!(ours.open(b"name", &sealed).as_deref(), Some(&b"plain"[..]));
        assert_ne!(sealed, ours.seal(b"name", b"plain"), "a nonce is used once");

        assert_eq!(ours.open(b"other", &sealed), None);
        assert_eq!(keys("another").open(b"name", &sealed), None);
        assert_eq!(ours.open(b"name", &sealed[..10]), None);
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(ours.open(b"name", &changed), None, "byte {at}");
        }
    }
}
