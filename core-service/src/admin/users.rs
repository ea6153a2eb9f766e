//! People: made, listed, changed, given a new password, switched off and on, removed.

use authgate_proto::v1;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    LOOKED_AT_TO, page_size, refused, search_text,
    user_values::{check, check_email, check_name, check_username, generate_password},
};
use crate::{
    Actor, Core, Ctx,
    audit::{Event, EventType, Resource},
    domain::{
        id::UserId,
        password::weakness,
        time::Timestamp,
        user::{Role, User},
    },
    error::Error,
    store::{
        Column, Cursor, Executor, StoreError, Transaction, grants, lock, sessions, totals, users,
    },
};

/// The identity source of accounts that are kept here.
pub(crate) const LOCAL: &str = "local";

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
        other => parse_role(other)?,
    };
    let (password, generated_password) = given_or_generated(&password, &[&username, &email])?;
    let user = NewUser {
        username,
        password_hash: Some(core.passwords.hash(&password).await?),
        email: Some(email).filter(|email| !email.is_empty()),
        role,
        claims: claims_of(name),
    }
    .into_user(ctx.now);

    let mut transaction = core.store.begin().await?;
    users::insert(&mut transaction, &user)
        .await
        .map_err(taken)?;
    transaction.commit().await?;
    let event = Event::new(EventType::UserCreated, "created a user")
        .about(Resource::user(&user))
        .with("role", role.as_str());
    core.audit.record(ctx, event);
    Ok(v1::CreateUserResponse {
        user: Some(admin_user(&user)),
        generated_password,
    })
}

/// One person, with how much hangs on the account.
///
/// # Errors
/// `NotFound`.
pub(crate) async fn get(
    core: &Core,
    ctx: &Ctx,
    request: v1::UserRequest,
) -> Result<v1::AdminUser, Error> {
    let mut connection = core.store.read().await?;
    let user = named(&mut connection, &request.username, &request.user_id).await?;
    let [sign_ins, grants, consents, apps] =
        totals::of_user(&mut connection, &user.id, ctx.now, LOOKED_AT_TO).await?;
    Ok(v1::AdminUser {
        sign_ins,
        grants,
        consents,
        connections: identities(&user).len() as u64,
        apps,
        ..admin_user(&user)
    })
}

/// A page of people, ordered by user name.
///
/// # Errors
/// `Invalid` for a role or status that there is not, or a page token of another list.
pub(crate) async fn list(
    core: &Core,
    _: &Ctx,
    request: v1::ListUsersRequest,
) -> Result<v1::ListUsersResponse, Error> {
    let v1::ListUsersRequest {
        page_size: asked,
        page_token,
        search,
        role,
        auth_source,
        status,
    } = request;
    let filter = users::Filter {
        search: search_text(search)?,
        role: match role.as_str() {
            "" => None,
            other => Some(parse_role(other)?),
        },
        auth_source: Some(auth_source).filter(|source| !source.is_empty()),
        active: match status.as_str() {
            "" => None,
            "active" => Some(true),
            "disabled" => Some(false),
            _ => {
                return Err(Error::Invalid(
                    "status: must be one of: active, disabled".to_owned(),
                ));
            }
        },
    };
    let cursor = Cursor::parse(&page_token)?;
    let mut connection = core.store.read().await?;
    let page = users::list(&mut connection, &filter, &cursor, page_size(asked)).await?;
    Ok(v1::ListUsersResponse {
        users: page.items.iter().map(admin_user).collect(),
        next_page_token: page.next,
        previous_page_token: page.previous,
        auth_sources: users::auth_sources(&mut connection).await?,
    })
}

/// Changes a person's name, mail address and role. A new address is not proven.
///
/// # Errors
/// `NotFound`; `Invalid` values; `Exists` when somebody has the address; `Outdated`;
/// `Precondition` for one's own role and the last admin's.
pub(crate) async fn update(
    core: &Core,
    ctx: &Ctx,
    request: v1::UpdateUserRequest,
) -> Result<v1::AdminUser, Error> {
    let about = Resource::new("USER", &request.user_id, "");
    let role = request.role.clone();
    let result = update_unless_guarded(core, ctx, request).await;
    refused(core, ctx, result, || {
        Event::new(EventType::UserRoleChanged, "changed a user's role")
            .about(about)
            .with("to", role)
    })
}

