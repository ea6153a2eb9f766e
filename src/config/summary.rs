//! The configuration in a few lines, without secrets.

use std::fmt::{self, Display, Formatter};

use super::{Config, duration};

/// Shows what `authgate config check` prints when all is well.
pub struct Summary<'a>(&'a Config);

impl Config {
    /// The main settings, a line each, without secrets.
    #[must_use]
    pub const fn summary(&self) -> Summary<'_> {
        Summary(self)
    }
}

impl Display for Summary<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let config = self.0;
        let standard = config.tokens.profiles.standard;
        let database = config.database.file.as_ref().map_or_else(
            || "PostgreSQL".to_owned(),
            |file| format!("SQLite, {}", file.display()),
        );
        let tls = if config.server.tls.is_some() {
            "TLS"
        } else {
            "plain HTTP"
        };
        let proxies: Vec<String> = config
            .server
            .trusted_proxies
            .iter()
            .map(ToString::to_string)
            .collect();
        let root_secret = if config.data.root_secret.is_some() {
            "given"
        } else {
            "kept in the data directory"
        };
        let lines: [(&str, String); 10] = [
            ("issuer", config.server.base_url.issuer().to_owned()),
            ("listens on", format!("{} ({tls})", config.server.listen)),
            ("database", database),
            (
                "data directory",
                config.data.directory.display().to_string(),
            ),
            ("root secret", root_secret.to_owned()),
            (
                "access tokens",
                format!(
                    "{}, {}",
                    config.signing.access_token_algorithm.as_str(),
                    duration::format(standard.access)
                ),
            ),
            ("refresh tokens", duration::format(standard.refresh)),
            (
                "trusted proxies",
                if proxies.is_empty() {
                    "none".to_owned()
                } else {
                    proxies.join(", ")
                },
            ),
            ("rate limits", format!("{:?}", config.server.limits)),
            (
                "log",
                format!("{:?}, {}", config.log.format, config.log.filter),
            ),
        ];
        for (index, (name, value)) in lines.iter().enumerate() {
            let line_end = if index == 0 { "" } else { "\n" };
            write!(f, "{line_end}  {name:<16}{value}")?;
        }
        Ok(())
    }
}
