//! How tokens are signed.

use std::{fs, time::Duration};

use core_service::config::{Algorithm, Signing};
use secrecy::{ExposeSecret, SecretString};

use super::{reader::Reader, secrets};

/// Reads the signing variables.
pub fn read(reader: &mut Reader<'_>) -> Signing {
    let algorithms = [
        Algorithm::Es256,
        Algorithm::Rs256,
        Algorithm::EdDsa,
        Algorithm::Hs256,
    ]
    .map(|algorithm| (algorithm.as_str(), algorithm));
    let algorithm = reader.choice("JWT_SIGNING_ALGORITHM", Algorithm::Es256, &algorithms);
    let hs256_secret = secrets::strong(reader, "JWT_SECRET");
    let private_key_pem = private_key(reader);
    if algorithm == Algorithm::Hs256 {
        if hs256_secret.is_none() {
            reader.wrong(
                "JWT_SECRET",
                "JWT_SIGNING_ALGORITHM=HS256 needs it: at least 32 bytes",
            );
        }
        if private_key_pem.is_some() {
            reader.warn(
                "the private key of JWT_PRIVATE_KEY_* is not used: JWT_SIGNING_ALGORITHM is HS256",
            );
        }
    } else if hs256_secret.is_some() {
        reader.warn(format!(
            "JWT_SECRET is not used: JWT_SIGNING_ALGORITHM is {}",
            algorithm.as_str()
        ));
    }
    Signing {
        access_token_algorithm: algorithm,
        hs256_secret: hs256_secret.filter(|_| algorithm == Algorithm::Hs256),
        private_key_pem: private_key_pem.filter(|_| algorithm != Algorithm::Hs256),
        key_id: reader.text("JWT_KEY_ID"),
        rotation_interval: Some(
            reader.duration("KEY_ROTATION_INTERVAL", Duration::from_secs(2160 * 3600)),
        )
        .filter(|interval| !interval.is_zero()),
        publication_lead: Duration::from_secs(600),
    }
}

/// The operator's own key: its text goes before its path.
fn private_key(reader: &mut Reader<'_>) -> Option<SecretString> {
    let (name, pem) = if let Some(pem) = reader.secret("JWT_PRIVATE_KEY_PEM") {
        // Line ends are often written as \n where a variable holds one line only.
        (
            "JWT_PRIVATE_KEY_PEM",
            pem.expose_secret().replace("\\n", "\n"),
        )
    } else {
        let path = reader.text("JWT_PRIVATE_KEY_PATH")?;
        match fs::read_to_string(path) {
            Ok(pem) => ("JWT_PRIVATE_KEY_PATH", pem),
            Err(error) => {
                reader.wrong(
                    "JWT_PRIVATE_KEY_PATH",
                    &format!("the file can't be read: {error}"),
                );
                return None;
            }
        }
    };
    if !pem.contains("PRIVATE KEY-----") {
        reader.wrong(name, "expected a private key in PEM");
    }
    Some(SecretString::from(pem))
}
