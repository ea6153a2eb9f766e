//! What is wrong with the configuration, in words for the operator.

use std::fmt;

/// One wrong setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The variable.
    pub name: String,
    /// What it was set to; none for secrets and for variables that are missing.
    pub value: Option<String>,
    /// What is wrong, or what is expected.
    pub expected: String,
}

/// All wrong settings, so that they can be mended in one go.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

/// A value longer than this is cut off in a message.
const LONGEST_SHOWN: usize = 80;

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(value) = &self.value else {
            return write!(f, "{}: {}", self.name, self.expected);
        };
        let shown: String = value.chars().take(LONGEST_SHOWN).collect();
        let more = if shown.len() < value.len() { "..." } else { "" };
        write!(f, "{}={shown:?}{more}: {}", self.name, self.expected)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "the configuration has {} problem(s):", self.0.len())?;
        for problem in &self.0 {
            writeln!(f, "  {problem}")?;
        }
        write!(f, "docs/CONFIGURATION.md describes every variable")
    }
}
