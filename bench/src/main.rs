//! Measures OAuth servers: load, floors to compare with, and AuthGate's table.
//!
//! - `run` puts load on a server that a target file ([`target`]) describes: `load`
//!   has the loops, `scenarios` what is asked, `http_client` and `grpc_client` how.
//! - `floor` serves the floors that a result is a share of.
//! - `table` starts AuthGate itself, on both databases, and measures everything.
//! - `fill` makes many token records, for the rows about those.
//! - `populate` makes a large house: people, clients, tokens, audit entries.

mod browser;
mod check;
mod cli;
mod error;
mod fill;
mod floor;
mod form;
mod grpc_client;
mod http_client;
mod load;
mod population;
mod process;
mod rounds;
mod run;
mod scenarios;
mod site;
mod table;
mod target;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Run(options) => run::run(&options).await,
        Command::Floor(serving) => floor::serve(serving).await,
        Command::Fill(options) => fill::fill(&options).await,
        Command::Populate(options) => population::populate(&options).await,
        Command::Table(options) => table::make(&options).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("authgate-bench: {error}");
            ExitCode::FAILURE
        }
    }
}
