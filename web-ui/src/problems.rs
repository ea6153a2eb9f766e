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
        /// What it is about, when that is a field.
        about: Option<About>,
        reason: String,
    },
}

/// A field as the page calls it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    pub label: &'static str,
    /// Which of its values, from 1.
    pub number: Option<String>,
}

/// A field of a form: what the core calls it, its `id`, and its label.
pub type Field = (&'static str, &'static str, &'static str);

impl Text {
    /// At the field itself.
    pub fn at_field(&self) -> String {
        match self {
            Self::Ours(text) => text.clone(),
            Self::Core { reason, .. } => sentence(reason),
        }
    }

    /// In the list of all problems, there behind the label of the field.
    pub fn in_list(&self) -> String {
        match self {
            Self::Core {
                about: Some(_),
                reason,
            } => reason.clone(),
            _ => self.at_field(),
        }
    }

    /// What the list has to name.
    pub const fn about(&self) -> Option<&About> {
        match self {
            Self::Ours(_) => None,
            Self::Core { about, .. } => about.as_ref(),
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
    /// `field: reason`, several of them parted by `; `.
    ///
    /// # Errors
    /// Every other status comes back.
    pub fn of(status: Status, fields: &[Field]) -> Result<Self, Box<Status>> {
        match status.code() {
            Code::InvalidArgument | Code::AlreadyExists | Code::FailedPrecondition => {}
            _ => return Err(Box::new(status)),
        }
        let mut problems = Self::default();
        for text in status.message().split("; ") {
            let known = text
                .split_once(": ")
                .and_then(|(name, reason)| Some((found(name, fields)?, reason)));
            let (field, about, reason) = match known {
                Some(((field, about), reason)) => (Some(field), Some(about), reason),
                None => (None, None, text),
            };
            let reason = foreign::message(reason);
            problems.add(field, Text::Core { about, reason });
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

/// The `id` and the label of the field for the core's `name`, which may have an index:
/// `redirect_uris[1]`.
fn found(name: &str, fields: &[Field]) -> Option<(&'static str, About)> {
    let (name, index) = match name.split_once('[') {
        Some((name, index)) => (name, index.trim_end_matches(']').parse::<usize>().ok()),
        None => (name, None),
    };
    let (_, field, label) = *fields.iter().find(|(known, ..)| *known == name)?;
    let number = index.map(|index| (index + 1).to_string());
    Some((field, About { label, number }))
}

/// A word at its beginning starts like a sentence, a name stays as it is.
fn sentence(text: &str) -> String {
    let first = text.split(' ').next().unwrap_or_default();
    if !first.chars().all(char::is_alphabetic) {
        return text.to_owned();
    }
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}
