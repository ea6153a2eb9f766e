//! Accounts kept here: a password, compared with its hash.

use secrecy::SecretString;

use super::Authentication;
use crate::{Core, Ctx, domain::user::User, error::Error, store::users};

/// RFC 8176: by password.
const AMR: &str = "pwd";

/// Whether `password` is the one of `user`; nobody and users without a password
/// take the same work.
pub(super) async fn authenticate(
    core: &Core,
    ctx: &Ctx,
    user: Option<User>,
    password: &SecretString,
) -> Result<Authentication, Error> {
    let stored = user.as_ref().and_then(|user| user.password_hash.as_deref());
    let verified = core.passwords.verify(password, stored).await?;
    let Some(user) = user else {
        return Ok(Authentication::Refused(None));
    };
    if !verified.matches {
        return Ok(Authentication::Refused(Some(Box::new(user))));
    }
    if verified.rehash
        && let Some(old) = &user.password_hash
        && let Err(error) = renew_hash(core, &user, old, password).await
    {
        // The password is right all the same; the next sign-in tries again.
        tracing::warn!(request_id = ctx.request_id, user_id = %user.id, %error, "an old password hash stays");
    }
    Ok(Authentication::Proven {
        user: Box::new(user),
        amr: AMR,
    })
}

/// Replaces an old hash by one of ours, unless the password was changed meanwhile.
async fn renew_hash(
    core: &Core,
    user: &User,
    old: &str,
    password: &SecretString,
) -> Result<(), Error> {
    let new = core.passwords.hash(password).await?;
    let mut transaction = core.store.begin().await?;
    users::renew_password_hash(&mut transaction, &user.id, old, &new).await?;
    transaction.commit().await?;
    Ok(())
}
