//! What people do with their own account: sign in, stay signed in, sign out, see and end
//! what acts in their name.

pub mod app_metadata;
pub mod apps;
pub mod consents;
pub mod grants;
pub mod home;
pub mod password;
pub mod profile;
pub mod redirect;
pub mod session;
pub mod sign_in;
pub mod sign_ins;
pub mod sign_out;
pub mod throttle;

use crate::{
    domain::{time::Timestamp, user::User},
    error::Error,
};

/// Items of a page when the caller does not say, and at most.
const DEFAULT_PAGE: u32 = 20;
const LARGEST_PAGE: u32 = 100;
/// Characters of a search.
const MAX_SEARCH: usize = 255;

/// How many items a page has; 0 stands for the default.
fn page_size(asked: u32) -> u32 {
    match asked {
        0 => DEFAULT_PAGE,
        asked => asked.min(LARGEST_PAGE),
    }
}

/// What is searched for; empty: everything.
///
/// # Errors
/// `Invalid` for a text that is too long to be a name.
fn searched(text: &str) -> Result<&str, Error> {
    let text = text.trim();
    if text.chars().count() > MAX_SEARCH {
        return Err(Error::Invalid(format!(
            "search: has more than {MAX_SEARCH} characters"
        )));
    }
    Ok(text)
}

/// The instant of a change at `now` to what last changed at `before`: always another one,
/// because it tells the one who shows a form whether it is outdated.
fn changed_at(now: Timestamp, before: Timestamp) -> Timestamp {
    now.max(Timestamp(before.0.saturating_add(1)))
}

/// Whether the person's name, address and password are kept here.
fn is_local(user: &User) -> bool {
    user.auth_source == crate::admin::users::LOCAL
}

#[cfg(test)]
pub(crate) mod test_support;
#[cfg(test)]
mod tests;
