//! The address of a list: its path, what it is filtered by and the page of it.

use crate::document::with_query;

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
