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
pub mod users;

/// Items of a page when the caller does not say, and at most.
const DEFAULT_PAGE: u32 = 50;
const LARGEST_PAGE: u32 = 200;

/// How many items a page has; 0 stands for the default.
fn page_size(asked: u32) -> u32 {
    match asked {
        0 => DEFAULT_PAGE,
        asked => asked.min(LARGEST_PAGE),
    }
}

/// Cuts a list that was read with one item more than a page has. Gives the page
/// and, when there is more behind it, the token of the next one: `key` of its last item.
fn page_of<T>(mut items: Vec<T>, size: u32, key: impl Fn(&T) -> String) -> (Vec<T>, String) {
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    if items.len() <= size {
        return (items, String::new());
    }
    items.truncate(size);
    let token = items.last().map(key).unwrap_or_default();
    (items, token)
}

#[cfg(test)]
pub(crate) mod test_support;
#[cfg(test)]
mod tests;
