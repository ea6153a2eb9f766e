//! `populate`: a database as a large house has it after some months, to look at lists in.
//!
//! 100,000 people, 1,000 clients, 5 million access tokens and 5 million entries of the
//! audit trail at scale 1, with what hangs together: sessions, consents, grants, refresh
//! tokens. Everything follows from its number, so two runs make the same but for the time.
//!
//! The audit entries' hashes are not those of the program: `authgate audit verify` names
//! their chain as broken.

mod audit;
mod rows;
mod sink;

use clap::Args;
use time::OffsetDateTime;

use self::{
    rows::{Sizes, tables},
    sink::Sink,
};
use crate::error::Result;

/// How a database is populated.
#[derive(Debug, Clone, Args)]
pub struct Populate {
    /// `sqlite:///path` or `postgres://...`. AuthGate has made its tables: `authgate migrate`
    #[arg(long)]
    pub url: String,
    /// How much of everything; 1 is 100,000 people and 5 million tokens
    #[arg(long, default_value_t = 1.0)]
    pub scale: f64,
}

/// Adds people, clients, tokens and audit entries.
///
/// # Errors
/// When the database can't be used, or was populated before.
#[expect(
    clippy::disallowed_methods,
    reason = "a benchmark has a clock: what it makes has to be of today"
)]
pub async fn populate(options: &Populate) -> Result<()> {
    let now = OffsetDateTime::now_utc().unix_timestamp() * 1000;
    let mut sink = Sink::open(&options.url).await?;
    for table in tables(Sizes::new(options.scale), now) {
        let (name, rows) = (table.name, table.count);
        eprintln!("{name}: {rows} rows");
        sink.fill(table).await?;
    }
    sink.close().await
}
