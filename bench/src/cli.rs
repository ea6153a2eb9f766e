//! The command line.

use std::{path::PathBuf, time::Duration};

use clap::{Args, Parser, Subcommand};
use url::Url;

use crate::{
    error::Result,
    fill::Fill,
    floor::Serving,
    load::{Pace, Plan},
    population::Populate,
    scenarios::Scenario,
    site::{Site, Sizes},
    table::Options,
    target::Target,
};

/// Measures OAuth servers.
#[derive(Debug, Parser)]
#[command(name = "authgate-bench", version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Puts load on a server that runs already.
    Run(Run),
    /// Serves the floors until it is ended.
    Floor(Serving),
    /// Adds many token records to a database of AuthGate.
    Fill(Fill),
    /// Makes people, clients, tokens and audit entries, to look at lists of.
    Populate(Populate),
    /// Starts AuthGate on SQLite and PostgreSQL and makes the whole table.
    Table(Options),
}

/// A run against a server.
#[derive(Debug, Args)]
pub struct Run {
    /// The target file.
    #[arg(long)]
    pub target: PathBuf,
    /// `http://host:port`, instead of the one in the target file.
    #[arg(long)]
    pub base: Option<Url>,
    /// What to ask, one after the other.
    #[arg(long = "scenario", required = true, value_delimiter = ',')]
    pub scenarios: Vec<Scenario>,
    /// Clients at once, each with a connection of its own.
    #[arg(long, default_value_t = 32)]
    pub connections: usize,
    /// Operations a second; without it as fast as answers come.
    #[arg(long)]
    pub rate: Option<f64>,
    /// Seconds before anything is recorded.
    #[arg(long, default_value_t = 2.0)]
    pub warm_up: f64,
    /// Seconds that are measured, in each round.
    #[arg(long, default_value_t = 5.0)]
    pub duration: f64,
    /// Rounds, of which the median counts.
    #[arg(long, default_value_t = 1)]
    pub rounds: usize,
    /// Different tokens that are asked about.
    #[arg(long, default_value_t = 1000)]
    pub tokens: usize,
    /// Devices that wait in `waiting_devices`.
    #[arg(long, default_value_t = 100_000)]
    pub devices: usize,
    /// Measures each scenario's floor as well, in turns.
    #[arg(long)]
    pub floor: bool,
    /// The server's process, to measure its processors' time.
    #[arg(long)]
    pub pid: Option<u32>,
    /// The database's first process, for the same.
    #[arg(long)]
    pub database_pid: Option<u32>,
    /// Prints JSON instead of text.
    #[arg(long)]
    pub json: bool,
}

impl Run {
    /// The server, as the target file and the options say.
    ///
    /// # Errors
    /// When the target file is no use.
    pub fn site(&self) -> Result<Site> {
        let mut target = Target::read(&self.target)?;
        if let Some(base) = &self.base {
            target.base = base.clone();
        }
        let sizes = Sizes {
            connections: self.connections,
            tokens: self.tokens,
            devices: self.devices,
        };
        Ok(Site::new(target, sizes))
    }

    /// How load is put on.
    pub fn plan(&self) -> Plan {
        Plan {
            warm_up: Duration::from_secs_f64(self.warm_up),
            measured: Duration::from_secs_f64(self.duration),
            pace: self.rate.map_or(Pace::Closed, Pace::Open),
        }
    }
}
