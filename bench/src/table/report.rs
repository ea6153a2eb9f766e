//! The table as Markdown for people and as JSON for programs.

use std::{fmt::Write, fs, path::PathBuf};

use serde::Serialize;

use super::{Fact, Measured, Options, Section};
use crate::error::Result;

/// The report; it is written anew whenever a section is added.
#[derive(Serialize)]
pub struct Report {
    machine: String,
    connections: usize,
    tokens: usize,
    quick: bool,
    sections: Vec<Section>,
    #[serde(skip)]
    out: PathBuf,
}

impl Report {
    /// A report without sections.
    ///
    /// # Errors
    /// When the machine says nothing about itself.
    pub fn begin(options: &Options) -> Result<Self> {
        Ok(Self {
            machine: machine()?,
            connections: options.connections,
            tokens: options.tokens,
            quick: options.quick,
            sections: Vec::new(),
            out: options.out.clone(),
        })
    }

    /// Adds a section and writes both files.
    ///
    /// # Errors
    /// When they can't be written.
    pub fn add(&mut self, section: Section) -> Result<()> {
        self.sections.push(section);
        let text = self.markdown()?;
        print!("{text}");
        fs::write(self.out.join("table.md"), text)?;
        fs::write(
            self.out.join("table.json"),
            serde_json::to_vec_pretty(self)?,
        )?;
        Ok(())
    }

    /// Fails when any answer was wrong.
    ///
    /// # Errors
    /// That names them.
    pub fn wrong_answers(&self) -> Result<()> {
        let mut wrong = String::new();
        for section in &self.sections {
            for row in &section.rows {
                for (what, count) in &row.outcome.failures {
                    let (database, name) = (section.database, &row.name);
                    write!(wrong, "\n{database}, {name}: {count} x {what}")?;
                }
            }
        }
        if wrong.is_empty() {
            return Ok(());
        }
        Err(format!("answers were wrong:{wrong}").into())
    }

    fn markdown(&self) -> Result<String> {
        let mut text = String::new();
        writeln!(text, "Machine: {}.", self.machine)?;
        writeln!(
            text,
            "{} connections, {} tokens, load generator and database on the same machine{}.",
            self.connections,
            self.tokens,
            if self.quick { "; a quick look" } else { "" }
        )?;
        for section in &self.sections {
            writeln!(text, "\n### {}\n", section.database)?;
            text.push_str(HEAD);
            for row in &section.rows {
                writeln!(text, "{}", line(row))?;
            }
            writeln!(text, "\n| property | value | goal | |\n|---|---|---|---|")?;
            for fact in &section.facts {
                let Fact {
                    name,
                    value,
                    goal,
                    reached,
                } = fact;
                writeln!(
                    text,
                    "| {name} | {value} | {goal} | {} |",
                    mark(Some(*reached))
                )?;
            }
        }
        Ok(text)
    }
}

const HEAD: &str = "\
| scenario | rate /s | p50 ms | p95 | p99 | p99.9 | CPU s per 1,000 | memory MB (peak) | statements | floor /s | share | goal | |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
";

fn line(row: &Measured) -> String {
    let seen = &row.outcome;
    let latency = &seen.latency;
    let cpu = match (seen.server_cpu, seen.database_cpu) {
        (Some(server), Some(database)) => format!("{server:.3} + {database:.3}"),
        (Some(server), None) => format!("{server:.3}"),
        _ => String::new(),
    };
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    let memory = match (row.memory, row.peak) {
        (Some(memory), Some(peak)) => format!("{:.0} ({:.0})", megabytes(memory), megabytes(peak)),
        _ => String::new(),
    };
    let optional = |value: Option<f64>, digits: usize| {
        value.map_or_else(String::new, |value| format!("{value:.digits$}"))
    };
    let name = match seen.quiet_p99 {
        Some(quiet) => format!(
            "{} ({:.0} sign-ins/s; quiet p99 {quiet:.2} ms)",
            row.name,
            seen.crowd_rate.unwrap_or_default()
        ),
        None => row.name.clone(),
    };
    let cells = [
        name,
        format!("{:.0}", seen.rate),
        format!("{:.2}", latency.p50),
        format!("{:.2}", latency.p95),
        format!("{:.2}", latency.p99),
        format!("{:.2}", latency.p999),
        cpu,
        memory,
        optional(row.statements, 2),
        optional(seen.floor, 0),
        optional(seen.share, 2),
        row.goal.clone(),
        mark(row.reached).to_owned(),
    ];
    format!("| {} |", cells.join(" | "))
}

/// One line while the table is being made.
pub fn progress(database: &str, row: &Measured) -> String {
    format!("{database}: {}", line(row))
}

const fn mark(reached: Option<bool>) -> &'static str {
    match reached {
        Some(true) => "✓",
        Some(false) => "✗",
        None => "",
    }
}

/// Processors, memory and system of this machine.
fn machine() -> Result<String> {
    let cpu = fs::read_to_string("/proc/cpuinfo")?;
    let of = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name));
        let value = line.and_then(|line| line.split_once(':'));
        value.map_or_else(|| "?".to_owned(), |(_, value)| value.trim().to_owned())
    };
    let count = cpu.matches("\nprocessor").count() + usize::from(cpu.starts_with("processor"));
    let memory = of(&fs::read_to_string("/proc/meminfo")?, "MemTotal");
    let kilobytes: u64 = memory.trim_end_matches(" kB").parse().unwrap_or_default();
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease")?;
    Ok(format!(
        "{count} × {}, {:.0} GB, Linux {}",
        of(&cpu, "model name"),
        kilobytes as f64 / 1e6,
        kernel.trim()
    ))
}
