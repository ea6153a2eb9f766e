//! Administration: what the admin API, the command line, the seed file and the
//! first start do with clients, users and keys.

pub mod audit;
pub mod client_document;
pub mod clients;
pub mod consents;
pub mod dashboard;
pub mod keys;
pub mod sign_ins;
pub mod tokens;
pub mod user_document;
pub mod user_values;
pub mod users;

use crate::{Core, Ctx, audit::Event, error::Error};

/// Passes `result` on. That a guard stood in the way, that there is no such thing, or that
/// it could not be done is put on record: `event` says what was tried.
pub(crate) fn refused<T>(
    core: &Core,
    ctx: &Ctx,
    result: Result<T, Error>,
    event: impl FnOnce() -> Event,
) -> Result<T, Error> {
    let failed = result.as_ref().err();
    if let Some(event) = failed.and_then(|error| event().failed_by(error)) {
        core.audit.record(ctx, event);
    }
    result
}

/// Items of a page when the caller does not say, and at most.
const DEFAULT_PAGE: u32 = 20;
const LARGEST_PAGE: u32 = 200;

/// How many items a page has; 0 stands for the default.
pub(crate) fn page_size(asked: u32) -> u32 {
    match asked {
        0 => DEFAULT_PAGE,
        asked => asked.min(LARGEST_PAGE),
    }
}

/// What there may be millions of is counted so far.
const COUNTED_TO: u32 = 10_000;
/// The same where each has to be looked at, with what it hangs on.
const LOOKED_AT_TO: u32 = 1_000;
/// Characters of a search.
const LONGEST_SEARCH: usize = 200;

/// What is searched for, without the spaces around it.
///
/// # Errors
/// `Invalid` when nobody can have typed it.
pub(crate) fn search_text(asked: String) -> Result<String, Error> {
    if asked.chars().count() > LONGEST_SEARCH {
        return Err(Error::Invalid(format!(
            "search: has more than {LONGEST_SEARCH} characters"
        )));
    }
    if asked.contains('\0') {
        return Err(Error::Invalid("search: holds a NUL".to_owned()));
    }
    Ok(asked.trim().to_owned())
}

#[cfg(test)]
pub(crate) mod test_support;
#[cfg(test)]
mod tests;
