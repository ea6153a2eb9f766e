//! Public keys as JSON Web Keys (RFC 7517, RFC 7518 section 6, RFC 8037 section 2).

use std::str::FromStr;

use aws_lc_rs::signature::{
    EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaKeyPair, RsaPublicKeyComponents,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::{
    AlgorithmParameters, CommonParameters, EllipticCurve, EllipticCurveKeyParameters,
    EllipticCurveKeyType, Jwk, KeyAlgorithm, OctetKeyPairParameters, OctetKeyPairType,
    PublicKeyUse, RSAKeyParameters, RSAKeyType, ThumbprintHash,
};

use crate::config::Algorithm;

/// The public half of an RSA key.
pub(super) fn rsa(pair: &RsaKeyPair) -> AlgorithmParameters {
    let public = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
    AlgorithmParameters::RSA(RSAKeyParameters {
        key_type: RSAKeyType::RSA,
        n: URL_SAFE_NO_PAD.encode(public.n),
        e: URL_SAFE_NO_PAD.encode(public.e),
    })
}

/// The public half of a P-256 key.
pub(super) fn p256(pair: &EcdsaKeyPair) -> AlgorithmParameters {
    // An uncompressed point: 0x04, then x and y of 32 bytes each (SEC 1 section 2.3.3).
    let point = pair.public_key().as_ref();
    let (x, y) = point[1..].split_at(32);
    AlgorithmParameters::EllipticCurve(EllipticCurveKeyParameters {
        key_type: EllipticCurveKeyType::EC,
        curve: EllipticCurve::P256,
        x: URL_SAFE_NO_PAD.encode(x),
        y: URL_SAFE_NO_PAD.encode(y),
    })
}

/// The public half of an Ed25519 key.
pub(super) fn ed25519(pair: &Ed25519KeyPair) -> AlgorithmParameters {
    AlgorithmParameters::OctetKeyPair(OctetKeyPairParameters {
        key_type: OctetKeyPairType::OctetKeyPair,
        curve: EllipticCurve::Ed25519,
        x: URL_SAFE_NO_PAD.encode(pair.public_key()),
    })
}

/// The key set's entry of a key: for signatures by `algorithm` only. Without an
/// `id` the `kid` is the key's thumbprint (RFC 7638).
pub(super) fn entry(public: AlgorithmParameters, algorithm: Algorithm, id: Option<&str>) -> Jwk {
    let mut jwk = Jwk {
        common: CommonParameters {
            public_key_use: Some(PublicKeyUse::Signature),
            key_algorithm: KeyAlgorithm::from_str(algorithm.as_str()).ok(),
            ..CommonParameters::default()
        },
        algorithm: public,
    };
    jwk.common.key_id = Some(match id {
        Some(id) => id.to_owned(),
        None => jwk.thumbprint(ThumbprintHash::SHA256),
    });
    jwk
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 8037 appendix A.1 to A.3.
    #[test]
    fn the_thumbprint_is_that_of_rfc_8037() {
        let seed = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
        let seed = URL_SAFE_NO_PAD.decode(seed).unwrap();
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).unwrap();

        let jwk = entry(ed25519(&pair), Algorithm::EdDsa, None);
        let kid = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";
        assert_eq!(
            serde_json::to_value(jwk).unwrap(),
            serde_json::json!({
                "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": kid,
                "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
            })
        );
    }
}
