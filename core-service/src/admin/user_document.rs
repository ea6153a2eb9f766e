//! A user as the seed file writes it down: a name, a password, what the person may
//! do, and the standard claims of OpenID Connect (Core section 5.1).

use std::str::FromStr;

use argon2::PasswordHash;
use secrecy::SecretString;
use serde_json::{Map, Value};
use url::Url;

use super::{client_document::is_bcrypt, user_values};
use crate::domain::{
    document::{Object, Problem, Unknown},
    password::MAX_PASSWORD_BYTES,
    time::Timestamp,
    user::Role,
};

const MAX_TEXT: usize = 1024;

const TEXT_CLAIMS: [&str; 11] = [
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "phone_number",
];
const URL_CLAIMS: [&str; 3] = ["profile", "picture", "website"];
/// Core section 5.1.1.
const ADDRESS_MEMBERS: [&str; 6] = [
    "formatted",
    "street_address",
    "locality",
    "region",
    "postal_code",
    "country",
];
/// Beginnings of password hashes that AuthGate can't verify: to take one for a
/// password would lock its owner out.
const FOREIGN_HASHES: [&str; 7] = ["$scrypt$", "$pbkdf2", "$1$", "$5$", "$6$", "$7$", "$y$"];

/// A user document without problems.
pub(crate) struct UserDocument {
    /// What is typed at sign-in.
    pub(crate) username: String,
    /// The password; none: as it is, and a new user can't sign in with one.
    pub(crate) password: Option<GivenPassword>,
    /// Mail address.
    pub(crate) email: Option<String>,
    /// Whether the address is proven.
    pub(crate) email_verified: bool,
    /// None: as it is, and a new one is `user`.
    pub(crate) role: Option<Role>,
    /// None: as it is, and a new one is.
    pub(crate) active: Option<bool>,
    /// The other claims.
    pub(crate) claims: Map<String, Value>,
    /// The claim `updated_at`; none: when AuthGate last changed something.
    pub(crate) updated_at: Option<Timestamp>,
}

/// A password as it stands in a document.
pub(crate) enum GivenPassword {
    /// In the clear.
    Plain(SecretString),
    /// A PHC string of Argon2 or a bcrypt hash.
    Hash(String),
}

impl UserDocument {
    /// Reads the user that stands at `path` of a document.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub(crate) fn read(path: &str, members: &Map<String, Value>) -> Result<Self, Vec<Problem>> {
        let mut document = Object::new(path, members);
        let user = Self {
            username: username(&mut document),
            password: password(&mut document),
            email: email(&mut document),
            email_verified: document.flag("email_verified").unwrap_or(false),
            role: document
                .word("role", &["user", "admin"])
                .and_then(|word| Role::parse(&word)),
            active: document.flag("active"),
            updated_at: document
                .count("updated_at")
                .map(|seconds| Timestamp::from_seconds(i64::try_from(seconds).unwrap_or(i64::MAX))),
            claims: claims(&mut document),
        };
        let problems = document.finish(Unknown::Refused);
        if problems.is_empty() {
            Ok(user)
        } else {
            Err(problems)
        }
    }
}

fn username(document: &mut Object<'_>) -> String {
    let Some(username) = document.text("username", user_values::MAX_USERNAME) else {
        if document.value("username").is_none_or(|value| value == "") {
            document.problem("username", "is missing");
        }
        return String::new();
    };
    if let Err(reason) = user_values::check_username(&username) {
        document.problem("username", reason);
    }
    username
}

fn email(document: &mut Object<'_>) -> Option<String> {
    let email = document.text("email", user_values::MAX_EMAIL)?;
    if let Err(reason) = user_values::check_email(&email) {
        document.problem("email", reason);
    }
    Some(email)
}

/// Read by hand: a password may hold any character.
fn password(document: &mut Object<'_>) -> Option<GivenPassword> {
    let Value::String(text) = document.value("password")? else {
        document.problem("password", "must be a string");
        return None;
    };
    if !(1..=MAX_PASSWORD_BYTES).contains(&text.len()) {
        document.problem(
            "password",
            format!("must have 1 to {MAX_PASSWORD_BYTES} bytes"),
        );
    }
    if FOREIGN_HASHES.iter().any(|prefix| text.starts_with(prefix)) {
        document.problem(
            "password",
            "is a hash of a kind that is not supported: use Argon2 or bcrypt",
        );
    }
    let well_formed = if text.starts_with("$argon2") {
        PasswordHash::new(text).is_ok_and(|hash| hash.salt.is_some() && hash.hash.is_some())
    } else if is_bcrypt(text) {
        bcrypt::HashParts::from_str(text).is_ok()
    } else {
        return Some(GivenPassword::Plain(SecretString::from(text.as_str())));
    };
    if !well_formed {
        document.problem("password", "begins like a password hash and is none");
    }
    Some(GivenPassword::Hash(text.clone()))
}

