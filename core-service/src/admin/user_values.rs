//! What may be a user's name, mail address and password.

use secrecy::SecretString;

use crate::{
    domain::{
        document::{INVISIBLE, is_deceptive, is_invisible},
        random::fill_random,
    },
    error::Error,
};

/// Characters of a user name.
pub(crate) const MAX_USERNAME: usize = 255;
/// Characters of a mail address (RFC 5321 section 4.5.3.1.3, without the brackets).
pub(crate) const MAX_EMAIL: usize = 254;
const GENERATED_PASSWORD_LENGTH: usize = 16;
/// Letters and digits that are not taken for one another.
const PASSWORD_ALPHABET: &[u8; 55] = b"abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// Whether `username` may be one: 1 to 255 characters, none of them invisible,
/// and no space around it, where nobody would see it.
pub(crate) fn check_username(username: &str) -> Result<(), &'static str> {
    if !(1..=MAX_USERNAME).contains(&username.chars().count()) {
        return Err("must have 1 to 255 characters");
    }
    if username.trim() != username {
        return Err("must not begin or end with a space");
    }
    if username.chars().any(is_invisible) {
        return Err(INVISIBLE);
    }
    check_name(username)
}

/// Whether `email` looks like a mail address. Only mail that arrives proves it.
pub(crate) fn check_email(email: &str) -> Result<(), &'static str> {
    let forbidden = |c: char| c.is_whitespace() || is_deceptive(c) || "<>()[],;:\\\"".contains(c);
    let well_formed = email.rsplit_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && !local.contains('@') && !domain.is_empty()
    });
    if !well_formed || email.contains(forbidden) || email.chars().count() > MAX_EMAIL {
        return Err("is not a mail address");
    }
    Ok(())
}

/// A password of 16 characters, about 92 bits, that can be read off a screen.
pub(crate) fn generate_password() -> SecretString {
    let mut password = String::with_capacity(GENERATED_PASSWORD_LENGTH);
    while password.len() < GENERATED_PASSWORD_LENGTH {
        let mut byte = [0; 1];
        fill_random(&mut byte);
        // 220 is the largest multiple of 55 in a byte: above it, a letter would be likelier than others.
        if byte[0] < 220 {
            password.push(char::from(PASSWORD_ALPHABET[usize::from(byte[0] % 55)]));
        }
    }
    SecretString::from(password)
}

/// Whether `name` may be a person's: up to 255 characters, none of them invisible.
pub(crate) fn check_name(name: &str) -> Result<(), &'static str> {
    if name.chars().count() > MAX_USERNAME {
        return Err("has more than 255 characters");
    }
    if name.chars().any(is_deceptive) {
        return Err("holds a control character or one that turns the direction of text");
    }
    Ok(())
}

pub(crate) fn check(field: &str, result: Result<(), &'static str>) -> Result<(), Error> {
    result.map_err(|reason| Error::Invalid(format!("{field}: {reason}")))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn names_and_addresses_that_people_have_are_taken() {
        for username in [
            "ada",
            "Ada King",
            "o'neil",
            "\u{738b}\u{5c0f}\u{660e}",
            "a@b",
        ] {
            assert_eq!(check_username(username), Ok(()), "{username}");
        }
        for email in [
            "admin@localhost",
            "a.b+c@mail.example",
            "\u{fc}@b\u{fc}cher.example",
        ] {
            assert_eq!(check_email(email), Ok(()), "{email}");
        }
    }

    #[test]
    fn names_and_addresses_that_deceive_are_not() {
        let long = "a".repeat(256);
        for username in [
            "",
            " ada",
            "ada ",
            "a\0b",
            "a\nb",
            "ada\u{202e}",
            "ad\u{200b}a",
            "\u{2060}",
            "\u{feff}ada",
            "\u{3164}",
            "a\u{e0041}da",
            long.as_str(),
        ] {
            assert!(check_username(username).is_err(), "{username:?}");
        }
        for email in [
            "", "ada", "@b", "a@", "a@b@c", "a b@c", "a@b\n", "<a@b>", "a@b,c@d",
        ] {
            assert!(check_email(email).is_err(), "{email:?}");
        }
    }

    #[test]
    fn made_up_passwords_differ_and_can_be_read() {
        let (first, second) = (generate_password(), generate_password());
        assert_ne!(first.expose_secret(), second.expose_secret());
        assert_eq!(first.expose_secret().len(), GENERATED_PASSWORD_LENGTH);
        assert!(
            first
                .expose_secret()
                .bytes()
                .all(|b| PASSWORD_ALPHABET.contains(&b))
        );
        assert!(!PASSWORD_ALPHABET.iter().any(|b| b"0Oo1lIi".contains(b)));
    }
}
