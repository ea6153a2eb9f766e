//! What the core found wrong with a form, and at which field.

use tonic::{Code, Status};

use crate::foreign;

/// What is wrong with one field, or with the form as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The `id` of the field; none: the form as a whole.
    pub field: Option<&'static str>,
    pub text: Text,
}

/// Words of the catalogue, or the core's own, which are English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Text {
    Ours(String),
    Core {
        /// What is wrong with the field.
        reason: String,
        /// The same with the name of what it is about.
        whole: String,
    },
}

impl Text {
    /// At the field itself.
    pub fn at_field(&self) -> &str {
        match self {
            Self::Ours(text) => text,
            Self::Core { reason, .. } => reason,
        }
    }

    /// In the list of all problems.
    pub fn in_list(&self) -> &str {
        match self {
            Self::Ours(text) => text,
            Self::Core { whole, .. } => whole,
        }
    }

    /// Their language, where it may not be the page's.
    pub const fn lang(&self) -> Option<&'static str> {
        match self {
            Self::Ours(_) => None,
            Self::Core { .. } => Some("en"),
        }
    }
}

/// All that is wrong with a form.
#[derive(Debug, Clone, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// What a refusal says, when it is about values in the form: messages look like
    /// `field: reason`, several of them parted by `; `. `fields` lists the names that
    /// the core has for things with the `id` of the form's field for each.
    ///
    /// # Errors
    /// Every other status comes back.
    pub fn of(
        status: Status,
        fields: &[(&'static str, &'static str)],
    ) -> Result<Self, Box<Status>> {
        match status.code() {
            Code::InvalidArgument | Code::AlreadyExists | Code::FailedPrecondition => {}
            _ => return Err(Box::new(status)),
        }
        let mut problems = Self::default();
        for text in status.message().split("; ") {
            let field = text
                .split_once(": ")
                .and_then(|(name, reason)| Some((field(name, fields)?, reason)));
            let (field, reason) = field.map_or((None, text), |(field, text)| (Some(field), text));
            let (reason, whole) = (sentence(reason), sentence(text));
            problems.add(field, Text::Core { reason, whole });
        }
        Ok(problems)
    }

    /// One problem in our words.
    pub fn ours(field: Option<&'static str>, text: impl Into<String>) -> Self {
        let mut problems = Self::default();
        problems.add(field, Text::Ours(text.into()));
        problems
    }

    /// Adds a problem.
    pub fn add(&mut self, field: Option<&'static str>, text: Text) {
        self.0.push(Problem { field, text });
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }

    /// What is wrong with one field.
    pub fn at(&self, field: &str) -> Option<&Problem> {
        self.0
            .iter()
            .find(|problem| problem.field.is_some_and(|known| known == field))
    }
}

/// The field for the core's `name`, of which only the word before an index counts:
/// `redirect_uris[1]`.
fn field(name: &str, fields: &[(&'static str, &'static str)]) -> Option<&'static str> {
    let name = name.split('[').next().unwrap_or(name);
    fields
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, field)| *field)
}

/// Cleaned; a word at its beginning starts like a sentence, a name stays as it is.
fn sentence(text: &str) -> String {
    let text = foreign::message(text);
    let first = text.split(' ').next().unwrap_or_default();
    if !first.chars().all(char::is_alphabetic) {
        return text;
    }
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}
