//! The command line.

use clap::{Args, Parser, Subcommand};

use crate::{
    Error, Roles,
    commands::{admin, audit, clients, keys, revoke, users},
    config::Config,
    core_process, serve,
};

/// The version, with the commit when the build was told it.
fn version() -> String {
    let version = env!("CARGO_PKG_VERSION");
    let commit = option_env!("AUTHGATE_COMMIT").filter(|commit| !commit.is_empty());
    commit.map_or_else(
        || version.to_owned(),
        |commit| format!("{version} ({commit})"),
    )
}

/// The program's arguments.
#[derive(Debug, Parser)]
#[command(
    name = "authgate",
    about = "One login and one place to issue, see and revoke every token",
    long_about = "AuthGate is an OAuth 2.0 authorization server and OpenID provider for command line \
                  tools and devices, web and mobile apps, and services.\n\n\
                  `authgate serve` needs no configuration: it creates a data directory with a \
                  database, keys and an administrator, and says where everything is.",
    after_help = "Everything else is set by environment variables; docs/CONFIGURATION.md lists them.",
    version = version(),
    arg_required_else_help = true,
    subcommand_required = true
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What can be asked of the program.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the server, until SIGTERM or SIGINT
    #[command(alias = "server")]
    Serve {
        /// Which parts run here: all, or some of core, gateway and web
        #[arg(long, default_value = "all", value_name = "ROLES")]
        roles: Roles,
    },
    /// Look at the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Bring the database to this version's tables, and exit
    Migrate,
    /// Signing keys
    #[command(subcommand)]
    Keys(keys::Command),
    /// Clients: the applications that get tokens
    #[command(subcommand)]
    Client(clients::Command),
    /// Users: the people who sign in
    #[command(subcommand)]
    User(users::Command),
    /// End tokens
    #[command(subcommand)]
    Revoke(revoke::Command),
    /// The audit trail
    #[command(subcommand)]
    Audit(audit::Command),
    /// All of the above that administers, in one place
    #[command(subcommand)]
    Admin(admin::Command),
}

/// What can be asked about the configuration.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Name every problem of the configuration, or sum it up
    Check,
}

/// How a command prints its result.
#[derive(Debug, Clone, Copy, Args)]
pub struct Output {
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

impl Command {
    /// Does what was asked.
    ///
    /// # Errors
    /// When it fails; the text says what to do.
    pub async fn run(self, config: &Config, warnings: &[String]) -> Result<(), Error> {
        match self {
            Self::Serve { roles } => serve::run(config, roles).await,
            Self::Config(ConfigCommand::Check) => {
                report(config, warnings);
                Ok(())
            }
            Self::Migrate => {
                // The core migrates as it starts.
                core_process::with_core(config, async |_| Ok(())).await?;
                println!("the database is up to date");
                Ok(())
            }
            Self::Keys(command) => command.run(config).await,
            Self::Client(command) => command.run(config).await,
            Self::User(command) => command.run(config).await,
            Self::Revoke(command) => command.run(config).await,
            Self::Audit(command) => command.run(config).await,
            Self::Admin(command) => command.run(config).await,
        }
    }
}

/// Wrong values have ended the program before this.
fn report(config: &Config, warnings: &[String]) {
    println!("configuration is valid\n{}", config.summary());
    if !warnings.is_empty() {
        println!("{} warning(s), see above", warnings.len());
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_predecessors_command_still_serves() {
        for command in ["serve", "server"] {
            let cli = Cli::try_parse_from(["authgate", command]).unwrap();
            assert!(matches!(cli.command, Command::Serve { roles: Roles::ALL }));
        }
        assert!(Cli::try_parse_from(["authgate", "serve", "--roles", "core,proxy"]).is_err());
        assert!(Cli::try_parse_from(["authgate"]).is_err());
    }

    #[test]
    fn no_password_is_taken_from_the_command_line() {
        for arguments in [
            [
                "authgate",
                "user",
                "set-password",
                "alice",
                "--password",
                "x",
            ]
            .as_slice(),
            &["authgate", "user", "create", "alice", "--password=x"],
            &["authgate", "user", "set-password", "alice", "x"],
        ] {
            assert!(Cli::try_parse_from(arguments).is_err(), "{arguments:?}");
        }
    }
}
