//! What may be a password that somebody chose.

/// Characters of a password, at least (NIST SP 800-63B section 5.1.1.2).
pub const SHORTEST: usize = 8;
/// Bytes of a password, at most: hashing takes time for each.
pub const MAX_PASSWORD_BYTES: usize = 1024;

/// What a password lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakness {
    /// It has more than [`MAX_PASSWORD_BYTES`].
    TooLong,
    /// It has fewer characters than [`SHORTEST`].
    TooShort,
    /// It is the person's name or address, or among the first that are tried.
    TooEasy,
}

impl Weakness {
    /// Said to whoever chose it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TooLong => "has more than 1,024 bytes",
            Self::TooShort => "has fewer than 8 characters",
            Self::TooEasy => {
                "is one of the first that are tried: the user's name or address, one character \
                 over and over, a row of keys, or a common password"
            }
        }
    }
}

/// What `password` lacks to be that of somebody who is known by the names `own`; none: nothing.
#[must_use]
pub fn weakness(password: &str, own: &[&str]) -> Option<Weakness> {
    let lower = password.trim().to_lowercase();
    if password.len() > MAX_PASSWORD_BYTES {
        Some(Weakness::TooLong)
    } else if password.chars().count() < SHORTEST {
        Some(Weakness::TooShort)
    } else if own.iter().any(|name| name.to_lowercase() == lower)
        || is_monotonous(&lower)
        || COMMON.lines().any(|common| common == lower)
    {
        Some(Weakness::TooEasy)
    } else {
        None
    }
}

/// Whether each character is the one before it, or each the next one, or each the one before.
fn is_monotonous(text: &str) -> bool {
    let codes: Vec<i64> = text.chars().map(|c| i64::from(u32::from(c))).collect();
    [-1, 0, 1]
        .iter()
        .any(|step| codes.windows(2).all(|pair| pair[1] - pair[0] == *step))
}

/// The commonest of leaked passwords that are long enough, one a line, in lower case.
const COMMON: &str = include_str!("common_passwords.txt");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_tried_first_is_too_easy() {
        for password in [
            "        ",
            "password",
            "Password1",
            "12345678",
            "987654321",
            "aaaaaaaaaa",
            "abcdefgh",
            "qwertyuiop",
            "ADA.KING",
            "ada@example.org",
        ] {
            let found = weakness(password, &["Ada.King", "ada@example.org"]);
            assert_eq!(found, Some(Weakness::TooEasy), "{password:?}");
        }
        assert_eq!(weakness("1234567", &[]), Some(Weakness::TooShort));
        assert_eq!(weakness(&"aB".repeat(513), &[]), Some(Weakness::TooLong));
        for password in [
            "correct horse",
            "12345679",
            "\u{5bc6}\u{78bc}\u{5f88}\u{9577}\u{7684}\u{4e00}\u{53e5}\u{8a71}",
        ] {
            assert_eq!(weakness(password, &["ada"]), None, "{password}");
        }
    }

    #[test]
    fn the_list_holds_what_it_says() {
        for line in COMMON.lines() {
            assert!(
                line.chars().count() >= SHORTEST && line == line.to_lowercase(),
                "{line}"
            );
        }
    }
}
