//! Light or dark: what the person chose, kept in a cookie that pages read.

use cookie::{Cookie, SameSite, time::Duration};
use http::{HeaderMap, header};

use crate::config::Config;

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
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| Cookie::split_parse(value.to_owned()))
            .flatten()
            .filter(|cookie| cookie.name() == COOKIE)
            .find_map(|cookie| Self::parse(cookie.value()))
            .unwrap_or_default()
    }

    /// The cookie that keeps this choice for a year.
    pub fn cookie(self, config: &Config) -> Cookie<'static> {
        // Without the slash at the end: `/auth` is a page as well as `/auth/login`.
        let path = match config.base_path.as_str() {
            "" => "/",
            base_path => base_path,
        };
        Cookie::build((COOKIE, self.as_str()))
            .path(path.to_owned())
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(config.https)
            .max_age(Duration::days(365))
            .build()
    }
}
