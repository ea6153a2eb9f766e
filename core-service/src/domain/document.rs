//! Reads JSON documents that people and programs wrote: member by member, noting
//! every problem with the path of the value, so that all are told at once.

use std::{collections::BTreeSet, fmt};

use serde_json::{Map, Value};

/// What is wrong with a value, and where it stands: `clients[2].redirect_uris[0]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The way to the value.
    pub path: String,
    /// What is wrong with it, for its author.
    pub reason: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.reason)
    }
}

/// What becomes of members that nobody asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unknown {
    /// They are skipped (RFC 7591 section 2).
    Ignored,
    /// Each is a problem: most likely a typing error.
    Refused,
}

/// A JSON object that is being read. `null` and a missing member are the same.
pub(crate) struct Object<'v> {
    path: String,
    members: &'v Map<String, Value>,
    asked: BTreeSet<&'static str>,
    problems: Vec<Problem>,
}

impl<'v> Object<'v> {
    /// Starts to read `members`, which stand at `path`; the whole document's is empty.
    pub(crate) fn new(path: impl Into<String>, members: &'v Map<String, Value>) -> Self {
        Self {
            path: path.into(),
            members,
            asked: BTreeSet::new(),
            problems: Vec::new(),
        }
    }

    /// Ends reading: what was wrong, in the order it was met.
    pub(crate) fn finish(mut self, unknown: Unknown) -> Vec<Problem> {
        if unknown == Unknown::Refused {
            for name in self.members.keys() {
                if !self.asked.contains(name.as_str()) {
                    self.problem(name, "is not known");
                }
            }
        }
        self.problems
    }

    /// Notes a problem with member `name`; `name[3]` and `name.member` are fine too.
    pub(crate) fn problem(&mut self, name: &str, reason: impl Into<String>) {
        let path = self.path_of(name);
        self.problems.push(Problem {
            path,
            reason: reason.into(),
        });
    }

    /// Takes over the problems of an object inside this one.
    pub(crate) fn adopt(&mut self, problems: Vec<Problem>) {
        self.problems.extend(problems);
    }

    /// The path of member `name`.
    pub(crate) fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }

    /// Any value.
    pub(crate) fn value(&mut self, name: &'static str) -> Option<&'v Value> {
        self.asked.insert(name);
        self.members.get(name).filter(|value| !value.is_null())
    }

    /// Text that people may read, of at most `max` characters; empty is the same as missing.
    pub(crate) fn text(&mut self, name: &'static str, max: usize) -> Option<String> {
        let value = self.value(name)?;
        self.checked_text(name, value, max)
            .filter(|text| !text.is_empty())
    }

    /// A list of such texts.
    pub(crate) fn texts(
        &mut self,
        name: &'static str,
        max_items: usize,
        max: usize,
    ) -> Option<Vec<String>> {
        let items = self.items(name)?;
        if items.len() > max_items {
            self.problem(name, format!("has more than {max_items} items"));
            return None;
        }
        let mut texts = Vec::with_capacity(items.len());
        for (at, item) in items.iter().enumerate() {
            texts.extend(self.checked_text(&format!("{name}[{at}]"), item, max));
        }
        Some(texts)
    }

    /// A list of anything.
    pub(crate) fn items(&mut self, name: &'static str) -> Option<&'v [Value]> {
        match self.value(name)? {
            Value::Array(items) => Some(items),
            _ => {
                self.problem(name, "must be an array");
                None
            }
        }
    }

    /// One of `words`.
    pub(crate) fn word(&mut self, name: &'static str, words: &[&str]) -> Option<String> {
        let word = self.text(name, 255)?;
        if !words.contains(&word.as_str()) {
            self.problem(name, format!("must be one of: {}", words.join(", ")));
        }
        Some(word)
    }

    /// `true` or `false`.
    pub(crate) fn flag(&mut self, name: &'static str) -> Option<bool> {
        match self.value(name)? {
            Value::Bool(flag) => Some(*flag),
            _ => {
                self.problem(name, "must be true or false");
                None
            }
        }
    }

    /// A whole number, zero or more.
    pub(crate) fn count(&mut self, name: &'static str) -> Option<u64> {
        let count = self.value(name)?.as_u64();
        if count.is_none() {
            self.problem(name, "must be a whole number, zero or more");
        }
        count
    }

    /// An object.
    pub(crate) fn object(&mut self, name: &'static str) -> Option<&'v Map<String, Value>> {
        match self.value(name)? {
            Value::Object(members) => Some(members),
            _ => {
                self.problem(name, "must be an object");
                None
            }
        }
    }

    fn checked_text(&mut self, name: &str, value: &Value, max: usize) -> Option<String> {
        let Value::String(text) = value else {
            self.problem(name, "must be a string");
            return None;
        };
        if text.chars().count() > max {
            self.problem(name, format!("is longer than {max} characters"));
            return None;
        }
        if text.chars().any(is_deceptive) {
            self.problem(
                name,
                "holds a control character or one that turns the direction of text",
            );
            return None;
        }
        Some(text.clone())
    }
}

/// Characters that make a text look like another one on a page or in a log:
/// controls, line and paragraph separators, and what turns the writing direction.
pub(crate) fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Characters that nobody sees: two names that differ only by them look the same. Format
/// characters (Unicode's Cf), what is ignored by default, and blanks that are letters.
pub(crate) const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}'
            | '\u{890}'..='\u{891}' | '\u{8e2}' | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Said of a name with such.
pub(crate) const INVISIBLE: &str = "holds an invisible character";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_problem_is_told_with_its_path() {
        let document = json!({
            "name": "a\u{202e}b", "count": -1, "flag": "yes", "list": ["ok", 1, "four"], "more": {},
            "kind": "c", "nothing": null, "empty": "",
        });
        let mut object = Object::new("users[1]", document.as_object().unwrap());
        assert_eq!(object.text("name", 5), None);
        assert_eq!(object.count("count"), None);
        assert_eq!(object.flag("flag"), None);
        assert_eq!(object.texts("list", 3, 3), Some(vec!["ok".to_owned()]));
        object.word("kind", &["a", "b"]);
        assert_eq!(object.text("nothing", 5), None);
        assert_eq!(object.text("empty", 5), None);
        assert_eq!(object.text("absent", 5), None);
        let told: Vec<String> = object
            .finish(Unknown::Refused)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            told,
            [
                "users[1].name: holds a control character or one that turns the direction of text",
                "users[1].count: must be a whole number, zero or more",
                "users[1].flag: must be true or false",
                "users[1].list[1]: must be a string",
                "users[1].list[2]: is longer than 3 characters",
                "users[1].kind: must be one of: a, b",
                "users[1].more: is not known",
            ]
        );
    }

    #[test]
    fn unknown_members_can_be_ignored() {
        let document = json!({"software": 1});
        let object = Object::new("", document.as_object().unwrap());
        assert_eq!(object.finish(Unknown::Ignored), []);
    }
}
