//! The settings of a person's own app as a form, and the client metadata
//! (RFC 7591 section 2) behind it. Members that the form does not show stay as
//! they are; those that only an admin may set are not sent back.

use authgate_proto::vocabulary::grant_type::{AUTHORIZATION_CODE, DEVICE_CODE, REFRESH_TOKEN};
use serde_json::{Map, Value};

use crate::form::Fields;

/// A box to tick: the form's field, and the word that it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    /// Name of the field.
    pub field: &'static str,
    /// The word in the metadata.
    pub word: &'static str,
}

/// Ways to get tokens that people may choose for their apps.
pub const GRANTS: [Choice; 3] = [
    Choice {
        field: "grant_authorization_code",
        word: AUTHORIZATION_CODE,
    },
    Choice {
        field: "grant_device_code",
        word: DEVICE_CODE,
    },
    Choice {
        field: "grant_refresh_token",
        word: REFRESH_TOKEN,
    },
];

/// Scopes that people may choose for their apps.
pub const SCOPES: [Choice; 4] = [
    Choice {
        field: "scope_openid",
        word: "openid",
    },
    Choice {
        field: "scope_profile",
        word: "profile",
    },
    Choice {
        field: "scope_email",
        word: "email",
    },
    Choice {
        field: "scope_offline_access",
        word: "offline_access",
    },
];

/// Members that hold one text each; the form's fields are named alike.
const TEXTS: [&str; 6] = [
    "client_name",
    "description",
    "client_uri",
    "logo_uri",
    "policy_uri",
    "tos_uri",
];

/// What an answer of the core may hold besides what its owner decides.
const NOT_THE_OWNERS: [&str; 11] = [
    "client_id",
    "client_secret",
    "client_id_issued_at",
    "status",
    "created_at",
    "token_profile",
    "project",
    "service_account",
    "trusted",
    "extra_claims_allowed",
    "introspect_any",
];

/// How the app proves that it is itself.
const AUTH_METHOD: &str = "token_endpoint_auth_method";

/// The form, as it was filled in or is to be shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppForm {
    texts: [String; TEXTS.len()],
    /// It can keep a secret.
    pub confidential: bool,
    /// One address a line.
    pub redirect_uris: String,
    /// Words of [`GRANTS`].
    pub grants: Vec<&'static str>,
    /// Words of [`SCOPES`].
    pub scopes: Vec<&'static str>,
}

impl AppForm {
    /// The form of a new app, with what most apps need.
    pub fn fresh() -> Self {
        Self {
            grants: vec![AUTHORIZATION_CODE, REFRESH_TOKEN],
            scopes: vec!["openid", "profile", "email"],
            ..Self::default()
        }
    }

    /// What somebody filled in.
    pub fn of_fields(fields: &Fields) -> Self {
        let ticked = |choices: &[Choice]| {
            choices
                .iter()
                .filter(|choice| !fields.get(choice.field).is_empty())
                .map(|choice| choice.word)
                .collect()
        };
        Self {
            texts: TEXTS.map(|name| fields.get(name).trim().to_owned()),
            confidential: fields.get("client_type") == "confidential",
            redirect_uris: fields.get("redirect_uris").to_owned(),
            grants: ticked(&GRANTS),
            scopes: ticked(&SCOPES),
        }
    }

    /// The form that stands for `metadata`.
    pub fn of_metadata(metadata: &Map<String, Value>) -> Self {
        let chosen = |choices: &[Choice], words: &[String]| {
            choices
                .iter()
                .map(|choice| choice.word)
                .filter(|word| words.iter().any(|known| known == word))
                .collect()
        };
        Self {
            texts: TEXTS.map(|name| text(metadata, name).to_owned()),
            confidential: text(metadata, AUTH_METHOD) != "none",
            redirect_uris: words(metadata, "redirect_uris").join("\n"),
            grants: chosen(&GRANTS, &words(metadata, "grant_types")),
            scopes: chosen(&SCOPES, &scope_words(metadata)),
        }
    }

    /// The text of field `name`, one of those that hold one text.
    pub fn text(&self, name: &str) -> &str {
        TEXTS
            .iter()
            .zip(&self.texts)
            .find(|(known, _)| **known == name)
            .map_or("", |(_, text)| text)
    }

