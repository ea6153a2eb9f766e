//! Writes what the seed file says, where it differs from what there is.
//!
//! Passwords are hashed and compared before the transaction begins: it takes a
//! while, and others must be able to write meanwhile. A credential that changed in
//! between means that another process does the same: `Raced`, and once more.

use secrecy::SecretString;

use super::{SeedReport, document::Seed};
use crate::{
    Core,
    admin::{
        client_document::{ClientDocument, GivenSecret},
        clients::{NewClient, end_all},
        user_document::{GivenPassword, UserDocument},
        users::{LOCAL, NewUser, sign_out_everywhere},
    },
    domain::{
        client::{Client, ClientStatus, SecretHash},
        document::Problem,
        id::{ClientId, UserId},
        secret::PlainToken,
        time::Timestamp,
        user::{Role, User},
    },
    error::Error,
    store::{StoreError, Transaction, clients, seeded_credentials, users},
};

/// Why nothing was applied.
pub(super) enum Failure {
    /// Another process wrote at the same time.
    Raced,
    /// Values that are wrong for what is there already.
    Wrong(Vec<Problem>),
    /// The database did not do it.
    Store(StoreError),
    /// A password could not be hashed.
    Core(Error),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Core(error)
    }
}

/// What becomes of a stored credential.
struct Decision<T> {
    /// What was stored when it was decided.
    seen: Option<String>,
    /// What is to be stored instead; none: it stays.
    replacement: Option<T>,
}

/// Applies `seed` in one transaction.
pub(super) async fn apply(core: &Core, seed: &Seed) -> Result<SeedReport, Failure> {
    let now = (core.clock)();
    let mut passwords = Vec::with_capacity(seed.users.len());
    for user in &seed.users {
        passwords.push(decide_password(core, user).await?);
    }
    let mut secrets = Vec::with_capacity(seed.clients.len());
    for (id, client) in &seed.clients {
        secrets.push(decide_secret(core, id, client).await?);
    }

    let mut report = SeedReport::default();
    let mut problems = Vec::new();
    let mut transaction = core.store.begin().await?;
    for (at, (user, password)) in seed.users.iter().zip(passwords).enumerate() {
        match put_user(&mut transaction, now, user, password).await? {
            Ok(changed) => report.users += usize::from(changed),
            Err((member, reason)) => {
                problems.push(Problem {
                    path: format!("users[{at}].{member}"),
                    reason,
                });
            }
        }
    }
    for ((id, client), secret) in seed.clients.iter().zip(secrets) {
        let changed = put_client(&mut transaction, now, id, client, secret).await?;
        report.clients += usize::from(changed);
    }
    if !problems.is_empty() {
        return Err(Failure::Wrong(problems));
    }
    transaction.commit().await?;
    Ok(report)
}

async fn decide_password(
    core: &Core,
    document: &UserDocument,
) -> Result<Decision<String>, Failure> {
    let mut connection = core.store.read().await?;
    let current = users::by_username(&mut connection, &document.username).await?;
    let given_before = match &current {
        Some(user) => seeded_credentials::get(&mut connection, &user_key(&user.id)).await?,
        None => None,
    };
    drop(connection);
    let seen = current.and_then(|user| user.password_hash);
    let replacement = match &document.password {
        None => None,
        Some(GivenPassword::Plain(password)) => {
            let stands = match &seen {
                Some(hash) => core.passwords.verify(password, Some(hash)).await?.matches,
                None => false,
            };
            if stands {
                None
            } else {
                Some(core.passwords.hash(password).await?)
            }
        }
        Some(GivenPassword::Hash(hash)) => {
            let stands = seen.is_some()
                && given_before.is_some_and(|before| before.matches(&PlainToken::presented(hash)));
            (!stands).then(|| hash.clone())
        }
    };
    Ok(Decision { seen, replacement })
}

async fn decide_secret(
    core: &Core,
    id: &ClientId,
    document: &ClientDocument,
) -> Result<Decision<SecretHash>, Failure> {
    let mut connection = core.store.read().await?;
    let current = clients::by_id(&mut connection, id)
        .await?
        .and_then(|client| client.secret);
    let given_before = seeded_credentials::get(&mut connection, &client_key(id)).await?;
    drop(connection);
    let seen = current.as_ref().map(SecretHash::to_stored);
    let stands = match (&document.secret, current) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(GivenSecret::Plain(secret)), Some(SecretHash::Sha256(hash))) => hash.matches(secret),
        (Some(GivenSecret::Plain(secret)), Some(SecretHash::Bcrypt(stored))) => {
            let secret = SecretString::from(secret.expose());
            core.passwords.verify(&secret, Some(&stored)).await?.matches
        }
        (Some(GivenSecret::Hash(hash)), Some(_)) => {
            given_before.is_some_and(|before| before.matches(&PlainToken::presented(hash)))
        }
    };
    let replacement = document
        .secret
        .as_ref()
        .filter(|_| !stands)
        .map(GivenSecret::at_rest);
    Ok(Decision { seen, replacement })
}

