//! One signing key: what it signs with, and what verifies that.

use aws_lc_rs::{
    encoding::AsDer,
    error::{KeyRejected, Unspecified},
    hmac,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
    },
};
use jsonwebtoken::{
    DecodingKey, Validation,
    jwk::{AlgorithmParameters, Jwk},
};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer, pem::PemObject};
use secrecy::{ExposeSecret, SecretSlice, SecretString};

use super::jwk;
use crate::config::Algorithm;

/// A key for exactly one algorithm (RFC 8725 section 3.1). No Debug. It is parsed
/// and checked once: doing so at each signature, as `jsonwebtoken::encode` does,
/// takes a third more time for ES256 and five times the time for RS256.
pub(super) struct SigningKey {
    pub(super) algorithm: Algorithm,
    /// Its entry in the key set; none for HS256, which has no public half.
    pub(super) jwk: Option<Jwk>,
    pub(super) verifier: DecodingKey,
    /// Asks for this key's algorithm and for no claim: those are the caller's business.
    pub(super) validation: Validation,
    private: Private,
}

enum Private {
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Hmac(Box<hmac::Key>),
}

/// Why a key can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unusable {
    /// Not PEM, or encrypted, or a public key.
    #[error("expected an unencrypted private key as PEM (PKCS #8, PKCS #1 or SEC 1)")]
    NoPrivateKey,
    /// Another kind of key, or too short, or damaged.
    #[error("{} needs {}", .0.as_str(), kind(*.0))]
    WrongKind(Algorithm),
}

impl SigningKey {
    /// A new private key for `algorithm`, as PKCS #8. Takes up to a second of
    /// computing for RSA. HS256 has no private key to make.
    pub(super) fn generate(algorithm: Algorithm) -> Result<SecretSlice<u8>, Unspecified> {
        let random = SystemRandom::new();
        let pkcs8 = match algorithm {
            Algorithm::Rs256 => {
                let pair = RsaKeyPair::generate(KeySize::Rsa2048)?;
                pair.as_der()?.as_ref().to_vec()
            }
            Algorithm::Es256 => {
                let rules = &ECDSA_P256_SHA256_FIXED_SIGNING;
                EcdsaKeyPair::generate_pkcs8(rules, &random)?
                    .as_ref()
                    .to_vec()
            }
            Algorithm::EdDsa => Ed25519KeyPair::generate_pkcs8(&random)?.as_ref().to_vec(),
            Algorithm::Hs256 => return Err(Unspecified),
        };
        Ok(pkcs8.into())
    }

    /// The key that [`generate`](Self::generate) made.
    pub(super) fn from_pkcs8(
        algorithm: Algorithm,
        pkcs8: &SecretSlice<u8>,
    ) -> Result<Self, Unusable> {
        let der = PrivatePkcs8KeyDer::from(pkcs8.expose_secret());
        Self::from_der(algorithm, &PrivateKeyDer::Pkcs8(der), None)
    }

    /// The private key in `pem`: PKCS #8, PKCS #1 (RSA) or SEC 1 (EC), unencrypted.
    /// Without an `id` the `kid` is the key's thumbprint.
    pub(super) fn from_pem(
        algorithm: Algorithm,
        pem: &SecretString,
        id: Option<&str>,
    ) -> Result<Self, Unusable> {
        let der = PrivateKeyDer::from_pem_slice(pem.expose_secret().as_bytes())
            .map_err(|_| Unusable::NoPrivateKey)?;
        Self::from_der(algorithm, &der, id)
    }

    fn from_der(
        algorithm: Algorithm,
        der: &PrivateKeyDer<'_>,
        id: Option<&str>,
    ) -> Result<Self, Unusable> {
        let wrong_kind = Unusable::WrongKind(algorithm);
        let private = Private::from_der(algorithm, der).map_err(|_| wrong_kind)?;
        let jwk = jwk::entry(private.public().ok_or(wrong_kind)?, algorithm, id);
        Ok(Self {
            algorithm,
            verifier: DecodingKey::from_jwk(&jwk).map_err(|_| wrong_kind)?,
            jwk: Some(jwk),
            validation: only(algorithm),
            private,
        })
    }

    /// The shared secret of HS256.
    pub(super) fn hs256(secret: &SecretString) -> Self {
        let secret = secret.expose_secret().as_bytes();
        Self {
            algorithm: Algorithm::Hs256,
            jwk: None,
            verifier: DecodingKey::from_secret(secret),
            validation: only(Algorithm::Hs256),
            private: Private::Hmac(Box::new(hmac::Key::new(hmac::HMAC_SHA256, secret))),
        }
    }

    /// The `kid`; none for HS256.
    pub(super) fn id(&self) -> Option<&str> {
        self.jwk.as_ref()?.common.key_id.as_deref()
    }

