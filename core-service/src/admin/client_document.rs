//! A client as an admin or the seed file writes it down: the metadata of RFC 7591,
//! and what registration leaves to the server.

use std::str::FromStr;

use serde_json::{Map, Value};

use crate::domain::{
    client::{ClientStatus, SecretHash},
    client_metadata::{ClientMetadata, Registrant},
    document::{Object, Problem},
    id::ClientId,
    secret::PlainToken,
};

/// Characters of a `client_secret` that an admin gives, at least.
const SHORTEST_SECRET: usize = 32;
/// Characters of a `client_id` and of a `client_secret`.
const MAX_CREDENTIAL: usize = 255;

/// A client document without problems.
pub(crate) struct ClientDocument {
    /// Its `client_id`; none: one is made up.
    pub(crate) id: Option<ClientId>,
    /// Its secret; none: a public client, or one is made up.
    pub(crate) secret: Option<GivenSecret>,
    /// Whether it may be used; none: as it is, and a new one may.
    pub(crate) status: Option<ClientStatus>,
    /// All the rest.
    pub(crate) metadata: ClientMetadata,
}

/// A client secret as it stands in a document.
#[derive(Clone)]
pub(crate) enum GivenSecret {
    /// In the clear.
    Plain(PlainToken),
    /// A bcrypt hash from the predecessor.
    Hash(String),
}

impl GivenSecret {
    /// What is stored of it.
    pub(crate) fn at_rest(&self) -> SecretHash {
        match self {
            Self::Plain(secret) => SecretHash::of(secret),
            Self::Hash(hash) => SecretHash::Bcrypt(hash.clone()),
        }
    }
}

impl ClientDocument {
    /// Reads the client that stands at `path` of a document.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub(crate) fn read(path: &str, members: &Map<String, Value>) -> Result<Self, Vec<Problem>> {
        let by = Registrant::Admin;
        let mut document = Object::new(path, members);
        let client = Self {
            id: credential(&mut document, "client_id").map(ClientId::from),
            secret: secret(&mut document),
            status: document
                .word("status", &["pending", "active", "inactive"])
                .and_then(|word| ClientStatus::parse(&word)),
            metadata: ClientMetadata::read(&mut document, by),
        };
        if client.secret.is_some() && client.metadata.token_endpoint_auth_method == "none" {
            document.problem(
                "client_secret",
                "is not for a client whose token_endpoint_auth_method is none",
            );
        }
        let problems = document.finish(by.unknown());
        if problems.is_empty() {
            Ok(client)
        } else {
            Err(problems)
        }
    }
}

impl GivenSecret {
    /// Whether somebody might find it out by trying. Of a hash nobody can tell.
    pub(crate) fn is_guessable(&self) -> bool {
        match self {
            Self::Plain(secret) => secret.expose().chars().count() < SHORTEST_SECRET,
            Self::Hash(_) => false,
        }
    }
}

fn secret(document: &mut Object<'_>) -> Option<GivenSecret> {
    let text = credential(document, "client_secret")?;
    if !is_bcrypt(&text) {
        return Some(GivenSecret::Plain(PlainToken::presented(&text)));
    }
    if bcrypt::HashParts::from_str(&text).is_err() {
        document.problem("client_secret", "begins like a bcrypt hash and is none");
    }
    Some(GivenSecret::Hash(text))
}

/// Whether `text` begins like a bcrypt hash.
pub(super) fn is_bcrypt(text: &str) -> bool {
    ["$2a$", "$2b$", "$2x$", "$2y$"]
        .iter()
        .any(|prefix| text.starts_with(prefix))
}

/// `client_id` and `client_secret` are `*VSCHAR` (RFC 6749 appendix A.1 and A.2).
fn credential(document: &mut Object<'_>, name: &'static str) -> Option<String> {
    let text = document.text(name, MAX_CREDENTIAL)?;
    if !text.bytes().all(|b| matches!(b, b' '..=b'~')) {
        document.problem(name, "must be printable ASCII");
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(document: &Value) -> Result<ClientDocument, Vec<String>> {
        ClientDocument::read("clients[0]", document.as_object().unwrap())
            .map_err(|problems| problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_secret_is_plain_or_a_hash() {
        let client = |secret: &str| {
            read(
                &json!({"client_id": "a b~!", "client_secret": secret, "redirect_uris": ["https://app.example/cb"]}),
            )
        };
        let hash = bcrypt::hash("s3cret", 4).unwrap();
        for text in ["s3cret", "$2"] {
            let stored = client(text).unwrap().secret.unwrap().at_rest();
            let presented = PlainToken::presented(text);
            assert!(matches!(stored, SecretHash::Sha256(hash) if hash.matches(&presented)));
        }
        let stored = client(&hash).unwrap().secret.unwrap().at_rest();
        assert_eq!(stored.to_stored(), hash);
        for text in ["$2b$10$short", "s\u{e9}cret"] {
            let problems = client(text).err().unwrap();
            assert!(
                problems[0].starts_with("clients[0].client_secret: "),
                "{problems:?}"
            );
        }
    }

    #[test]
    fn a_public_client_has_no_secret() {
        let problems = read(&json!({
            "client_id": "cli", "client_secret": "x", "token_endpoint_auth_method": "none",
            "grant_types": ["device_code"],
        }))
        .err()
        .unwrap();
        assert_eq!(problems.len(), 1);
        assert!(problems[0].starts_with("clients[0].client_secret: "));
    }

    #[test]
    fn all_problems_are_told_at_once() {
        let problems = read(&json!({
            "client_id": 7, "status": "asleep", "redirect_uris": ["nowhere"], "colour": "red",
        }))
        .err()
        .unwrap();
        let paths: Vec<&str> = problems
            .iter()
            .map(|problem| problem.split(": ").next().unwrap())
            .collect();
        assert_eq!(
            paths,
            [
                "clients[0].client_id",
                "clients[0].status",
                "clients[0].redirect_uris[0]",
                "clients[0].colour"
            ]
        );
    }
}
