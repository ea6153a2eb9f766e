//! The address of a list: its path, what it is filtered by and the page of it.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{document::with_query, error::Failure, form::Fields};

/// What is written as `%XX` in a segment of a path: all but RFC 3986's unreserved.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The query parameter that holds the page.
pub const PAGE: &str = "page_token";
/// The query parameter that says what an action did, as a word that pages know.
pub const DONE: &str = "done";

/// A list with its filters. Links to other pages of it, or to it with another filter,
/// keep everything else.
#[derive(Clone)]
pub struct Listing {
    path: String,
    filters: Vec<(&'static str, String)>,
}

impl Listing {
    /// The list at `path`, without filters.
    pub fn new(path: String) -> Self {
        Self {
            path,
            filters: Vec::new(),
        }
    }

    /// The same list, with the filter `name` set; an empty value takes it away.
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.filters.retain(|(known, _)| *known != name);
        if !value.is_empty() {
            self.filters.push((name, value.to_owned()));
        }
        self
    }

    /// Its path without any filter.
    pub fn path(&self) -> String {
        self.path.clone()
    }

    /// The filters that are set.
    pub fn filters(&self) -> &[(&'static str, String)] {
        &self.filters
    }

    /// Whether it shows less than everything.
    pub fn is_filtered(&self) -> bool {
        !self.filters.is_empty()
    }

    /// The value of a filter; empty when it is not set.
    pub fn filter(&self, name: &str) -> &str {
        self.filters
            .iter()
            .find(|(known, _)| *known == name)
            .map_or("", |(_, value)| value)
    }

    /// Its first page.
    pub fn url(&self) -> String {
        self.page("")
    }

    /// The page that `token` stands for.
    pub fn page(&self, token: &str) -> String {
        let mut parameters: Vec<(&str, &str)> = self
            .filters
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        if !token.is_empty() {
            parameters.push((PAGE, token));
        }
        if parameters.is_empty() {
            return self.path.clone();
        }
        with_query(&self.path, &parameters)
    }
}

/// `word` when it is one of `known`: what else stands in a query filters nothing.
pub fn known_word<'a>(word: &'a str, known: &[&str]) -> &'a str {
    if known.contains(&word) { word } else { "" }
}

/// The field of a row's form that holds the page of the list it stands on.
pub const RETURN_TO: &str = "return_to";
/// The longest text to search for, in characters.
const MAX_SEARCH: usize = 200;

/// What to search for. `list` is the list without filters.
///
/// # Errors
/// It is longer than anything that could be found.
pub fn search<'q>(query: &'q Fields, list: &str) -> Result<&'q str, Failure> {
    let search = query.get("search").trim();
    if search.chars().count() > MAX_SEARCH {
        return Err(Failure::SearchTooLong(list.to_owned()));
    }
    Ok(search)
}

/// The path below `path` that is made of `segments`, whatever stands in them.
pub fn below(path: &str, segments: &[&str]) -> String {
    let mut path = path.to_owned();
    for segment in segments {
        path.push('/');
        path.extend(utf8_percent_encode(segment, SEGMENT));
    }
    path
}

/// Where an action leads that was pressed on a row of the list at `list`: to the same
/// page of it, which then says what was `done`. What else a form may say counts
/// nothing.
pub fn back(list: &str, fields: &Fields, done: &str) -> String {
    let query = fields
        .get(RETURN_TO)
        .strip_prefix(list)
        .and_then(|rest| rest.strip_prefix('?'))
        .unwrap_or_default();
    let mut parameters: Vec<(Cow<'_, str>, Cow<'_, str>)> =
        form_urlencoded::parse(query.as_bytes())
            .filter(|(name, _)| name != DONE)
            .collect();
    parameters.push((DONE.into(), done.into()));
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish();
    format!("{list}?{query}")
}