    /// Signs `message` (RFC 7518 sections 3.2 to 3.4, RFC 8037 section 3.1).
    pub(super) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Unspecified> {
        let random = SystemRandom::new();
        Ok(match &self.private {
            Private::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)?;
                signature
            }
            Private::P256(pair) => pair.sign(&random, message)?.as_ref().to_vec(),
            Private::Ed25519(pair) => pair.try_sign(message)?.as_ref().to_vec(),
            Private::Hmac(key) => hmac::sign(key, message).as_ref().to_vec(),
        })
    }
}

impl Private {
    fn from_der(algorithm: Algorithm, der: &PrivateKeyDer<'_>) -> Result<Self, KeyRejected> {
        let p256 = &ECDSA_P256_SHA256_FIXED_SIGNING;
        match (algorithm, der) {
            // Both refuse fewer than 2048 bits.
            (Algorithm::Rs256, PrivateKeyDer::Pkcs8(der)) => {
                RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).map(Self::Rsa)
            }
            (Algorithm::Rs256, PrivateKeyDer::Pkcs1(der)) => {
                RsaKeyPair::from_der(der.secret_pkcs1_der()).map(Self::Rsa)
            }
            (Algorithm::Es256, PrivateKeyDer::Pkcs8(der)) => {
                EcdsaKeyPair::from_pkcs8(p256, der.secret_pkcs8_der()).map(Self::P256)
            }
            (Algorithm::Es256, PrivateKeyDer::Sec1(der)) => {
                EcdsaKeyPair::from_private_key_der(p256, der.secret_sec1_der()).map(Self::P256)
            }
            (Algorithm::EdDsa, PrivateKeyDer::Pkcs8(der)) => {
                Ed25519KeyPair::from_pkcs8(der.secret_pkcs8_der()).map(Self::Ed25519)
            }
            _ => Err(Unspecified.into()),
        }
    }

    fn public(&self) -> Option<AlgorithmParameters> {
        match self {
            Self::Rsa(pair) => Some(jwk::rsa(pair)),
            Self::P256(pair) => Some(jwk::p256(pair)),
            Self::Ed25519(pair) => Some(jwk::ed25519(pair)),
            Self::Hmac(_) => None,
        }
    }
}

/// What a private key for `algorithm` must be.
fn kind(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Es256 => "a private key on the curve P-256",
        Algorithm::Rs256 => "an RSA private key of at least 2048 bits",
        Algorithm::EdDsa => "a private key on the curve Ed25519",
        Algorithm::Hs256 => "a shared secret (JWT_SECRET) instead",
    }
}

