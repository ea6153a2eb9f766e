//! `authgate admin`: everything that administers, in one place.

use clap::Subcommand;

use super::{audit, clients, keys, revoke, users};
use crate::{Error, config::Config};

/// What can be administered.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Clients: the applications that get tokens
    #[command(subcommand)]
    Client(clients::Command),
    /// Users: the people who sign in
    #[command(subcommand)]
    User(users::Command),
    /// Signing keys
    #[command(subcommand)]
    Keys(keys::Command),
    /// End tokens
    #[command(subcommand)]
    Revoke(revoke::Command),
    /// The audit trail
    #[command(subcommand)]
    Audit(audit::Command),
    /// The same as `client create`
    CreateClient(clients::Create),
    /// The same as `user create`
    CreateUser(users::Create),
    /// The same as `user set-password`
    ResetPassword(users::SetPassword),
}

impl Command {
    /// Does what was asked.
    pub async fn run(self, config: &Config) -> Result<(), Error> {
        match self {
            Self::Client(command) => command.run(config).await,
            Self::User(command) => command.run(config).await,
            Self::Keys(command) => command.run(config).await,
            Self::Revoke(command) => command.run(config).await,
            Self::Audit(command) => command.run(config).await,
            Self::CreateClient(create) => clients::Command::Create(create).run(config).await,
            Self::CreateUser(create) => users::Command::Create(create).run(config).await,
            Self::ResetPassword(set) => users::Command::SetPassword(set).run(config).await,
        }
    }
}
