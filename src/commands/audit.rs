//! `authgate audit`.

use std::{
    fs,
    io::{self, Write},
    path::PathBuf,
};

use authgate_proto::v1::{
    AuditBreak, AuditFilter, ExportAuditRequest, VerifyAuditRequest, VerifyAuditResponse,
};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use web_ui::export::Format;

use super::{refused, with_admin};
use crate::{Error, cli::Output, config::Config};

/// What can be asked about the audit trail.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Prove that no entry was changed, taken out, put in or moved, or name the first that was
    Verify {
        /// A file with a receipt that an earlier run printed: all it names must still be there
        #[arg(long, value_name = "RECEIPT_FILE")]
        since: Option<PathBuf>,
        #[command(flatten)]
        output: Output,
    },
    /// Write entries to standard output, newest first
    Export(Box<Export>),
}

/// Which entries, and how.
#[derive(Debug, Args)]
pub struct Export {
    /// How to write them
    #[arg(long, value_enum, default_value_t = Kind::Csv)]
    format: Kind,
    /// Only with this in the actor's name, the resource's name or id, the action or the address
    #[arg(long, default_value = "")]
    search: String,
    /// Only this event, such as `USER_DELETED`; repeatable
    #[arg(long = "event-type", value_name = "EVENT")]
    event_types: Vec<String>,
    /// Only INFO, WARNING, ERROR or CRITICAL
    #[arg(long, default_value = "")]
    severity: String,
    /// Only what succeeded (true), or failed (false)
    #[arg(long)]
    success: Option<bool>,
    /// Only from this address
    #[arg(long, default_value = "")]
    actor_ip: String,
    /// Only by this user's id, or `client:<client_id>`
    #[arg(long, default_value = "")]
    actor_user_id: String,
    /// Only about this kind: USER, CLIENT, TOKEN, ...
    #[arg(long, default_value = "")]
    resource_type: String,
    /// Only about the one with this id
    #[arg(long, default_value = "")]
    resource_id: String,
    /// Not before this instant, as in 2026-01-31T00:00:00Z
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    start_time: Option<i64>,
    /// Before this instant
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    end_time: Option<i64>,
}

/// How entries are written.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// Ten columns, for spreadsheets
    Csv,
    /// A JSON object a line, with everything
    Jsonl,
}

impl Command {
    /// Does what was asked.
    ///
    /// # Errors
    /// When the trail is broken, or can't be read.
    pub async fn run(self, config: &Config) -> Result<(), Error> {
        match self {
            Self::Verify { since, output } => verify(config, since, output).await,
            Self::Export(export) => export.run(config).await,
        }
    }
}

async fn verify(config: &Config, since: Option<PathBuf>, output: Output) -> Result<(), Error> {
    let receipt = match since {
        // A file without a receipt is refused, not passed over.
        Some(path) => format!("{} ", fs::read_to_string(path)?),
        None => String::new(),
    };
    let answer = with_admin(config, async |mut admin| {
        let request = VerifyAuditRequest { receipt };
        admin.verify_audit(request).await.map_err(refused)
    })
    .await?
    .into_inner();
    if output.json {
        println!("{}", outcome(&answer));
    }
    match answer.breaks.first() {
        Some(first) => Err(Error::Audit(answer.breaks.len(), described(first))),
        None if output.json => Ok(()),
        None => {
            let VerifyAuditResponse {
                entries,
                chains,
                begun_at,
                receipt,
                ..
            } = answer;
            let since = written(begun_at);
            println!(
                "the audit trail is whole: {entries} entries in {chains} chains, registered since {since}"
            );
            println!("{receipt}");
            Ok(())
        }
    }
}

fn outcome(answer: &VerifyAuditResponse) -> serde_json::Value {
    let breaks = answer.breaks.iter().map(|broken| {
        json!({
            "chain": broken.chain,
            "sequence": broken.sequence,
            "entry_id": broken.entry_id,
            "reason": broken.reason,
        })
    });
    json!({
        "whole": answer.breaks.is_empty(),
        "entries": answer.entries,
        "chains": answer.chains,
        "breaks": breaks.collect::<Vec<_>>(),
        "registered_since": written(answer.begun_at),
        "receipt": answer.receipt,
    })
}

fn described(broken: &AuditBreak) -> String {
    let AuditBreak {
        chain,
        sequence,
        entry_id,
        reason,
    } = broken;
    let entry = match entry_id.as_str() {
        "" => String::new(),
        id => format!(" (entry {id})"),
    };
    match chain.as_str() {
        "" => reason.clone(),
        chain => format!("chain {chain} at {sequence}{entry}: {reason}"),
    }
}

impl Export {
    async fn run(self, config: &Config) -> Result<(), Error> {
        let format = match self.format {
            Kind::Csv => Format::Csv,
            Kind::Jsonl => Format::JsonLines,
        };
        let request = ExportAuditRequest {
            format: format.name().to_owned(),
            filter: Some(AuditFilter {
                search: self.search,
                event_types: self.event_types,
                severity: self.severity,
                success: self.success,
                actor_ip: self.actor_ip,
                actor_user_id: self.actor_user_id,
                resource_type: self.resource_type,
                resource_id: self.resource_id,
                start_time: self.start_time,
                end_time: self.end_time,
            }),
        };
        with_admin(config, async |mut admin| {
            let answer = admin.export_audit(request).await.map_err(refused)?;
            let mut batches = answer.into_inner();
            let mut output = io::stdout().lock();
            output.write_all(&format.beginning())?;
            while let Some(batch) = batches.message().await.map_err(refused)? {
                output.write_all(&format.encode(&batch.entries))?;
            }
            Ok(output.flush()?)
        })
        .await
    }
}

/// An instant in milliseconds since the epoch, as people read it.
fn written(millis: i64) -> String {
    let instant = OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000);
    instant
        .ok()
        .and_then(|instant| instant.format(&Rfc3339).ok())
        .unwrap_or_default()
}

fn instant(text: &str) -> Result<i64, String> {
    let instant = OffsetDateTime::parse(text, &Rfc3339).map_err(|error| error.to_string())?;
    i64::try_from(instant.unix_timestamp_nanos() / 1_000_000).map_err(|error| error.to_string())
}