async fn update_unless_guarded(
    core: &Core,
    ctx: &Ctx,
    request: v1::UpdateUserRequest,
) -> Result<v1::AdminUser, Error> {
    let v1::UpdateUserRequest {
        user_id,
        name,
        email,
        role,
        updated_at,
    } = request;
    check("name", check_name(&name))?;
    if !email.is_empty() {
        check("email", check_email(&email))?;
    }
    let role = parse_role(&role)?;
    let mut transaction = core.store.begin().await?;
    users::lock_admins(&mut transaction).await?;
    lock::user(&mut transaction, &UserId::from(user_id.as_str())).await?;
    let mut user = named(&mut transaction, "", &user_id).await?;
    if updated_at != 0 && updated_at != user.updated_at.0 {
        return Err(Error::Outdated);
    }
    let before = user.clone();
    user.role = role;
    user.set_name(&name);
    user.set_email(&email);
    if user == before {
        return Ok(admin_user(&user));
    }
    // Later than before in any case, so that two forms of one instant don't pass for one.
    user.updated_at = ctx.now.max(Timestamp(before.updated_at.0 + 1));
    if user.role != before.role {
        not_oneself(ctx, &user, "your own role")?;
    }
    users::update(&mut transaction, &user)
        .await
        .map_err(taken)?;
    if user.role != before.role {
        somebody_administers(&mut transaction).await?;
        let event = Event::new(EventType::UserRoleChanged, "changed a user's role")
            .about(Resource::user(&user))
            .with("from", before.role.as_str())
            .with("to", user.role.as_str());
        core.audit.record_in(&mut transaction, ctx, event).await?;
    }
    transaction.commit().await?;
    let mut changed = Vec::new();
    if user.name() != before.name() {
        changed.push("name");
    }
    if user.email != before.email {
        changed.push("email");
    }
    if !changed.is_empty() {
        let event = Event::new(EventType::UserUpdated, "changed a user")
            .about(Resource::user(&user))
            .with("changed", changed);
        core.audit.record(ctx, event);
    }
    Ok(admin_user(&user))
}

/// Sets a person's password and ends all that was signed in with the old one. An
/// empty password is made up and answered.
///
/// # Errors
/// `NotFound`; `Invalid` for one that is easily guessed; `Precondition` when the password
/// is kept by another identity source; `Outdated`.
pub(crate) async fn set_password(
    core: &Core,
    ctx: &Ctx,
    request: v1::SetPasswordRequest,
) -> Result<v1::SetPasswordResponse, Error> {
    let v1::SetPasswordRequest {
        username,
        password,
        user_id,
        updated_at,
    } = request;
    let user = named(&mut core.store.read().await?, &username, &user_id).await?;
    if user.auth_source != LOCAL {
        let source = user.auth_source;
        return Err(Error::Precondition(format!(
            "the password is kept by {source}, not here"
        )));
    }
    let own = [&*user.username, user.email.as_deref().unwrap_or_default()];
    let (password, generated_password) = given_or_generated(&password, &own)?;
    let hash = core.passwords.hash(&password).await?;

    let mut transaction = core.store.begin().await?;
    lock::user(&mut transaction, &user.id).await?;
    let user = named(&mut transaction, "", user.id.as_str()).await?;
    if updated_at != 0 && updated_at != user.updated_at.0 {
        return Err(Error::Outdated);
    }
    let changed_at = ctx.now.max(Timestamp(user.updated_at.0 + 1));
    users::set_password_hash(&mut transaction, &user.id, &hash, changed_at).await?;
    sign_out_everywhere(&mut transaction, &user.id, ctx.now).await?;
    let event = Event::new(EventType::UserPasswordReset, "set a user's password")
        .about(Resource::user(&user));
    core.audit.record_in(&mut transaction, ctx, event).await?;
    transaction.commit().await?;
    Ok(v1::SetPasswordResponse { generated_password })
}