    /// The metadata that the form asks for, `before` being what there is of it.
    pub fn to_metadata(&self, before: &Map<String, Value>) -> Map<String, Value> {
        let mut metadata = before.clone();
        metadata.retain(|name, _| !NOT_THE_OWNERS.contains(&name.as_str()));
        for (name, text) in TEXTS.iter().zip(&self.texts) {
            if text.is_empty() {
                metadata.remove(*name);
            } else {
                metadata.insert((*name).to_owned(), text.as_str().into());
            }
        }
        let auth_method = match (self.confidential, text(before, AUTH_METHOD)) {
            (false, _) => "none",
            (true, "" | "none") => "client_secret_basic",
            (true, method) => method,
        };
        let grants = merged(&GRANTS, &words(before, "grant_types"), &self.grants);
        let by_code = grants.iter().any(|grant| grant == AUTHORIZATION_CODE);
        let response_types: &[&str] = if by_code { &["code"] } else { &[] };
        let redirect_uris: Vec<&str> = self
            .redirect_uris
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        let scope = merged(&SCOPES, &scope_words(before), &self.scopes).join(" ");
        for (name, value) in [
            (AUTH_METHOD, auth_method.into()),
            ("grant_types", grants.into()),
            ("response_types", response_types.into()),
            ("redirect_uris", redirect_uris.into()),
            ("scope", scope.into()),
        ] {
            metadata.insert(name.to_owned(), value);
        }
        metadata
    }
}

/// The client metadata in `json`; nothing when it is no object.
pub fn metadata(json: &str) -> Map<String, Value> {
    serde_json::from_str(json).unwrap_or_default()
}

/// The text of member `name`; empty when it is missing.
pub fn text<'m>(metadata: &'m Map<String, Value>, name: &str) -> &'m str {
    metadata
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The texts of member `name`.
pub fn words(metadata: &Map<String, Value>, name: &str) -> Vec<String> {
    metadata
        .get(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

/// The scopes of the app.
pub fn scope_words(metadata: &Map<String, Value>) -> Vec<String> {
    text(metadata, "scope")
        .split_whitespace()
        .map(str::to_owned)
        .collect()
}

/// `chosen`, and those of `before` that `choices` does not offer.
fn merged(choices: &[Choice], before: &[String], chosen: &[&str]) -> Vec<String> {
    let offered = |word: &str| choices.iter().any(|choice| choice.word == word);
    let kept = before.iter().filter(|word| !offered(word)).cloned();
    let chosen = chosen.iter().map(|word| (*word).to_owned());
    chosen.chain(kept).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn filled_in() -> AppForm {
        let text = "client_name=Notes&description=+&client_type=public&grant_device_code=1\
                    &redirect_uris=https%3A%2F%2Fa.example%2Fcb%0D%0A%0D%0A+app%3A%2Fcb&scope_email=1";
        AppForm::of_fields(&Fields::parse(text).expect("a form"))
    }

    #[test]
    fn a_new_app_holds_what_was_filled_in() {
        let metadata = Value::Object(filled_in().to_metadata(&Map::new()));
        assert_eq!(
            metadata,
            json!({
                "client_name": "Notes",
                "token_endpoint_auth_method": "none",
                "grant_types": [DEVICE_CODE],
                "response_types": [],
                "redirect_uris": ["https://a.example/cb", "app:/cb"],
                "scope": "email",
            })
        );
    }

    #[test]
    fn what_the_form_does_not_show_stays_and_what_an_admin_set_is_left_out() {
        let before = metadata(
            r#"{"contacts": ["ops@a.example"], "scope": "openid read", "description": "old",
                "grant_types": ["authorization_code", "client_credentials"], "trusted": true,
                "client_id": "c", "token_endpoint_auth_method": "client_secret_post"}"#,
        );
        let form = AppForm {
            confidential: true,
            ..filled_in()
        };
        assert_eq!(
            Value::Object(form.to_metadata(&before)),
            json!({
                "client_name": "Notes",
                "contacts": ["ops@a.example"],
                "token_endpoint_auth_method": "client_secret_post",
                "grant_types": [DEVICE_CODE, "client_credentials"],
                "response_types": [],
                "redirect_uris": ["https://a.example/cb", "app:/cb"],
                "scope": "email read",
            })
        );
    }

    #[test]
    fn a_form_and_its_metadata_are_the_same() {
        let form = AppForm {
            redirect_uris: "https://a.example/cb\napp:/cb".to_owned(),
            ..filled_in()
        };
        assert_eq!(
            AppForm::of_metadata(&form.to_metadata(&Map::new())),
            form
        );
        let fresh = AppForm::fresh();
        assert_eq!(AppForm::of_metadata(&fresh.to_metadata(&Map::new())), fresh);
    }

    #[test]
    fn nonsense_is_an_empty_form() {
        for json in ["", "[]", "{\"scope\": 7, \"redirect_uris\": \"x\"}"] {
            let form = AppForm::of_metadata(&metadata(json));
            assert_eq!(form.redirect_uris, "");
            assert_eq!(form.scopes, Vec::<&str>::new());
        }
    }
}
