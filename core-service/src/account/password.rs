//! Changing the own password.

use authgate_proto::{
    error::{ErrorCode, OAuthError},
    v1::{self, PasswordRefusal},
};
use secrecy::{ExposeSecret, SecretString};

use super::{
    is_local,
    session::{self, Proof, SignedIn},
    throttle::Standing,
};
use crate::{
    Core, Ctx,
    audit::{Event, EventType, Resource},
    domain::{
        password::{Weakness, weakness},
        user::User,
    },
    error::Error,
    store::{grants, lock, sessions, users},
};

/// RFC 8176: by password.
const AMR: &str = "pwd";

/// Sets another password, when the current one is right. Everything that was signed in
/// with it ends: all grants, all other browsers; this one goes on with a new cookie.
///
/// # Errors
/// `Precondition` when the person has no password here; `rate_limit_exceeded` after too
/// many wrong ones; `Outdated` when it was changed meanwhile.
pub(crate) async fn change(
    core: &Core,
    ctx: &Ctx,
    person: &SignedIn,
    request: v1::ChangePasswordRequest,
) -> Result<v1::ChangePasswordResponse, Error> {
    let v1::ChangePasswordRequest {
        current_password,
        new_password,
    } = request;
    let current = SecretString::from(current_password);
    let new = SecretString::from(new_password);
    let user = &person.user;
    let Some(stored) = user.password_hash.as_deref().filter(|_| is_local(user)) else {
        return Err(Error::Precondition(
            "your password is not kept here".to_owned(),
        ));
    };
    if let Some(refusal) = lacks(user, &new) {
        return Ok(refused(refusal));
    }
    if !is_current(core, ctx, user, stored, &current).await? {
        let event = Event::new(EventType::UserPasswordChanged, "changed the own password")
            .about(Resource::user(user))
            .failed("the current password was wrong");
        core.audit.record(ctx, event);
        return Ok(refused(PasswordRefusal::WrongCurrent));
    }
    if current.expose_secret() == new.expose_secret() {
        return Ok(refused(PasswordRefusal::TooEasy));
    }
    let hash = core.passwords.hash(&new).await?;
    let cookie = set(core, ctx, person, stored, &hash).await?;
    Ok(v1::ChangePasswordResponse {
        refusal: PasswordRefusal::Unspecified.into(),
        cookie: Some(cookie),
    })
}

/// What `new` lacks to be a password of `user`; none: nothing.
fn lacks(user: &User, new: &SecretString) -> Option<PasswordRefusal> {
    let own = [&user.username, user.email.as_deref().unwrap_or_default()];
    Some(match weakness(new.expose_secret(), &own)? {
        Weakness::TooLong => PasswordRefusal::TooLong,
        Weakness::TooShort => PasswordRefusal::TooShort,
        Weakness::TooEasy => PasswordRefusal::TooEasy,
    })
}

/// Whether `current` is the password behind `stored`. Wrong ones count as at sign-in:
/// whoever finds a browser signed in must not guess faster than others.
async fn is_current(
    core: &Core,
    ctx: &Ctx,
    user: &User,
    stored: &str,
    current: &SecretString,
) -> Result<bool, Error> {
    let guard = core.throttle.sign_in(ctx, &user.username);
    may_try(&guard.standing(&core.store, ctx.now).await?)?;
    let verified = core.passwords.verify(current, Some(stored)).await?;
    // Whatever the outcome: guesses made at once must not outrun the count.
    let standing = guard.standing(&core.store, ctx.now).await?;
    may_try(&standing)?;
    if verified.matches {
        guard.succeeded(&core.store, &standing).await?;
    } else {
        guard.failed(&core.store, ctx.now).await?;
    }
    Ok(verified.matches)
}

fn may_try(standing: &Standing) -> Result<(), Error> {
    let Some(seconds) = standing.retry_after else {
        return Ok(());
    };
    let description = format!("too many wrong passwords: try again in {seconds} seconds");
    Err(OAuthError::new(ErrorCode::RateLimitExceeded, description)
        .retry_after(seconds)
        .into())
}

/// Replaces the hash `old` and ends what was signed in with it. Gives the browser's new cookie.
async fn set(
    core: &Core,
    ctx: &Ctx,
    person: &SignedIn,
    old: &str,
    new: &str,
) -> Result<v1::SessionCookie, Error> {
    let SignedIn { session, user } = person;
    let mut transaction = core.store.begin().await?;
    lock::user(&mut transaction, &user.id).await?;
    let now = users::by_id(&mut transaction, &user.id).await?;
    let unchanged = now.is_some_and(|user| user.password_hash.as_deref() == Some(old));
    if !unchanged {
        return Err(Error::Outdated);
    }
    users::set_password_hash(&mut transaction, &user.id, new, ctx.now).await?;
    let sign_ins = sessions::revoke_of_user(&mut transaction, &user.id, ctx.now).await?;
    let grants = grants::revoke_of_user(&mut transaction, &user.id, ctx.now).await?;
    let proof = Proof {
        user,
        amr: AMR,
        remember: session.remembered,
    };
    let (_, cookie) = session::open_in(&mut transaction, core, ctx, proof).await?;
    let event = Event::new(EventType::UserPasswordChanged, "changed the own password")
        .about(Resource::user(user))
        // This one goes on.
        .with("sign_ins", sign_ins.saturating_sub(1))
        .with("grants", grants);
    core.audit.record_in(&mut transaction, ctx, event).await?;
    transaction.commit().await?;
    Ok(cookie)
}

fn refused(refusal: PasswordRefusal) -> v1::ChangePasswordResponse {
    v1::ChangePasswordResponse {
        refusal: refusal.into(),
        cookie: None,
    }
}
