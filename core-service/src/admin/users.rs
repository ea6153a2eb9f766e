//! People: made, listed, given a new password, switched off and on.

use authgate_proto::v1;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{page_of, page_size};
use crate::{
    Core, Ctx,
    domain::{
        document::is_deceptive,
        id::UserId,
        random::fill_random,
        time::Timestamp,
        user::{Role, User},
    },
    error::Error,
    identity::password::MAX_PASSWORD_BYTES,
    store::{Column, Executor, StoreError, Transaction, grants, sessions, users},
};

/// Characters of a user name.
pub(crate) const MAX_USERNAME: usize = 255;
/// Characters of a mail address (RFC 5321 section 4.5.3.1.3, without the brackets).
pub(crate) const MAX_EMAIL: usize = 254;
/// The identity source of accounts that are kept here.
pub(crate) const LOCAL: &str = "local";

const GENERATED_PASSWORD_LENGTH: usize = 16;
/// Letters and digits that are not taken for one another.
const PASSWORD_ALPHABET: &[u8; 55] = b"abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// A person to be added.
pub(crate) struct NewUser {
    /// What is typed at sign-in.
    pub(crate) username: String,
    /// What is stored of the password; none: no sign-in by password.
    pub(crate) password_hash: Option<String>,
    /// Mail address.
    pub(crate) email: Option<String>,
    /// What the person may administer.
    pub(crate) role: Role,
    /// Further standard claims.
    pub(crate) claims: Map<String, Value>,
}

impl NewUser {
    /// The record of the new person: active, kept here, with a `sub` of its own.
    pub(crate) fn into_user(self, now: Timestamp) -> User {
        User {
            id: UserId::from(Uuid::new_v4().to_string()),
            username: self.username,
            email: self.email,
            email_verified: false,
            password_hash: self.password_hash,
            role: self.role,
            active: true,
            claims: self.claims,
            auth_source: LOCAL.to_owned(),
            external_id: None,
            created_at: now,
            updated_at: now,
        }
    }
}

/// Adds a person. An empty password is made up and answered.
///
/// # Errors
/// `Invalid` values; `Exists` when somebody has the name or the address.
pub(crate) async fn create(
    core: &Core,
    ctx: &Ctx,
    request: v1::CreateUserRequest,
) -> Result<v1::CreateUserResponse, Error> {
    let v1::CreateUserRequest {
        username,
        password,
        email,
        name,
        role,
    } = request;
    check("username", check_username(&username))?;
    if !email.is_empty() {
        check("email", check_email(&email))?;
    }
    check("name", check_name(&name))?;
    let role = match role.as_str() {
        "" => Role::User,
        other => Role::parse(other)
            .ok_or_else(|| Error::Invalid("role: must be one of: user, admin".to_owned()))?,
    };
    let (password, generated_password) = given_or_generated(&password)?;
    let user = NewUser {
        username,
        password_hash: Some(core.passwords.hash(&password).await?),
        email: Some(email).filter(|email| !email.is_empty()),
        role,
        claims: named(name),
    }
    .into_user(ctx.now);

    let mut transaction = core.store.begin().await?;
    users::insert(&mut transaction, &user)
        .await
        .map_err(taken)?;
    transaction.commit().await?;
    tracing::info!(request_id = ctx.request_id, user_id = %user.id, role = role.as_str(), "user created");
    Ok(v1::CreateUserResponse {
        user: Some(admin_user(&user)),
        generated_password,
    })
}

/// A page of all people, ordered by user name.
///
/// # Errors
/// Faults only.
pub(crate) async fn list(
    core: &Core,
    _: &Ctx,
    request: v1::ListUsersRequest,
) -> Result<v1::ListUsersResponse, Error> {
    let v1::ListUsersRequest {
        page_size: asked,
        page_token,
        ..
    } = request;
    let size = page_size(asked);
    let after = Some(page_token.as_str()).filter(|token| !token.is_empty());
    let mut connection = core.store.read().await?;
    let found = users::list(&mut connection, after, size + 1).await?;
    let (page, next_page_token) = page_of(found, size, |user| User::key(&user.username));
    Ok(v1::ListUsersResponse {
        users: page.iter().map(admin_user).collect(),
        next_page_token,
        ..v1::ListUsersResponse::default()
    })
}

/// Sets a person's password and ends all that was signed in with the old one. An
/// empty password is made up and answered.
///
/// # Errors
/// `NotFound`; `Invalid` when the password is kept by another identity source.
pub(crate) async fn set_password(
    core: &Core,
    ctx: &Ctx,
    request: v1::SetPasswordRequest,
) -> Result<v1::SetPasswordResponse, Error> {
    let v1::SetPasswordRequest {
        username, password, ..
    } = request;
    let (password, generated_password) = given_or_generated(&password)?;
    let hash = core.passwords.hash(&password).await?;

    let mut transaction = core.store.begin().await?;
    let user = of_name(&mut transaction, &username).await?;
    if user.auth_source != LOCAL {
        let source = user.auth_source;
        return Err(Error::Invalid(format!(
            "the password is kept by {source}, not here"
        )));
    }
    users::set_password_hash(&mut transaction, &user.id, &hash, ctx.now).await?;
    sign_out_everywhere(&mut transaction, &user.id, ctx.now).await?;
    transaction.commit().await?;
    tracing::info!(request_id = ctx.request_id, user_id = %user.id, "password set");
    Ok(v1::SetPasswordResponse { generated_password })
}

