//! Tokens as text: the compact serialization of a signed JWT (RFC 7515 section 3.1,
//! RFC 7519), written and read strictly by RFC 8725.

use std::{borrow::Cow, sync::Arc};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::key::SigningKey;
use crate::{config::Algorithm, error::Error};

/// What a token is to be taken for (RFC 8725 section 3.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenType {
    /// `at+jwt` (RFC 9068 section 2.1).
    AccessToken,
    /// `JWT` or no type (OpenID Connect Core section 2).
    IdToken,
}

/// A longer text is none of our tokens.
const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// The header of every token signed here. Nothing else may stand in it: a token
/// that brings its own key (`jwk`, `jku`, `x5u`, `x5c`) or asks for what is not
/// understood (`crit`) was not made here.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    typ: Option<Cow<'a, str>>,
    alg: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kid: Option<Cow<'a, str>>,
}

impl TokenType {
    /// Compares `typ` as a media type: in any case, `application/` left out or not
    /// (RFC 7515 section 4.1.9).
    fn is(self, typ: Option<&str>) -> bool {
        let name = typ.map(|typ| match typ.split_at_checked("application/".len()) {
            Some((prefix, name)) if prefix.eq_ignore_ascii_case("application/") => name,
            _ => typ,
        });
        match self {
            Self::AccessToken => name.is_some_and(|name| name.eq_ignore_ascii_case("at+jwt")),
            Self::IdToken => name.is_none_or(|name| name.eq_ignore_ascii_case("JWT")),
        }
    }
}

/// A token of `claims`, signed by `key`.
pub(super) fn sign(
    key: &SigningKey,
    typ: Option<&str>,
    claims: &impl Serialize,
) -> Result<String, Error> {
    let header = Header {
        typ: typ.map(Cow::Borrowed),
        alg: key.algorithm.as_str().into(),
        kid: key.id().map(Cow::Borrowed),
    };
    let mut token = String::with_capacity(1024);
    for part in [serde_json::to_vec(&header), serde_json::to_vec(claims)] {
        URL_SAFE_NO_PAD.encode_string(part.map_err(Error::internal)?, &mut token);
        token.push('.');
    }
    let message = token.len() - 1;
    let signature = key
        .sign(&token.as_bytes()[..message])
        .map_err(Error::internal)?;
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    Ok(token)
}

