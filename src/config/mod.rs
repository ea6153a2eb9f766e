//! The configuration: a struct per topic, read from environment variables and `.env`.
//!
//! [`Config::read`] goes through all topics and reports everything that is wrong at
//! once. `docs/CONFIGURATION.md` describes each variable.

mod audit;
mod base_url;
mod cors;
mod data;
mod database;
mod dsn;
pub mod duration;
mod limits;
mod passwords;
mod problem;
mod reader;
mod registration;
mod secrets;
mod server;
mod sessions;
mod signing;
mod summary;
#[cfg(test)]
mod tests;
mod tokens;
mod variables;

use core_service::config::{
    Audit, Authorization, Device, Passwords, Registration, Sessions, Settings, Signing, Tokens,
};
use http_gateway::Cors;
use secrecy::SecretString;

use self::reader::Reader;
pub use self::{
    base_url::BaseUrl,
    data::Data,
    database::DatabaseConfig,
    limits::RateLimits,
    problem::{Problem, Problems},
    reader::Variables,
    server::{Log, LogFormat, Peer, Server, TlsFiles},
};

/// Everything that can be set.
#[derive(Clone)]
pub struct Config {
    /// Listeners and what stands in front of the endpoints.
    pub server: Server,
    /// Browsers of which origins may call the API endpoints; none: of no other.
    pub cors: Option<Cors>,
    /// How the roles reach one another.
    pub peer: Peer,
    /// How the log is written.
    pub log: Log,
    /// The data directory and the secrets.
    pub data: Data,
    /// Which database.
    pub database: DatabaseConfig,
    /// Lives and contents of tokens.
    pub tokens: Tokens,
    /// How tokens are signed.
    pub signing: Signing,
    /// Browser sessions.
    pub sessions: Sessions,
    /// Password hashing.
    pub passwords: Passwords,
    /// The authorization endpoint.
    pub authorization: Authorization,
    /// The device flow.
    pub device: Device,
    /// Dynamic client registration.
    pub registration: Registration,
    /// The audit trail.
    pub audit: Audit,
}

impl Config {
    /// Reads the configuration of this process: its environment and `.env`.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn load() -> Result<(Self, Vec<String>), Problems> {
        Self::read(&variables()?)
    }

    /// Reads the configuration out of `variables`, and gives it with warnings for the operator.
    ///
    /// # Errors
    /// Everything that is wrong, at once.
    pub fn read(variables: &Variables) -> Result<(Self, Vec<String>), Problems> {
        let mut reader = Reader::new(variables);
        let reader = &mut reader;
        let data = data::read(reader);
        let config = Self {
            server: server::read(reader),
            cors: cors::read(reader),
            peer: server::read_peer(reader),
            log: server::read_log(reader),
            database: database::read(reader, &data.directory),
            data,
            tokens: tokens::read(reader),
            signing: signing::read(reader),
            sessions: sessions::read(reader),
            passwords: passwords::read(reader),
            authorization: tokens::read_authorization(reader),
            device: tokens::read_device(reader),
            registration: registration::read(reader),
            audit: audit::read(reader),
        };
        reader.check_the_rest();
        std::mem::replace(reader, Reader::new(variables)).finish(config)
    }

    /// What the core is told, with the root secret that protects its keys.
    #[must_use]
    pub fn core_settings(&self, root_secret: SecretString) -> Settings {
        let issuer = self.server.base_url.issuer().to_owned();
        Settings {
            tokens: self.tokens.clone(),
            signing: self.signing.clone(),
            sessions: self.sessions,
            passwords: self.passwords,
            authorization: self.authorization,
            device: self.device,
            registration: self.registration.clone(),
            audit: self.audit,
            ..Settings::new(issuer, root_secret, self.database.settings.clone())
        }
    }
}

/// The environment's variables, and those of `.env` in the working directory that
/// the environment does not hold.
///
/// # Errors
/// When `.env` is there and can't be read or understood.
fn variables() -> Result<Variables, Problems> {
    let wrong = |error: dotenvy::Error| {
        Problems(vec![Problem {
            name: ".env".to_owned(),
            value: None,
            expected: match error {
                // Its text would show the line, which may hold a secret.
                dotenvy::Error::LineParse(_, at) => {
                    format!("a line can't be understood, at its character {at}")
                }
                other => format!("the file can't be read: {other}"),
            },
        }])
    };
    let mut variables = Variables::new();
    match dotenvy::from_path_iter(".env") {
        Ok(entries) => {
            for entry in entries {
                let (name, value) = entry.map_err(wrong)?;
                variables.insert(name, value);
            }
        }
        Err(error) if error.not_found() => {}
        Err(error) => return Err(wrong(error)),
    }
    let environment = std::env::vars_os();
    // What is not UTF-8 is none of ours.
    variables.extend(
        environment.filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        }),
    );
    Ok(variables)
}
