//! The program `authgate`.

use std::process::ExitCode;

use authgate::{cli::Cli, config::Config, telemetry};
use clap::Parser;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("authgate: {error}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn run(cli: Cli) -> Result<(), authgate::Error> {
    let (config, warnings) = Config::load()?;
    telemetry::start(&config.log, &warnings);
    cli.command.run(&config, &warnings).await
}