/// Adds or changes one user. Gives whether something changed, or the member that
/// does not fit the other users and why.
async fn put_user(
    transaction: &mut Transaction,
    now: Timestamp,
    document: &UserDocument,
    password: Decision<String>,
) -> Result<Result<bool, (&'static str, String)>, Failure> {
    let current = users::by_username(transaction, &document.username).await?;
    if current
        .as_ref()
        .and_then(|user| user.password_hash.as_ref())
        != password.seen.as_ref()
    {
        return Err(Failure::Raced);
    }
    if let Some(email) = &document.email
        && let Some(other) = users::by_email(transaction, email).await?
        && current.as_ref().is_none_or(|user| user.id != other.id)
    {
        return Ok(Err((
            "email",
            format!("is the mail address of {}", other.username),
        )));
    }
    let changed = match &current {
        None => {
            let user = wanted(document, &password, new_user(document, now));
            users::insert(transaction, &user).await?;
            remember_password(transaction, &user.id, &password).await?;
            true
        }
        Some(current) if current.auth_source != LOCAL => {
            return Ok(Err((
                "username",
                format!("belongs to {}", current.auth_source),
            )));
        }
        Some(current) => change_user(transaction, now, document, &password, current).await?,
    };
    Ok(Ok(changed))
}

async fn change_user(
    transaction: &mut Transaction,
    now: Timestamp,
    document: &UserDocument,
    password: &Decision<String>,
    current: &User,
) -> Result<bool, Failure> {
    let mut user = wanted(document, password, current.clone());
    if user == *current {
        return Ok(false);
    }
    user.updated_at = document.updated_at.unwrap_or(now);
    users::update(transaction, &user).await?;
    remember_password(transaction, &user.id, password).await?;
    let switched_off = current.active && !user.active;
    if switched_off || password.replacement.is_some() {
        sign_out_everywhere(transaction, &user.id, now).await?;
    }
    Ok(true)
}

fn new_user(document: &UserDocument, now: Timestamp) -> User {
    NewUser {
        username: document.username.clone(),
        password_hash: None,
        email: None,
        role: Role::User,
        claims: document.claims.clone(),
    }
    .into_user(now)
}

/// `user` as the document wants it.
fn wanted(document: &UserDocument, password: &Decision<String>, user: User) -> User {
    User {
        username: document.username.clone(),
        email: document.email.clone(),
        email_verified: document.email_verified,
        password_hash: password.replacement.clone().or(user.password_hash),
        role: document.role.unwrap_or(user.role),
        active: document.active.unwrap_or(user.active),
        claims: document.claims.clone(),
        updated_at: document.updated_at.unwrap_or(user.updated_at),
        ..user
    }
}

/// Adds or changes one client. Gives whether something changed.
async fn put_client(
    transaction: &mut Transaction,
    now: Timestamp,
    id: &ClientId,
    document: &ClientDocument,
    secret: Decision<SecretHash>,
) -> Result<bool, Failure> {
    let current = clients::by_id(transaction, id).await?;
    let stored = current.as_ref().and_then(|client| client.secret.as_ref());
    if stored.map(SecretHash::to_stored) != secret.seen {
        return Err(Failure::Raced);
    }
    let Some(current) = current else {
        let new = NewClient {
            id: Some(id.clone()),
            secret: secret.replacement.clone(),
            status: document.status.unwrap_or(ClientStatus::Active),
            ..NewClient::active(document.metadata.clone())
        };
        let (client, _) = new.into_client(now);
        clients::insert(transaction, &client).await?;
        remember_secret(transaction, id, &secret).await?;
        return Ok(true);
    };
    let status = document.status.unwrap_or(current.status);
    let loses_secret = document.secret.is_none() && current.secret.is_some();
    if current.metadata == document.metadata
        && current.status == status
        && secret.replacement.is_none()
        && !loses_secret
    {
        return Ok(false);
    }
    let switched_off = current.is_active() && status == ClientStatus::Inactive;
    let client = Client {
        secret: secret
            .replacement
            .clone()
            .or(current.secret)
            .filter(|_| document.secret.is_some()),
        metadata: document.metadata.clone(),
        status,
        updated_at: now,
        ..current
    };
    clients::update(transaction, &client).await?;
    remember_secret(transaction, id, &secret).await?;
    if switched_off {
        end_all(transaction, id, now).await?;
    }
    Ok(true)
}

/// Notes the hash that was put in place: if it came from the file, it is known there
/// next time, whatever has replaced it by then.
async fn remember_password(
    transaction: &mut Transaction,
    id: &UserId,
    password: &Decision<String>,
) -> Result<(), StoreError> {
    remember(transaction, &user_key(id), password.replacement.as_deref()).await
}

async fn remember_secret(
    transaction: &mut Transaction,
    id: &ClientId,
    secret: &Decision<SecretHash>,
) -> Result<(), StoreError> {
    let stored = secret.replacement.as_ref().map(SecretHash::to_stored);
    remember(transaction, &client_key(id), stored.as_deref()).await
}

async fn remember(
    transaction: &mut Transaction,
    key: &str,
    put_in_place: Option<&str>,
) -> Result<(), StoreError> {
    match put_in_place {
        Some(text) => {
            seeded_credentials::set(transaction, key, &PlainToken::presented(text).hash()).await
        }
        None => Ok(()),
    }
}

fn user_key(id: &UserId) -> String {
    format!("user:{id}")
}

fn client_key(id: &ClientId) -> String {
    format!("client:{id}")
}
