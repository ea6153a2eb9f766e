//! Light or dark: what the person chose, kept in a cookie that pages read.

use cookie::Cookie;
use http::HeaderMap;

use crate::{config::Config, cookies};

/// The cookie that holds the choice.
const COOKIE: &str = "authgate_theme";

/// The colour scheme of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the browser or system says.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// All of them, in the order of the switch.
    pub const ALL: [Self; 3] = [Self::Light, Self::System, Self::Dark];

    /// The word in the cookie and in the form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.as_str() == word)
    }

    /// The theme in the request's cookies; the system's when there is none.
    pub fn from_headers(headers: &HeaderMap) -> Self {
        cookies::read(headers, COOKIE)
            .find_map(|word| Self::parse(&word))
            .unwrap_or_default()
    }

    /// The cookie that keeps this choice.
    pub fn cookie(self, config: &Config) -> Cookie<'static> {
        cookies::preference(config, COOKIE, self.as_str())
    }
}
