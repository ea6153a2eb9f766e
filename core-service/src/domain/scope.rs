//! Scopes (RFC 6749 section 3.3): sets of words, kept in the order they came.

use std::{collections::HashSet, fmt, sync::Arc};

/// A set of scope tokens. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScopeSet(
    /// The words, one space between two.
    Arc<str>,
);

/// A scope parameter that breaks the grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MalformedScope;

impl ScopeSet {
    /// Reads a scope parameter; repeated words count once.
    ///
    /// # Errors
    /// When a word has a character outside of `%x21 / %x23-5B / %x5D-7E`.
    pub fn parse(text: &str) -> Result<Self, MalformedScope> {
        let is_allowed = |b| matches!(b, b' ' | 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        if !text.bytes().all(is_allowed) {
            return Err(MalformedScope);
        }
        let mut known = HashSet::new();
        Ok(Self::of(words(text).filter(|word| known.insert(*word))))
    }

    /// Reads what the store holds: words that were checked when they came in.
    #[must_use]
    pub fn from_stored(text: &str) -> Self {
        Self::of(text.split_ascii_whitespace())
    }

    /// The set of `words`, each of which is there once.
    fn of<'w>(words: impl Iterator<Item = &'w str>) -> Self {
        let mut text = String::new();
        for word in words {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(word);
        }
        Self(text.into())
    }

    /// Those words that `keeps` says.
    fn filter(&self, keeps: impl Fn(&str) -> bool) -> Self {
        if self.iter().all(&keeps) {
            return self.clone();
        }
        Self::of(self.iter().filter(|word| keeps(word)))
    }

    /// Whether `word` is in the set.
    #[must_use]
    pub fn contains(&self, word: &str) -> bool {
        self.iter().any(|scope| scope == word)
    }

    /// Whether every word stands in `other`.
    #[must_use]
    pub fn is_subset_of(&self, other: &Self) -> bool {
        self.iter().all(|word| other.contains(word))
    }

    /// The words that stand in `other` too.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.filter(|word| other.contains(word))
    }

    /// The words of both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let others = other.iter().filter(|word| !self.contains(word));
        Self::of(self.iter().chain(others))
    }

    /// The set without `words`.
    #[must_use]
    pub fn without(&self, words: &[&str]) -> Self {
        self.filter(|word| !words.contains(&word))
    }

    /// Whether there is no word in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The words, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        words(&self.0)
    }

    /// The words, in order, as owned strings.
    #[must_use]
    pub fn to_vec(&self) -> Vec<String> {
        self.iter().map(str::to_owned).collect()
    }

    /// As a scope parameter.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(' ').filter(|word| !word.is_empty())
}

impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn what_was_parsed_prints_and_parses_the_same(words in proptest::collection::vec("[!#-\\[\\]-~]{1,12}", 0..8)) {
            let scopes = ScopeSet::parse(&words.join("  ")).unwrap();
            proptest::prop_assert_eq!(&ScopeSet::parse(&scopes.to_string()).unwrap(), &scopes);
            proptest::prop_assert!(scopes.is_subset_of(&scopes.union(&ScopeSet::parse("a b").unwrap())));
        }
    }

    #[test]
    fn words_stand_once_in_the_order_they_came() {
        let set = |text| ScopeSet::parse(text).unwrap();
        assert_eq!(set("  b a  b c ").as_str(), "b a c");
        assert_eq!(ScopeSet::from_stored("b\na").to_vec(), ["b", "a"]);
        assert_eq!(set("c a").union(&set("a b")).as_str(), "c a b");
        assert_eq!(set("c a b").intersection(&set("b c")).as_str(), "c b");
        assert_eq!(set("c a b").without(&["a", "b"]).as_str(), "c");
        // A word is not a part of one.
        assert!(!set("read_all").contains("read"));
        for nothing in [set(" "), set("a").without(&["a"]), ScopeSet::default()] {
            assert!(nothing.is_empty() && !nothing.contains(""));
            assert_eq!(nothing, ScopeSet::default());
            assert!(nothing.to_vec().is_empty());
            assert!(nothing.is_subset_of(&set("a")));
        }
    }

    #[test]
    fn quotes_backslashes_and_control_characters_are_malformed() {
        for text in ["a\"b", "a\\b", "a\tb", "a\nb", "ä", "a\0"] {
            assert_eq!(ScopeSet::parse(text), Err(MalformedScope), "{text:?}");
        }
    }
}
