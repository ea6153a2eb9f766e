//! Scopes (RFC 6749 section 3.3): sets of words, kept in the order they came.

use std::fmt;

/// A set of scope tokens.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ScopeSet(Vec<String>);

/// A scope parameter that breaks the grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MalformedScope;

impl ScopeSet {
    /// Reads a scope parameter; repeated words count once.
    ///
    /// # Errors
    /// When a word has a character outside of `%x21 / %x23-5B / %x5D-7E`.
    pub fn parse(text: &str) -> Result<Self, MalformedScope> {
        let mut scopes = Self::default();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            if !word
                .bytes()
                .all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
            {
                return Err(MalformedScope);
            }
            if !scopes.contains(word) {
                scopes.0.push(word.to_owned());
            }
        }
        Ok(scopes)
    }

    /// Reads what the store holds: words that were checked when they came in.
    #[must_use]
    pub fn from_stored(text: &str) -> Self {
        Self(text.split_ascii_whitespace().map(str::to_owned).collect())
    }

    /// Whether `word` is in the set.
    #[must_use]
    pub fn contains(&self, word: &str) -> bool {
        self.0.iter().any(|scope| scope == word)
    }

    /// Whether every word stands in `other`.
    #[must_use]
    pub fn is_subset_of(&self, other: &Self) -> bool {
        self.0.iter().all(|word| other.contains(word))
    }

    /// The words that stand in `other` too.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self(
            self.0
                .iter()
                .filter(|word| other.contains(word))
                .cloned()
                .collect(),
        )
    }

    /// The words of both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut all = self.clone();
        all.0
            .extend(other.0.iter().filter(|word| !self.contains(word)).cloned());
        all
    }

    /// The set without `words`.
    #[must_use]
    pub fn without(&self, words: &[&str]) -> Self {
        Self(
            self.0
                .iter()
                .filter(|scope| !words.contains(&scope.as_str()))
                .cloned()
                .collect(),
        )
    }

    /// Whether there is no word in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The words, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The words, in order, as owned strings.
    #[must_use]
    pub fn to_vec(&self) -> Vec<String> {
        self.0.clone()
    }
}

impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
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
    fn quotes_backslashes_and_control_characters_are_malformed() {
        for text in ["a\"b", "a\\b", "a\tb", "a\nb", "ä", "a\0"] {
            assert_eq!(ScopeSet::parse(text), Err(MalformedScope), "{text:?}");
        }
    }
}
