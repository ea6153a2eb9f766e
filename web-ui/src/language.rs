//! The language of the pages: what the person chose, kept in a cookie, and else what
//! the browser asks for.

use cookie::Cookie;
use http::{HeaderMap, header};

use crate::{
    config::Config,
    cookies,
    texts::{EN, Texts, ZH_TW},
};

/// The cookie that holds the choice.
const COOKIE: &str = "authgate_lang";

/// A language that there is a catalogue of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Traditional Chinese, as in Taiwan.
    TraditionalChinese,
}

impl Language {
    /// All of them, in the order of the switch.
    pub const ALL: [Self; 2] = [Self::English, Self::TraditionalChinese];

    /// Its catalogue.
    pub const fn texts(self) -> &'static Texts {
        match self {
            Self::English => &EN,
            Self::TraditionalChinese => &ZH_TW,
        }
    }

    /// Its tag (RFC 5646): the word in the cookie and in the form.
    pub const fn tag(self) -> &'static str {
        self.texts().lang
    }

    /// Its name in itself.
    pub const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::TraditionalChinese => "繁體中文",
        }
    }

    /// The language of that tag.
    pub fn parse(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// The language in the request's cookies, else the one that the browser likes best.
    pub fn from_headers(headers: &HeaderMap) -> Self {
        cookies::read(headers, COOKIE)
            .find_map(|tag| Self::parse(&tag))
            .unwrap_or_else(|| Self::accepted(headers))
    }

    /// The cookie that keeps this choice.
    pub fn cookie(self, config: &Config) -> Cookie<'static> {
        cookies::preference(config, COOKIE, self.tag())
    }

    /// The best of `Accept-Language` (RFC 9110 section 12.5.4); English when it names
    /// none of ours.
    fn accepted(headers: &HeaderMap) -> Self {
        let ranges = headers
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let mut best = (0.0, Self::default());
        for range in ranges.split(',').take(32) {
            let mut parts = range.split(';').map(str::trim);
            let language = Self::of_range(parts.next().unwrap_or_default());
            let weight = parts
                .find_map(|part| part.strip_prefix("q="))
                .map_or(Some(1.0), |weight| weight.parse::<f32>().ok());
            if let (Some(language), Some(weight)) = (language, weight)
                && weight > best.0
            {
                best = (weight, language);
            }
        }
        best.1
    }

    /// The language for people who read what `range` stands for.
    fn of_range(range: &str) -> Option<Self> {
        let range = range.to_ascii_lowercase();
        let mut subtags = range.split('-');
        match subtags.next() {
            Some("en") => Some(Self::English),
            // Without a script or a region it may be the other one.
            Some("zh") => subtags
                .any(|subtag| matches!(subtag, "hant" | "tw" | "hk" | "mo"))
                .then_some(Self::TraditionalChinese),
            _ => None,
        }
    }
}
