//! Sources of identity: who may vouch for a person at sign-in.
//!
//! A person's own source decides; for names that nobody has, the default source
//! does, because it may know people whom we have not met yet. Each source is a
//! file with one function, `authenticate`.

mod local;
pub mod password;

use secrecy::SecretString;

use crate::{Core, Ctx, domain::user::User, error::Error, store::users};

/// Longer names are nobody's.
const MAX_USERNAME_BYTES: usize = 256;

/// Who vouches for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// Accounts kept here, with a password.
    Local,
}

/// What a source says of a name and a password.
pub(crate) enum Authentication {
    /// The person is who they say; whether the account may be used is another question.
    Proven {
        /// Who.
        user: Box<User>,
        /// How (RFC 8176), space-separated.
        amr: &'static str,
    },
    /// Not, and for whom when the name is somebody's: for the log only.
    Refused(Option<Box<User>>),
}

impl Source {
    /// The source of people whom we have not met yet.
    const DEFAULT: Self = Self::Local;

    /// The source of that name; none when it is not set up (any more).
    fn parse(name: &str) -> Option<Self> {
        match name {
            "local" => Some(Self::Local),
            _ => None,
        }
    }
}

/// Asks the source that is responsible for `username` whether `password` proves
/// the person. Takes as long whether the name is somebody's or not.
///
/// # Errors
/// UNAVAILABLE when the database or the source is away or too many wait already.
pub(crate) async fn authenticate(
    core: &Core,
    ctx: &Ctx,
    username: &str,
    password: &SecretString,
) -> Result<Authentication, Error> {
    let user = find(core, username).await?;
    let source = user.as_ref().map_or(Some(Source::DEFAULT), |user| {
        Source::parse(&user.auth_source)
    });
    match source {
        Some(Source::Local) => local::authenticate(core, ctx, user, password).await,
        None => {
            // The same work as for everybody else.
            core.passwords.verify(password, None).await?;
            Ok(Authentication::Refused(user.map(Box::new)))
        }
    }
}

/// The user of that name, in any case. What can't be a name is not looked up:
/// not every database takes every character.
async fn find(core: &Core, username: &str) -> Result<Option<User>, Error> {
    if username.len() > MAX_USERNAME_BYTES || username.contains(char::is_control) {
        return Ok(None);
    }
    Ok(users::by_username(&mut core.store.read().await?, username).await?)
}
