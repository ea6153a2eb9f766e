//! What makes a secret fit for use.

use core_service::domain::password::{self, Weakness};
use secrecy::{ExposeSecret, SecretString};

use super::reader::Reader;

/// Shorter secrets can be guessed.
const SHORTEST: usize = 32;
/// Words of values that were written to be replaced.
const PLACEHOLDERS: [&str; 9] = [
    "change",
    "secret",
    "your-",
    "your_",
    "example",
    "placeholder",
    "replace",
    "default",
    "insecure",
];

/// Reads `name` as key material: at least 32 bytes and no placeholder.
pub fn strong(reader: &mut Reader<'_>, name: &str) -> Option<SecretString> {
    let secret = reader.secret(name)?;
    if let Some(weakness) = weakness(secret.expose_secret()) {
        reader.wrong(name, weakness);
    }
    Some(secret)
}

/// Reads `name` as a token that others are to show: no placeholder.
pub fn token(reader: &mut Reader<'_>, name: &str) -> Option<SecretString> {
    let secret = reader.secret(name)?;
    if is_placeholder(secret.expose_secret()) {
        reader.wrong(
            name,
            "this is a placeholder; make one with `openssl rand -base64 32`",
        );
    }
    Some(secret)
}

/// Reads `name` as the first password of an account.
pub fn first_password(reader: &mut Reader<'_>, name: &str) -> Option<SecretString> {
    let secret = reader.secret(name)?;
    match password::weakness(secret.expose_secret(), &["admin", "admin@localhost"]) {
        None => {}
        Some(Weakness::TooShort) => reader.wrong(name, "too short: at least 8 characters"),
        Some(Weakness::TooLong) => reader.wrong(name, "too long: at most 1,024 bytes"),
        Some(Weakness::TooEasy) => reader.wrong(name, "one of the passwords that are tried first"),
    }
    Some(secret)
}

/// Why `secret` is no key material; none when it is.
#[must_use]
pub fn weakness(secret: &str) -> Option<&'static str> {
    if is_placeholder(secret) {
        return Some("this is a placeholder; make one with `openssl rand -base64 32`");
    }
    (secret.len() < SHORTEST)
        .then_some("too short: at least 32 bytes; make one with `openssl rand -base64 32`")
}

fn is_placeholder(secret: &str) -> bool {
    let lower = secret.to_lowercase();
    let mut characters: Vec<char> = lower.chars().collect();
    characters.sort_unstable();
    characters.dedup();
    characters.len() < 5 || PLACEHOLDERS.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_not_secrets() {
        for secret in [
            "your-256-bit-secret-change-in-production",
            "session-secret-change-in-production!!!!!!!",
            "CHANGE_ME_CHANGE_ME_CHANGE_ME_CHANGE_ME",
            "example-example-example-example-0123456789",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "abababababababababababababababababababab",
        ] {
            assert!(
                weakness(secret).is_some_and(|text| text.contains("placeholder")),
                "{secret}"
            );
        }
    }

    #[test]
    fn short_secrets_are_refused_and_random_ones_taken() {
        assert!(weakness("Zk3v9QmB7xLr2TnY").is_some_and(|text| text.contains("too short")));
        assert_eq!(weakness("Zk3v9QmB7xLr2TnYpW5sHd8cJf1gKa6e"), None);
    }
}
