//! Name and address of a person, and where the account comes from.

use authgate_proto::v1;

use super::{changed_at, is_local, session::SignedIn};
use crate::{
    Core, Ctx,
    admin::{
        user_values::{check_email, check_name},
        users::identities,
    },
    audit::{Event, EventType, Resource},
    domain::user::User,
    error::Error,
    store::{Column, StoreError, lock, users},
};

/// The person's profile.
///
/// # Errors
/// None of its own.
pub(crate) async fn get(
    _: &Core,
    _: &Ctx,
    person: &SignedIn,
    v1::GetProfileRequest {}: v1::GetProfileRequest,
) -> Result<v1::Profile, Error> {
    Ok(shown(&person.user))
}

/// Changes the person's name and address; empty ones are taken away. A new address is one
/// that nobody has proved to own.
///
/// # Errors
/// `Precondition` when another identity source keeps them; `Invalid` values; `Outdated`;
/// `Exists` when somebody else has the address.
pub(crate) async fn update(
    core: &Core,
    ctx: &Ctx,
    person: &SignedIn,
    request: v1::UpdateProfileRequest,
) -> Result<v1::Profile, Error> {
    let v1::UpdateProfileRequest {
        name,
        email,
        updated_at,
    } = request;
    let (name, email) = (name.trim(), email.trim());
    let invalid = |field| move |reason| Error::Invalid(format!("{field}: {reason}"));
    check_name(name).map_err(invalid("name"))?;
    if !email.is_empty() {
        check_email(email).map_err(invalid("email"))?;
    }

    let mut transaction = core.store.begin().await?;
    lock::user(&mut transaction, &person.user.id).await?;
    let before = users::by_id(&mut transaction, &person.user.id).await?;
    let before = before.ok_or(Error::NotSignedIn)?;
    if !is_local(&before) {
        return Err(Error::Precondition(format!(
            "name and address are kept by {}, not here",
            before.auth_source
        )));
    }
    if before.updated_at.0 != updated_at {
        return Err(Error::Outdated);
    }
    let user = with(&before, name, email);
    let changed = changed(&before, &user);
    if changed.is_empty() {
        transaction.commit().await?;
        return Ok(shown(&before));
    }
    let user = User {
        updated_at: changed_at(ctx.now, before.updated_at),
        ..user
    };
    users::update(&mut transaction, &user)
        .await
        .map_err(taken)?;
    transaction.commit().await?;
    let event = Event::new(EventType::UserUpdated, "changed the own profile")
        .about(Resource::user(&user))
        .with("changed", changed);
    core.audit.record(ctx, event);
    Ok(shown(&user))
}

/// `user` with that name and address.
fn with(user: &User, name: &str, email: &str) -> User {
    let mut user = user.clone();
    if name.is_empty() {
        user.claims.remove("name");
    } else {
        user.claims.insert("name".to_owned(), name.into());
    }
    let email = Some(email.to_owned()).filter(|email| !email.is_empty());
    user.email_verified &= user.email == email;
    user.email = email;
    user
}

/// What the trail names.
fn changed(old: &User, new: &User) -> Vec<&'static str> {
    [
        ("name", old.name() != new.name()),
        ("email", old.email != new.email),
    ]
    .into_iter()
    .filter_map(|(name, changed)| changed.then_some(name))
    .collect()
}

fn taken(error: StoreError) -> Error {
    match error {
        StoreError::Conflict(Column::Email) => {
            Error::Exists("email: somebody else has this mail address".to_owned())
        }
        other => other.into(),
    }
}

fn shown(user: &User) -> v1::Profile {
    v1::Profile {
        user_id: user.id.to_string(),
        username: user.username.clone(),
        name: user.name().unwrap_or_default().to_owned(),
        email: user.email.clone().unwrap_or_default(),
        email_verified: user.email_verified,
        role: user.role.as_str().to_owned(),
        created_at: user.created_at.0,
        updated_at: user.updated_at.0,
        has_password: is_local(user) && user.password_hash.is_some(),
        managed_elsewhere: !is_local(user),
        identities: identities(user),
    }
}