/// The claims of `token` when it is of this type and signed by the key that `find`
/// gives for its algorithm and `kid`. Lifetime and audience are not looked at.
pub(super) fn verify(
    token: &str,
    typ: TokenType,
    find: impl FnOnce(Algorithm, Option<&str>) -> Option<Arc<SigningKey>>,
) -> Option<Map<String, Value>> {
    if token.len() > MAX_TOKEN_BYTES {
        return None;
    }
    let (header, _) = token.split_once('.')?;
    let header = URL_SAFE_NO_PAD.decode(header).ok()?;
    let header: Header = serde_json::from_slice(&header).ok()?;
    if !typ.is(header.typ.as_deref()) {
        return None;
    }
    let algorithm = Algorithm::parse(&header.alg)?;
    if typ == TokenType::IdToken && algorithm == Algorithm::Hs256 {
        // Every resource server that knows the secret could have made it.
        return None;
    }
    let key = find(algorithm, header.kid.as_deref())?;
    jsonwebtoken::decode(token, &key.verifier, &key.validation)
        .ok()
        .map(|token| token.claims)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn key(algorithm: Algorithm) -> Arc<SigningKey> {
        let pkcs8 = SigningKey::generate(algorithm).unwrap();
        Arc::new(SigningKey::from_pkcs8(algorithm, &pkcs8).unwrap())
    }

    fn hs256(secret: &[u8]) -> Arc<SigningKey> {
        Arc::new(SigningKey::hs256(
            &String::from_utf8_lossy(secret).into_owned().into(),
        ))
    }

    /// Verifies as a ring does that holds `key` only.
    fn check(key: &Arc<SigningKey>, token: &str, typ: TokenType) -> Option<Value> {
        let find = |algorithm, kid: Option<&str>| {
            (algorithm == key.algorithm && kid == key.id()).then(|| key.clone())
        };
        verify(token, typ, find).map(Value::Object)
    }

    /// A token with any header, truly signed by `key`.
    fn forge(key: &SigningKey, header: &str, claims: &str) -> String {
        let message = [header, claims]
            .map(|part| URL_SAFE_NO_PAD.encode(part))
            .join(".");
        let signature = key.sign(message.as_bytes()).unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    const ALL: [Algorithm; 4] = [
        Algorithm::Es256,
        Algorithm::Rs256,
        Algorithm::EdDsa,
        Algorithm::Hs256,
    ];

    fn any(algorithm: Algorithm) -> Arc<SigningKey> {
        match algorithm {
            Algorithm::Hs256 => hs256(b"a shared secret of at least 32 bytes"),
            _ => key(algorithm),
        }
    }

    #[test]
    fn a_token_of_each_algorithm_names_its_key_and_is_verified_by_it() {
        for algorithm in ALL {
            let key = any(algorithm);
            // Long expired: for an id_token_hint that is all the same.
            let claims = json!({ "sub": "someone", "exp": 1 });
            let token = sign(&key, Some("at+jwt"), &claims).unwrap();

            assert_eq!(check(&key, &token, TokenType::AccessToken), Some(claims));
            assert_eq!(
                check(&any(algorithm), &token, TokenType::AccessToken).is_some(),
                algorithm == Algorithm::Hs256
            );

            let header = jsonwebtoken::decode_header(&token).unwrap();
            assert_eq!(format!("{:?}", header.alg), algorithm.as_str());
            assert_eq!(header.kid.as_deref(), key.id());
            assert_eq!(header.typ.as_deref(), Some("at+jwt"));
        }
    }

    #[test]
    fn a_token_is_taken_for_what_its_type_says_only() {
        let key = key(Algorithm::EdDsa);
        let typed = |typ: Value| {
            let mut header = json!({ "alg": "EdDSA", "kid": key.id() });
            header["typ"] = typ;
            forge(&key, &header.to_string(), "{}")
        };
        for typ in [
            "at+jwt",
            "AT+JWT",
            "application/at+jwt",
            "Application/at+JWT",
        ] {
            assert!(
                check(&key, &typed(typ.into()), TokenType::AccessToken).is_some(),
                "{typ}"
            );
            assert!(
                check(&key, &typed(typ.into()), TokenType::IdToken).is_none(),
                "{typ}"
            );
        }
        for typ in ["JWT", "jwt"] {
            assert!(
                check(&key, &typed(typ.into()), TokenType::IdToken).is_some(),
                "{typ}"
            );
            assert!(
                check(&key, &typed(typ.into()), TokenType::AccessToken).is_none(),
                "{typ}"
            );
        }
        let untyped = sign(&key, None, &json!({})).unwrap();
        assert!(check(&key, &untyped, TokenType::IdToken).is_some());
        assert!(check(&key, &untyped, TokenType::AccessToken).is_none());

        for typ in [
            json!("logout+jwt"),
            json!(""),
            json!("text/at+jwt"),
            json!(1),
            json!(["at+jwt"]),
        ] {
            assert!(
                check(&key, &typed(typ.clone()), TokenType::AccessToken).is_none(),
                "{typ}"
            );
            assert!(
                check(&key, &typed(typ.clone()), TokenType::IdToken).is_none(),
                "{typ}"
            );
        }
    }

    #[test]
    fn who_shares_the_secret_of_hs256_can_make_no_id_token() {
        let key = any(Algorithm::Hs256);
        let token = sign(&key, Some("JWT"), &json!({ "sub": "someone" })).unwrap();
        assert!(check(&key, &token, TokenType::IdToken).is_none());
    }

    #[test]
    fn an_algorithm_other_than_the_keys_own_is_refused() {
        let key = key(Algorithm::Es256);
        let kid = key.id().unwrap();
        let header = |alg: &str| json!({ "typ": "at+jwt", "alg": alg, "kid": kid }).to_string();

        let unsigned = [header("none").as_str(), "{}"]
            .map(|part| URL_SAFE_NO_PAD.encode(part))
            .join(".");
        assert!(check(&key, &format!("{unsigned}."), TokenType::AccessToken).is_none());

        for alg in [
            "none", "None", "es256", "ES384", "RS256", "EdDSA", "HS256", "PS256", "",
        ] {
            let token = forge(&key, &header(alg), "{}");
            assert!(
                check(&key, &token, TokenType::AccessToken).is_none(),
                "{alg}"
            );
        }
        // The public key, in the forms at hand, as the secret of an HMAC.
        let jwk = serde_json::to_value(key.jwk.as_ref().unwrap()).unwrap();
        let x = jwk["x"].as_str().unwrap();
        for secret in [
            jwk.to_string().as_bytes(),
            x.as_bytes(),
            key.verifier.as_bytes(),
        ] {
            let secret = jsonwebtoken::EncodingKey::from_secret(secret);
            for kid in [Some(kid.to_owned()), None] {
                let header = jsonwebtoken::Header {
                    typ: Some("at+jwt".to_owned()),
                    kid,
                    ..jsonwebtoken::Header::default()
                };
                let token = jsonwebtoken::encode(&header, &json!({}), &secret).unwrap();
                assert!(check(&key, &token, TokenType::AccessToken).is_none());
            }
        }
        // And the same with a finder that is fooled: the key itself insists.
        let token = forge(&key, &header("EdDSA"), "{}");
        assert!(verify(&token, TokenType::AccessToken, |_, _| Some(key.clone())).is_none());
    }

    #[test]
    fn a_header_with_anything_more_or_less_is_refused() {
        let key = key(Algorithm::EdDsa);
        let own = json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": key.id() });
        assert!(
            check(
                &key,
                &forge(&key, &own.to_string(), "{}"),
                TokenType::AccessToken
            )
            .is_some()
        );

        let jwk = serde_json::to_value(key.jwk.as_ref().unwrap()).unwrap();
        for (name, value) in [
            ("crit", json!(["exp"])),
            ("crit", json!([])),
            ("b64", json!(false)),
            ("jwk", jwk),
            ("jku", json!("https://attacker.example/jwks")),
            ("x5u", json!("https://attacker.example/chain")),
            ("x5c", json!(["MII"])),
            ("zip", json!("DEF")),
            ("kid", json!("unknown")),
            ("kid", json!(7)),
            ("kid", json!(null)),
            ("alg", json!(null)),
        ] {
            let mut header = own.clone();
            header[name] = value;
            let token = forge(&key, &header.to_string(), "{}");
            assert!(
                check(&key, &token, TokenType::AccessToken).is_none(),
                "{header}"
            );
        }
        let kid = key.id().unwrap();
        for header in [
            String::new(),
            "{}".to_owned(),
            "[]".to_owned(),
            format!(r#"{{"typ":"at+jwt","alg":"EdDSA","alg":"EdDSA","kid":"{kid}"}}"#),
            format!(r#"{{"typ":"at+jwt","alg":"EdDSA","kid":"{kid}"}} x"#),
        ] {
            let token = forge(&key, &header, "{}");
            assert!(
                check(&key, &token, TokenType::AccessToken).is_none(),
                "{header}"
            );
        }
    }

    #[test]
    fn a_token_that_was_changed_anywhere_is_refused() {
        let key = key(Algorithm::EdDsa);
        let token = sign(&key, Some("at+jwt"), &json!({ "sub": "someone" })).unwrap();
        for at in 0..token.len() {
            let other = if token.as_bytes()[at] == b'A' {
                "B"
            } else {
                "A"
            };
            let mut changed = token.clone();
            changed.replace_range(at..=at, other);
            assert!(
                check(&key, &changed, TokenType::AccessToken).is_none(),
                "{changed}"
            );
        }
        let parts: Vec<_> = token.split('.').collect();
        let (header, claims, signature) = (parts[0], parts[1], parts[2]);
        for changed in [
            String::new(),
            header.to_owned(),
            format!("{header}.{claims}"),
            format!("{header}.{claims}."),
            format!("{header}..{signature}"),
            format!(".{claims}.{signature}"),
            format!("{token}."),
            format!("{token}.{signature}"),
            format!("{token}="),
            format!("{token}\n"),
            format!(" {token}"),
            token.replace('.', ".."),
        ] {
            assert!(
                check(&key, &changed, TokenType::AccessToken).is_none(),
                "{changed}"
            );
        }
    }

    #[test]
    fn claims_are_an_object_and_not_too_long() {
        let key = key(Algorithm::EdDsa);
        let header = json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": key.id() }).to_string();
        for claims in ["", "[]", "null", "\"text\"", "{"] {
            let token = forge(&key, &header, claims);
            assert!(
                check(&key, &token, TokenType::AccessToken).is_none(),
                "{claims}"
            );
        }
        let sized = |bytes: usize| {
            sign(&key, Some("at+jwt"), &json!({ "note": "x".repeat(bytes) })).unwrap()
        };
        assert!(check(&key, &sized(10_000), TokenType::AccessToken).is_some());
        assert!(check(&key, &sized(MAX_TOKEN_BYTES), TokenType::AccessToken).is_none());
    }
}