fn only(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(match algorithm {
        Algorithm::Es256 => jsonwebtoken::Algorithm::ES256,
        Algorithm::Rs256 => jsonwebtoken::Algorithm::RS256,
        Algorithm::EdDsa => jsonwebtoken::Algorithm::EdDSA,
        Algorithm::Hs256 => jsonwebtoken::Algorithm::HS256,
    });
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::{
        encoding::{AsDer, EcPrivateKeyRfc5915Der},
        signature::ECDSA_P384_SHA384_FIXED_SIGNING,
    };
    use base64::{Engine, engine::general_purpose::STANDARD};

    use super::*;

    fn pem(label: &str, der: &[u8]) -> SecretString {
        let text = STANDARD.encode(der);
        let lines: Vec<_> = text
            .as_bytes()
            .chunks(64)
            .map(|line| std::str::from_utf8(line).unwrap())
            .collect();
        let body = lines.join("\n");
        format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n").into()
    }

    /// Both are the same key: it has one thumbprint and verifies the other's signature.
    fn assert_same(left: &SigningKey, right: &SigningKey) {
        assert_eq!(left.id(), right.id());
        let claims = serde_json::json!({ "sub": "someone" });
        let token = super::super::compact::sign(left, None, &claims).unwrap();
        let verified =
            jsonwebtoken::decode::<serde_json::Value>(&token, &right.verifier, &right.validation);
        assert_eq!(verified.unwrap().claims, claims);
    }

    #[test]
    fn an_operators_key_may_come_in_each_of_the_three_encodings() {
        for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa] {
            let pkcs8 = SigningKey::generate(algorithm).unwrap();
            let key = SigningKey::from_pkcs8(algorithm, &pkcs8).unwrap();
            let der = pkcs8.expose_secret();

            let from_pkcs8 = SigningKey::from_pem(algorithm, &pem("PRIVATE KEY", der), None);
            assert_same(&key, &from_pkcs8.unwrap());

            let old_form = match algorithm {
                // PKCS #1 stands in PKCS #8 behind 26 bytes that name the algorithm.
                Algorithm::Rs256 => pem("RSA PRIVATE KEY", &der[26..]),
                Algorithm::Es256 => {
                    let pair =
                        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der).unwrap();
                    let sec1: EcPrivateKeyRfc5915Der<'_> = pair.private_key().as_der().unwrap();
                    pem("EC PRIVATE KEY", sec1.as_ref())
                }
                _ => continue,
            };
            let from_old_form = SigningKey::from_pem(algorithm, &old_form, None);
            assert_same(&key, &from_old_form.unwrap());
        }
    }

    #[test]
    fn an_operators_key_may_have_a_name_of_its_own() {
        let pkcs8 = SigningKey::generate(Algorithm::Es256).unwrap();
        let pem = pem("PRIVATE KEY", pkcs8.expose_secret());
        let key = SigningKey::from_pem(Algorithm::Es256, &pem, Some("mine")).unwrap();
        assert_eq!(key.id(), Some("mine"));
    }

    #[test]
    fn a_key_of_another_kind_or_size_is_refused_with_what_is_needed() {
        let p384 =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &SystemRandom::new());
        let p384 = pem("PRIVATE KEY", p384.unwrap().as_ref());
        let p256 = SigningKey::generate(Algorithm::Es256).unwrap();
        let p256 = pem("PRIVATE KEY", p256.expose_secret());
        let rsa_1024 = SecretString::from(RSA_1024);

        for (algorithm, pem, needed) in [
            (Algorithm::Es256, &p384, "P-256"),
            (Algorithm::Es256, &rsa_1024, "P-256"),
            (Algorithm::Rs256, &p256, "RSA"),
            (Algorithm::Rs256, &rsa_1024, "2048 bits"),
            (Algorithm::EdDsa, &p256, "Ed25519"),
            (Algorithm::Hs256, &p256, "JWT_SECRET"),
        ] {
            let refused = SigningKey::from_pem(algorithm, pem, None).err().unwrap();
            assert_eq!(refused, Unusable::WrongKind(algorithm));
            assert!(refused.to_string().contains(needed), "{refused}");
        }
    }

    #[test]
    fn what_holds_no_private_key_is_refused() {
        let pkcs8 = SigningKey::generate(Algorithm::Es256).unwrap();
        let der = pkcs8.expose_secret();
        for wrong in [
            "".into(),
            "a passphrase".into(),
            pem("PUBLIC KEY", der),
            pem("ENCRYPTED PRIVATE KEY", der),
        ] {
            let refused = SigningKey::from_pem(Algorithm::Es256, &wrong, None).err();
            assert_eq!(refused, Some(Unusable::NoPrivateKey));
        }
        let damaged = pem("PRIVATE KEY", &der[..der.len() - 1]);
        let refused = SigningKey::from_pem(Algorithm::Es256, &damaged, None).err();
        assert_eq!(refused, Some(Unusable::WrongKind(Algorithm::Es256)));
    }

    /// Made for this test and used for nothing else.
    const RSA_1024: &str = "\
-----BEGIN PRIVATE KEY-----
MIICeAIBADANBgkqhkiG9w0BAQEFAASCAmIwggJeAgEAAoGBAMd/GW1urHuwEtA+
FbFpEEvJZ4uC+M2+/CMZimKsogJN65ysPOYZtamNmr6OHEOubWyLWkLwM8xNEUiQ
6c1yTlwRUOGsInZ1pISWXJhgzzcb/EgmgEuFg019ycEU164n+lxUEM+MCuST9kc3
6aCYcWjRaXVKIDkYdrdbFl6HurW/AgMBAAECgYBQ6EAUvKThSOhoYjWEDPsZ8WW4
E/b54nH5fjs8h4zw6E8c7FGKdHTTfeV7UMEvxccFFYMW0LoBKmRPDM51jt0uCw8Y
qZkITrSFi92n29K4HcAC5gWgZtgYlU1ngYgAr6XqfrmbG73qMeouERePq2RXWM2X
+GEL7P0uHL4gyvsJaQJBAP6gMgDJwBd4/CGLatQh3kj4VlTZIxoi1vvB75k3/m0u
gQtDG8+j97fOix2cT2KB7GaJTOLNi7zNXLLZayNpIFsCQQDIkrwCq44jkCIiqqxW
DOc+QM0EG7Jq2hZjxJnLEgqFZvapOaLZKXdYfxMrnRu1Ddj3fSWBNnQWfGR96gu9
Wv1tAkEA7zKShscAm4xeXyzXmJyQc0BH6cFqBl2AVFVlviwp6WtscqYCdFd2mMeB
TLnQoZun9tM41T9+7EiHssQor8VMTQJBAKW9+3cJZO+mT07uUnLZPs2GpuPaL1l0
1kOjVqMkSWVrbDDy28swJNsQRzsnHJpE0yHQXImmAdADAte56/GRmxECQQCTw1/T
UMhAz0Int3Y79hHAzxcvu4SawCKMK1WWSK3WKJn3OkM5w7kaLDy5Zj4ywlxiIGtg
M51Oimx//qJsuaun
-----END PRIVATE KEY-----";
}