fn claims(document: &mut Object<'_>) -> Map<String, Value> {
    let mut claims = Map::new();
    for name in TEXT_CLAIMS {
        if let Some(text) = document.text(name, MAX_TEXT) {
            claims.insert(name.to_owned(), text.into());
        }
    }
    for name in URL_CLAIMS {
        if let Some(text) = document.text(name, MAX_TEXT) {
            if !Url::parse(&text).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
                document.problem(name, "must be an http or https URL");
            }
            claims.insert(name.to_owned(), text.into());
        }
    }
    if let Some(verified) = document.flag("phone_number_verified") {
        claims.insert("phone_number_verified".to_owned(), verified.into());
    }
    if let Some(address) = address(document) {
        claims.insert("address".to_owned(), address.into());
    }
    claims
}

fn address(document: &mut Object<'_>) -> Option<Map<String, Value>> {
    let members = document.object("address")?;
    let mut address = Object::new(document.path_of("address"), members);
    let mut claim = Map::new();
    for name in ADDRESS_MEMBERS {
        // Addresses have several lines: the one place where a line break is text.
        let Some(value) = address.value(name) else {
            continue;
        };
        match value.as_str() {
            Some(text) if text.chars().count() <= MAX_TEXT && !text.contains('\0') => {
                claim.insert(name.to_owned(), text.into());
            }
            _ => address.problem(
                name,
                format!("must be a string of at most {MAX_TEXT} characters"),
            ),
        }
    }
    let problems = address.finish(Unknown::Refused);
    document.adopt(problems);
    (!claim.is_empty()).then_some(claim)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(document: &Value) -> Result<UserDocument, Vec<String>> {
        UserDocument::read("users[0]", document.as_object().unwrap())
            .map_err(|problems| problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn every_standard_claim_is_kept() {
        let claims = json!({
            "name": "Ada King", "given_name": "Ada", "family_name": "King", "middle_name": "B",
            "nickname": "ada", "preferred_username": "ada", "profile": "https://ada.example",
            "picture": "https://ada.example/me.png", "website": "https://ada.example",
            "gender": "female", "birthdate": "1815-12-10", "zoneinfo": "Europe/London",
            "locale": "en-GB", "phone_number": "+44 1", "phone_number_verified": true,
            "address": {"formatted": "1 Street\nTown", "street_address": "1 Street", "locality": "Town",
                "region": "R", "postal_code": "1", "country": "UK"},
        });
        let mut document = claims.clone();
        for (name, value) in [
            ("username", json!("ada")),
            ("email", json!("ada@ada.example")),
            ("email_verified", json!(true)),
            ("role", json!("admin")),
            ("active", json!(false)),
            ("updated_at", json!(1_700_000_000)),
        ] {
            document[name] = value;
        }
        let user = read(&document).unwrap();
        assert_eq!(Value::Object(user.claims), claims);
        assert_eq!(user.email.as_deref(), Some("ada@ada.example"));
        assert!(user.email_verified);
        assert_eq!(user.role, Some(Role::Admin));
        assert_eq!(user.active, Some(false));
        assert_eq!(
            user.updated_at,
            Some(Timestamp::from_seconds(1_700_000_000))
        );
    }

    #[test]
    fn a_password_is_plain_or_a_hash() {
        let hash = bcrypt::hash("pw", 4).unwrap();
        let argon2 = "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21l$RdescudvJCsgt3ub+b27gcA1SbGeGCRnDHkVAYzDdkk";
        for (text, is_hash) in [
            ("pw", false),
            ("$", false),
            ("line\nbreak", false),
            (hash.as_str(), true),
            (argon2, true),
        ] {
            let user = read(&json!({"username": "ada", "password": text})).unwrap();
            assert_eq!(
                matches!(user.password, Some(GivenPassword::Hash(_))),
                is_hash,
                "{text}"
            );
        }
        for text in [
            "",
            "$argon2id$nonsense",
            "$2b$10$short",
            "$scrypt$ln=1$a$b",
            "$6$salt$hash",
        ] {
            let problems = read(&json!({"username": "ada", "password": text}))
                .err()
                .unwrap();
            assert!(
                problems[0].starts_with("users[0].password: "),
                "{problems:?}"
            );
        }
    }

    #[test]
    fn wrong_values_are_named() {
        for (member, value, path) in [
            ("username", json!(null), "username"),
            ("username", json!(""), "username"),
            ("username", json!(" ada"), "username"),
            ("username", json!(7), "username"),
            ("password", json!(7), "password"),
            ("email", json!("nobody"), "email"),
            ("email_verified", json!("yes"), "email_verified"),
            ("role", json!("root"), "role"),
            ("active", json!(1), "active"),
            ("updated_at", json!("today"), "updated_at"),
            ("picture", json!("javascript:alert(1)"), "picture"),
            ("address", json!("1 Street"), "address"),
            ("address", json!({"street": "1"}), "address.street"),
            ("address", json!({"country": 1}), "address.country"),
            ("user_name", json!("ada"), "user_name"),
            ("sub", json!("1"), "sub"),
        ] {
            let mut document = json!({"username": "ada"});
            document[member] = value;
            let problems = read(&document).err().unwrap_or_default();
            assert_eq!(problems.len(), 1, "{document}: {problems:?}");
            assert!(
                problems[0].starts_with(&format!("users[0].{path}: ")),
                "{problems:?}"
            );
        }
    }
}
