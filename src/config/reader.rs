//! Reads single variables and remembers everything that was wrong.

use std::{
    collections::BTreeMap,
    fmt,
    fs::{self, File},
    ops::RangeInclusive,
    path::PathBuf,
    time::Duration,
};

use secrecy::SecretString;

use super::{
    duration,
    problem::{Problem, Problems},
    variables::{self, Effect},
};

/// Variables by name, as the environment and `.env` give them.
pub type Variables = BTreeMap<String, String>;

/// Values that mean no.
const NO: [&str; 4] = ["false", "0", "no", "off"];
/// Values that mean yes.
const YES: [&str; 4] = ["true", "1", "yes", "on"];

/// Reads settings out of [`Variables`]. A wrong value is noted and its default
/// taken, so that one pass finds all of them.
pub struct Reader<'a> {
    variables: &'a Variables,
    problems: Vec<Problem>,
    warnings: Vec<String>,
}

impl<'a> Reader<'a> {
    /// A reader of `variables`; an empty value is the same as none.
    #[must_use]
    pub const fn new(variables: &'a Variables) -> Self {
        Self {
            variables,
            problems: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// The text of `name`, without surrounding white space; none when it is unset or empty.
    pub fn text(&self, name: &str) -> Option<String> {
        debug_assert!(
            variables::known(name),
            "{name} is missing in the table of variables"
        );
        let value = self.variables.get(name)?.trim();
        (!value.is_empty()).then(|| value.to_owned())
    }

    /// The path of a file that has to be there.
    pub fn file(&mut self, name: &str) -> Option<PathBuf> {
        let path = PathBuf::from(self.text(name)?);
        if let Err(error) = File::open(&path) {
            self.wrong(name, &format!("the file can't be read ({error})"));
        }
        Some(path)
    }

    /// A comma-separated list, trimmed; empty entries are left out.
    pub fn list(&self, name: &str) -> Vec<String> {
        let value = self.text(name).unwrap_or_default();
        value
            .split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// A yes or no.
    pub fn flag(&mut self, name: &str, default: bool) -> bool {
        self.parse(
            name,
            default,
            "expected true, 1, yes or on, or false, 0, no or off",
            |text| {
                let text = text.to_ascii_lowercase();
                let yes = YES.contains(&text.as_str());
                (yes || NO.contains(&text.as_str())).then_some(yes)
            },
        )
    }

    /// A whole number within `range`.
    pub fn integer<T>(&mut self, name: &str, default: T, range: RangeInclusive<T>) -> T
    where
        T: std::str::FromStr + PartialOrd + fmt::Display,
    {
        let expected = format!(
            "expected a whole number from {} to {}",
            range.start(),
            range.end()
        );
        self.parse(name, default, &expected, |text| {
            text.parse().ok().filter(|number| range.contains(number))
        })
    }

    /// A duration in Go's syntax.
    pub fn duration(&mut self, name: &str, default: Duration) -> Duration {
        self.parse(
            name,
            default,
            "expected a duration such as 90s, 30m or 1h30m",
            duration::parse,
        )
    }

    /// A duration in Go's syntax that is not zero.
    pub fn positive_duration(&mut self, name: &str, default: Duration) -> Duration {
        self.parse(
            name,
            default,
            "expected a duration above zero, such as 90s, 30m or 1h30m",
            |text| duration::parse(text).filter(|duration| !duration.is_zero()),
        )
    }

    /// A duration in Go's syntax of at least `least`.
    pub fn duration_from(&mut self, name: &str, default: Duration, least: Duration) -> Duration {
        let expected = format!(
            "expected a duration of at least {}, such as 90s, 30m or 1h30m",
            duration::format(least)
        );
        self.parse(name, default, &expected, |text| {
            duration::parse(text).filter(|duration| *duration >= least)
        })
    }

    /// Whole seconds within `range`.
    pub fn seconds(
        &mut self,
        name: &str,
        default: Duration,
        range: RangeInclusive<u64>,
    ) -> Duration {
        Duration::from_secs(self.integer(name, default.as_secs(), range))
    }

    /// One of a few words.
    pub fn choice<T: Copy>(&mut self, name: &str, default: T, choices: &[(&str, T)]) -> T {
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        let expected = format!("expected one of {}", words.join(", "));
        self.parse(name, default, &expected, |text| {
            let found = choices
                .iter()
                .find(|(word, _)| word.eq_ignore_ascii_case(text));
            found.map(|(_, choice)| *choice)
        })
    }

    /// The value of `name` as `read` understands it; noted as wrong when it does not.
    pub fn parse<T>(
        &mut self,
        name: &str,
        default: T,
        expected: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> T {
        let Some(text) = self.text(name) else {
            return default;
        };
        if let Some(value) = read(&text) {
            return value;
        }
        self.wrong(name, expected);
        default
    }

    /// A secret: the value of `name`, or the contents of the file that `<name>_FILE` names.
    pub fn secret(&mut self, name: &str) -> Option<SecretString> {
        debug_assert!(
            variables::is_secret(name),
            "{name} is not marked as a secret"
        );
        let value = self.text(name);
        let file_variable = format!("{name}_FILE");
        let Some(path) = self.text(&file_variable) else {
            return value.map(SecretString::from);
        };
        if value.is_some() {
            self.wrong(
                &file_variable,
                &format!("{name} is set as well; keep one of the two"),
            );
            return None;
        }
        match fs::read_to_string(&path) {
            Ok(text) if text.trim().is_empty() => self.wrong(&file_variable, "the file is empty"),
            Ok(text) => return Some(SecretString::from(text.trim().to_owned())),
            Err(error) => self.wrong(&file_variable, &format!("the file can't be read: {error}")),
        }
        None
    }

    /// Notes that `name` is wrong, with its value unless that is secret.
    pub fn wrong(&mut self, name: &str, expected: &str) {
        let value = if variables::is_secret(name) {
            None
        } else {
            self.text(name)
        };
        self.problems.push(Problem {
            name: name.to_owned(),
            value,
            expected: expected.to_owned(),
        });
    }

    /// Notes something that works but is probably not meant.
    pub fn warn(&mut self, warning: impl Into<String>) {
        self.warnings.push(warning.into());
    }

    /// Notes each variable that is set in vain: asks for what is not built,
    /// changes nothing, or looks like a misspelt name.
    pub fn check_the_rest(&mut self) {
        let set: Vec<(&String, &String)> = self
            .variables
            .iter()
            .filter(|(_, value)| !value.trim().is_empty())
            .collect();
        for (name, value) in set {
            let value = value.trim().to_ascii_lowercase();
            match variables::effect(name) {
                Some(Effect::Used) => {}
                Some(Effect::None(why)) if !NO.contains(&value.as_str()) => {
                    self.warn(format!("{name} has no effect: {why}"));
                }
                Some(Effect::NotSupported { fine, what }) if !fine.contains(&value.as_str()) => {
                    self.wrong(
                        name,
                        &format!(
                            "{what} not supported yet; leave it out or set it to {}",
                            fine[0]
                        ),
                    );
                }
                Some(Effect::None(_) | Effect::NotSupported { .. }) => {}
                None => {
                    if let Some(meant) = variables::near_miss(name) {
                        self.warn(format!("{name} is not known; is {meant} meant?"));
                    }
                }
            }
        }
    }

    /// What was read, with the warnings; or all problems.
    ///
    /// # Errors
    /// When anything was noted as wrong.
    pub fn finish<T>(self, value: T) -> Result<(T, Vec<String>), Problems> {
        if self.problems.is_empty() {
            Ok((value, self.warnings))
        } else {
            Err(Problems(self.problems))
        }
    }
}