/// Switches a person off: no sign-in, and every session and token ends.
///
/// # Errors
/// `NotFound`; `Precondition` for oneself, and for the last admin, because nobody could
/// undo it.
pub(crate) async fn disable(
    core: &Core,
    ctx: &Ctx,
    request: v1::UserRequest,
) -> Result<v1::AdminUser, Error> {
    let about = Resource::new("USER", &request.user_id, request.username.clone());
    let result = disable_unless_guarded(core, ctx, request).await;
    refused(core, ctx, result, || {
        Event::new(EventType::UserDisabled, "switched a user off").about(about)
    })
}

async fn disable_unless_guarded(
    core: &Core,
    ctx: &Ctx,
    request: v1::UserRequest,
) -> Result<v1::AdminUser, Error> {
    let mut transaction = core.store.begin().await?;
    users::lock_admins(&mut transaction).await?;
    let mut user = named(&mut transaction, &request.username, &request.user_id).await?;
    not_oneself(ctx, &user, "yourself")?;
    if user.active {
        user.active = false;
        user.updated_at = ctx.now.max(Timestamp(user.updated_at.0 + 1));
        users::update(&mut transaction, &user).await?;
        if user.role == Role::Admin {
            somebody_administers(&mut transaction).await?;
        }
        sign_out_everywhere(&mut transaction, &user.id, ctx.now).await?;
        let event =
            Event::new(EventType::UserDisabled, "switched a user off").about(Resource::user(&user));
        core.audit.record_in(&mut transaction, ctx, event).await?;
        transaction.commit().await?;
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
    let mut transaction = core.store.begin().await?;
    let mut user = named(&mut transaction, &request.username, &request.user_id).await?;
    if !user.active {
        user.active = true;
        user.updated_at = ctx.now.max(Timestamp(user.updated_at.0 + 1));
        users::update(&mut transaction, &user).await?;
        let event =
            Event::new(EventType::UserEnabled, "switched a user on").about(Resource::user(&user));
        core.audit.record_in(&mut transaction, ctx, event).await?;
        transaction.commit().await?;
    }
    Ok(admin_user(&user))
}

/// Removes a person with sessions, consents, grants and tokens. Clients that the person
/// registered stay, without an owner.
///
/// # Errors
/// `NotFound`; `Precondition` for oneself and for the last admin.
pub(crate) async fn delete(
    core: &Core,
    ctx: &Ctx,
    request: v1::UserRequest,
) -> Result<v1::DeleteUserResponse, Error> {
    let about = Resource::new("USER", &request.user_id, request.username.clone());
    let result = delete_unless_guarded(core, ctx, request).await;
    refused(core, ctx, result, || {
        Event::new(EventType::UserDeleted, "deleted a user").about(about)
    })
}

async fn delete_unless_guarded(
    core: &Core,
    ctx: &Ctx,
    request: v1::UserRequest,
) -> Result<v1::DeleteUserResponse, Error> {
    let mut transaction = core.store.begin().await?;
    users::lock_admins(&mut transaction).await?;
    let user = named(&mut transaction, &request.username, &request.user_id).await?;
    not_oneself(ctx, &user, "yourself")?;
    users::delete(&mut transaction, &user.id).await?;
    if user.role == Role::Admin && user.active {
        somebody_administers(&mut transaction).await?;
    }
    let event = Event::new(EventType::UserDeleted, "deleted a user").about(Resource::user(&user));
    core.audit.record_in(&mut transaction, ctx, event).await?;
    transaction.commit().await?;
    Ok(v1::DeleteUserResponse {})
}

/// Ends everything that acts for a person, who has to sign in again everywhere.
///
/// # Errors
/// `NotFound`.
pub(crate) async fn revoke_all(
    core: &Core,
    ctx: &Ctx,
    request: v1::UserRequest,
) -> Result<v1::RevokedResponse, Error> {
    let mut transaction = core.store.begin().await?;
    let user = named(&mut transaction, &request.username, &request.user_id).await?;
    let (sign_ins, grants) = sign_out_everywhere(&mut transaction, &user.id, ctx.now).await?;
    let event = Event::new(
        EventType::UserTokensRevokedAll,
        "signed a user out everywhere",
    )
    .about(Resource::user(&user))
    .with("grants", grants)
    .with("sign_ins", sign_ins);
    core.audit.record_in(&mut transaction, ctx, event).await?;
    transaction.commit().await?;
    Ok(v1::RevokedResponse {
        grants,
        sign_ins,
        ..v1::RevokedResponse::default()
    })
}

/// The identities that an account is linked to.
///
/// # Errors
/// `NotFound`.
pub(crate) async fn connections(
    core: &Core,
    _: &Ctx,
    request: v1::UserRequest,
) -> Result<v1::ListUserConnectionsResponse, Error> {
    let mut connection = core.store.read().await?;
    let user = named(&mut connection, &request.username, &request.user_id).await?;
    Ok(v1::ListUserConnectionsResponse {
        identities: identities(&user),
    })
}

/// Nobody takes the own account away.
fn not_oneself(ctx: &Ctx, user: &User, what: &str) -> Result<(), Error> {
    match &ctx.actor {
        Actor::User { id, .. } if *id == user.id => Err(Error::Precondition(format!(
            "you can't change {what}: another admin can"
        ))),
        _ => Ok(()),
    }
}

/// Checks, after a change, that somebody is left who could undo it.
async fn somebody_administers(transaction: &mut Transaction) -> Result<(), Error> {
    if users::count_active_admins(transaction).await? == 0 {
        return Err(Error::Precondition(
            "this is the last admin: make another one first".to_owned(),
        ));
    }
    Ok(())
}

/// Ends a person's sessions and grants, and with them every token. Gives how many there
/// were of each.
pub(crate) async fn sign_out_everywhere(
    transaction: &mut Transaction,
    user: &UserId,
    now: Timestamp,
) -> Result<(u64, u64), StoreError> {
    let sessions = sessions::revoke_of_user(transaction, user, now).await?;
    let grants = grants::revoke_of_user(transaction, user, now).await?;
    Ok((sessions, grants))
}

/// The password to set for somebody of the names `own`, and the one to answer: only what
/// the caller does not know.
fn given_or_generated(given: &str, own: &[&str]) -> Result<(SecretString, String), Error> {
    if given.is_empty() {
        let generated = generate_password();
        let told = generated.expose_secret().to_owned();
        return Ok((generated, told));
    }
    check(
        "password",
        weakness(given, own).map_or(Ok(()), |weakness| Err(weakness.as_str())),
    )?;
    Ok((SecretString::from(given), String::new()))
}

fn parse_role(name: &str) -> Result<Role, Error> {
    Role::parse(name).ok_or_else(|| Error::Invalid("role: must be one of: user, admin".to_owned()))
}

fn claims_of(name: String) -> Map<String, Value> {
    let mut claims = Map::new();
    if !name.is_empty() {
        claims.insert("name".to_owned(), name.into());
    }
    claims
}

/// The person of that name, or of that id.
///
/// # Errors
/// `NotFound`; `Invalid` when neither or both are given.
pub(crate) async fn named(
    executor: &mut impl Executor,
    username: &str,
    user_id: &str,
) -> Result<User, Error> {
    let user = match (username, user_id) {
        (username, "") if !username.is_empty() => users::by_username(executor, username).await?,
        ("", user_id) if !user_id.is_empty() => {
            users::by_id(executor, &UserId::from(user_id)).await?
        }
        _ => {
            return Err(Error::Invalid(
                "name the user by either username or user_id".to_owned(),
            ));
        }
    };
    user.ok_or(Error::NotFound("there is no such user"))
}

pub(crate) fn taken(error: StoreError) -> Error {
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
        updated_at: user.updated_at.0,
        email_verified: user.email_verified,
        auth_source: user.auth_source.clone(),
        ..v1::AdminUser::default()
    }
}

/// Where a person's account comes from.
pub(crate) fn identities(user: &User) -> Vec<v1::Identity> {
    vec![v1::Identity {
        source: user.auth_source.clone(),
        external_id: user.external_id.clone().unwrap_or_default(),
        linked_at: user.created_at.0,
    }]
}
