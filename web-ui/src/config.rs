//! What the pages must know about where they are served.

use std::time::Duration;

/// Settings of the pages.
#[derive(Debug, Clone)]
pub struct Config {
    /// The issuer's own path, put before every URL on a page: `""` or such as `"/auth"`.
    pub base_path: String,
    /// Browsers reach the pages over https: cookies are `Secure`.
    pub https: bool,
    /// The issuer URL, whose host is shown so that people can compare it with the address bar.
    pub issuer: String,
    /// How long browsers may keep what has no hash in its name; absent: no header.
    pub static_max_age: Option<Duration>,
}

impl Config {
    /// The URL path of `path`, which is relative to the issuer and starts with `/`.
    pub(crate) fn path(&self, path: &str) -> String {
        format!("{}{path}", self.base_path)
    }

    /// The issuer's host, with its port when it has one.
    pub(crate) fn host(&self) -> &str {
        let rest = self
            .issuer
            .split_once("://")
            .map_or(self.issuer.as_str(), |(_, rest)| rest);
        rest.split('/').next().unwrap_or(rest)
    }
}
