//! Reads the seed file.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::SeedError;
use crate::{
    admin::{client_document::ClientDocument, user_document::UserDocument},
    domain::{
        document::{Object, Problem, Unknown},
        id::ClientId,
        user::User,
    },
};

/// A seed file without problems.
pub(super) struct Seed {
    /// No two with the same name.
    pub(super) users: Vec<UserDocument>,
    /// No two with the same id; confidential ones have a secret.
    pub(super) clients: Vec<(ClientId, ClientDocument)>,
}

/// Reads the seed file.
///
/// # Errors
/// Everything that is wrong with it.
pub(super) fn read(json: &str) -> Result<Seed, SeedError> {
    let document: Value =
        serde_json::from_str(json).map_err(|error| SeedError::NotJson(error.to_string()))?;
    let Value::Object(members) = document else {
        return Err(SeedError::NotJson("it must be an object".to_owned()));
    };
    let mut document = Object::new("", &members);
    let users = users(&mut document);
    let clients = clients(&mut document);
    let problems = document.finish(Unknown::Refused);
    if problems.is_empty() {
        Ok(Seed { users, clients })
    } else {
        Err(SeedError::Wrong(problems))
    }
}

fn users(document: &mut Object<'_>) -> Vec<UserDocument> {
    let mut names = HashSet::new();
    let mut users = Vec::new();
    for (at, item) in document
        .items("users")
        .unwrap_or_default()
        .iter()
        .enumerate()
    {
        let path = format!("users[{at}]");
        let Some(members) = object_at(document, &path, item) else {
            continue;
        };
        match UserDocument::read(&path, members) {
            Err(problems) => document.adopt(problems),
            Ok(user) if !names.insert(User::key(&user.username)) => {
                document.problem(&format!("{path}.username"), "stands there twice");
            }
            Ok(user) => users.push(user),
        }
    }
    users
}

fn clients(document: &mut Object<'_>) -> Vec<(ClientId, ClientDocument)> {
    let mut ids = HashSet::new();
    let mut clients = Vec::new();
    for (at, item) in document
        .items("clients")
        .unwrap_or_default()
        .iter()
        .enumerate()
    {
        let path = format!("clients[{at}]");
        let Some(members) = object_at(document, &path, item) else {
            continue;
        };
        match read_client(&path, members) {
            Err(problems) => document.adopt(problems),
            Ok((id, _)) if !ids.insert(id.clone()) => {
                document.problem(&format!("{path}.client_id"), "stands there twice");
            }
            Ok(client) => clients.push(client),
        }
    }
    clients
}

/// The server could make up an id and a secret, but a file has no way to answer them.
fn read_client(
    path: &str,
    members: &Map<String, Value>,
) -> Result<(ClientId, ClientDocument), Vec<Problem>> {
    let mut client = ClientDocument::read(path, members)?;
    let problem = |name: &str, reason: &str| Problem {
        path: format!("{path}.{name}"),
        reason: reason.to_owned(),
    };
    let mut problems = Vec::new();
    let id = client.id.take();
    if id.is_none() {
        problems.push(problem("client_id", "is missing"));
    }
    let authenticates = client.metadata.token_endpoint_auth_method != "none";
    if authenticates && client.secret.is_none() {
        let reason = "is missing; a public client says token_endpoint_auth_method none";
        problems.push(problem("client_secret", reason));
    }
    match id {
        Some(id) if problems.is_empty() => Ok((id, client)),
        _ => Err(problems),
    }
}

/// The object `item`, which stands at `path`.
fn object_at<'v>(
    document: &mut Object<'_>,
    path: &str,
    item: &'v Value,
) -> Option<&'v Map<String, Value>> {
    if !item.is_object() {
        document.problem(path, "must be an object");
    }
    item.as_object()
}
