//! The program `authgate`.

use std::process::ExitCode;

use authgate::{cli::Cli, config::Config, telemetry};
use clap::Parser;
use mimalloc::MiMalloc;

/// A request is some hundred short-lived allocations, which this one makes cheap; and
/// it gives memory back after a burst.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

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

fn run(cli: Cli) -> Result<(), authgate::Error> {
    let (config, warnings) = Config::load()?;
    // Ends last, with all that the others had to say.
    let _log = telemetry::start(&config.log, &warnings);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(cli.command.run(&config, &warnings))
}