/// Switches a person off: no sign-in, and every session and token ends.
///
/// # Errors
/// `NotFound`; `Invalid` for the last admin, because nobody could undo it.
pub(crate) async fn disable(
    core: &Core,
    ctx: &Ctx,
    request: v1::UserRequest,
) -> Result<v1::AdminUser, Error> {
    let v1::UserRequest { username, .. } = request;
    let mut transaction = core.store.begin().await?;
    users::lock_admins(&mut transaction).await?;
    let mut user = of_name(&mut transaction, &username).await?;
    if user.active {
        user.active = false;
        user.updated_at = ctx.now;
        users::update(&mut transaction, &user).await?;
        if user.role == Role::Admin && users::count_active_admins(&mut transaction).await? == 0 {
            return Err(Error::Invalid(
                "this is the last admin: make another one first".to_owned(),
            ));
        }
        sign_out_everywhere(&mut transaction, &user.id, ctx.now).await?;
        transaction.commit().await?;
        tracing::info!(request_id = ctx.request_id, user_id = %user.id, "user disabled");
    }
    Ok(admin_user(&user))
}

/// Switches a person on again. What ended stays ended.
///
/// # Errors
/// `NotFound`.
pub(crate) async fn enable(
    core: &Core,
    ctx: &Ctx,
    request: v1::UserRequest,
) -> Result<v1::AdminUser, Error> {
    let v1::UserRequest { username, .. } = request;
    let mut transaction = core.store.begin().await?;
    let mut user = of_name(&mut transaction, &username).await?;
    if !user.active {
        user.active = true;
        user.updated_at = ctx.now;
        users::update(&mut transaction, &user).await?;
        transaction.commit().await?;
        tracing::info!(request_id = ctx.request_id, user_id = %user.id, "user enabled");
    }
    Ok(admin_user(&user))
}

/// Ends a person's sessions and grants, and with them every token.
pub(crate) async fn sign_out_everywhere(
    transaction: &mut Transaction,
    user: &UserId,
    now: Timestamp,
) -> Result<(), StoreError> {
    sessions::revoke_of_user(transaction, user, now).await?;
    grants::revoke_of_user(transaction, user, now).await?;
    Ok(())
}

/// Whether `username` may be one: 1 to 255 characters, none of them invisible,
/// and no space around it, where nobody would see it.
pub(crate) fn check_username(username: &str) -> Result<(), &'static str> {
    if !(1..=MAX_USERNAME).contains(&username.chars().count()) {
        return Err("must have 1 to 255 characters");
    }
    if username.trim() != username {
        return Err("must not begin or end with a space");
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

fn check(field: &str, result: Result<(), &'static str>) -> Result<(), Error> {
    result.map_err(|reason| Error::Invalid(format!("{field}: {reason}")))
}

/// The password to set, and the one to answer: only what the caller does not know.
fn given_or_generated(given: &str) -> Result<(SecretString, String), Error> {
    if given.is_empty() {
        let generated = generate_password();
        let told = generated.expose_secret().to_owned();
        return Ok((generated, told));
    }
    if given.len() > MAX_PASSWORD_BYTES {
        return Err(Error::Invalid(format!(
            "password: has more than {MAX_PASSWORD_BYTES} bytes"
        )));
    }
    Ok((SecretString::from(given), String::new()))
}

fn named(name: String) -> Map<String, Value> {
    let mut claims = Map::new();
    if !name.is_empty() {
        claims.insert("name".to_owned(), name.into());
    }
    claims
}

async fn of_name(executor: &mut impl Executor, username: &str) -> Result<User, Error> {
    let user = users::by_username(executor, username).await?;
    user.ok_or(Error::NotFound("there is no user of this name"))
}

fn taken(error: StoreError) -> Error {
    match error {
        StoreError::Conflict(Column::Username) => {
            Error::Exists("there is a user of this name already".to_owned())
        }
        StoreError::Conflict(Column::Email) => {
            Error::Exists("there is a user with this mail address already".to_owned())
        }
        other => other.into(),
    }
}

fn admin_user(user: &User) -> v1::AdminUser {
    v1::AdminUser {
        user_id: user.id.to_string(),
        username: user.username.clone(),
        email: user.email.clone().unwrap_or_default(),
        name: user.name().unwrap_or_default().to_owned(),
        role: user.role.as_str().to_owned(),
        active: user.active,
        created_at: user.created_at.0,
        ..v1::AdminUser::default()
    }
}

pub(crate) async fn get(_: &Core, _: &Ctx, _: v1::UserRequest) -> Result<v1::AdminUser, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}

pub(crate) async fn update(
    _: &Core,
    _: &Ctx,
    _: v1::UpdateUserRequest,
) -> Result<v1::AdminUser, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}

pub(crate) async fn delete(
    _: &Core,
    _: &Ctx,
    _: v1::UserRequest,
) -> Result<v1::DeleteUserResponse, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}

pub(crate) async fn revoke_all(
    _: &Core,
    _: &Ctx,
    _: v1::UserRequest,
) -> Result<v1::RevokedResponse, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}

pub(crate) async fn connections(
    _: &Core,
    _: &Ctx,
    _: v1::UserRequest,
) -> Result<v1::ListUserConnectionsResponse, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}

#[cfg(test)]
mod tests {
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
