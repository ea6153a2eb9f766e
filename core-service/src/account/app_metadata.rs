//! Client metadata as a person writes it down for an own app.

use serde_json::{Map, Value, json};

use crate::{
    domain::{
        client_metadata::{ADMIN_ONLY_MEMBERS, ClientMetadata, Registrant},
        document::Object,
    },
    error::Error,
};

/// Bytes of a metadata document.
const MAX_DOCUMENT: usize = 64 * 1024;
/// What an app may ask for whose owner is no admin.
const SCOPES: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// Reads the metadata of an app. With `before`, it replaces that: what an admin set stays,
/// and scopes that an admin gave may stay.
///
/// # Errors
/// `Invalid` with everything that is wrong, each with the member that it is about.
pub(super) fn read(json: &str, before: Option<&ClientMetadata>) -> Result<ClientMetadata, Error> {
    let members = parse(json)?;
    let by = Registrant::Person;
    let mut document = Object::new("", &members);
    let metadata = ClientMetadata::read(&mut document, by);
    let named = members.get("client_name").and_then(Value::as_str);
    if named.is_none_or(|name| name.trim().is_empty()) {
        document.problem("client_name", "is needed");
    }
    let given = before.map(ClientMetadata::scopes).unwrap_or_default();
    let given: Vec<&str> = given.iter().collect();
    let reserved = metadata.scopes().without(&SCOPES).without(&given);
    if !reserved.is_empty() {
        document.problem("scope", format!("is given by an admin only: {reserved}"));
    }
    let problems: Vec<String> = document
        .finish(by.unknown())
        .iter()
        .map(ToString::to_string)
        .collect();
    if !problems.is_empty() {
        return Err(Error::Invalid(problems.join("; ")));
    }
    Ok(match before {
        Some(before) => metadata.with_admin_members_of(before),
        None => metadata,
    })
}

/// What its owner sees of an app's metadata, JSON: what [`read`] takes.
pub(super) fn shown(metadata: &ClientMetadata) -> String {
    let mut json = json!(metadata);
    if let Some(members) = json.as_object_mut() {
        members.retain(|name, _| !ADMIN_ONLY_MEMBERS.contains(&name.as_str()));
    }
    json.to_string()
}

fn parse(json: &str) -> Result<Map<String, Value>, Error> {
    if json.len() > MAX_DOCUMENT {
        return Err(Error::Invalid(
            "metadata_json: is longer than 64 KiB".to_owned(),
        ));
    }
    serde_json::from_str(json)
        .map_err(|_| Error::Invalid("metadata_json: is not a JSON object".to_owned()))
}
