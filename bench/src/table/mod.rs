//! `table`: everything that AuthGate promises, measured on SQLite and PostgreSQL.

mod database;
mod footprint;
mod many_records;
mod report;
mod rows;
mod server;

use std::{fs, path::PathBuf, time::Duration};

use clap::Args;
use serde::Serialize;

use self::{
    database::Database,
    report::Report,
    rows::{Effort, Row, rows},
    server::Server,
};
use crate::{
    error::Result,
    process,
    rounds::{self, Course, Outcome},
    scenarios::Scenario,
    site::{Site, Sizes},
    target::Target,
};

/// The server's log counts statements once a second: so long after the last
/// operation its newest line is right.
const SETTLE: Duration = Duration::from_millis(1300);

/// How the table is made.
#[derive(Debug, Clone, Args)]
pub struct Options {
    /// The program under test.
    #[arg(long)]
    pub program: PathBuf,
    /// The people and clients that it is given.
    #[arg(long)]
    pub seed: PathBuf,
    /// The target file that describes it.
    #[arg(long)]
    pub target: PathBuf,
    /// A superuser's URL of a PostgreSQL; without one only SQLite is measured.
    #[arg(long)]
    pub postgres: Option<String>,
    /// Where databases and logs are kept meanwhile.
    #[arg(long)]
    pub work: PathBuf,
    /// Where `table.md` and `table.json` go.
    #[arg(long)]
    pub out: PathBuf,
    /// Shorter, and without the rows about millions of records.
    #[arg(long)]
    pub quick: bool,
    /// Records for the rows about many of them; 0 leaves these rows out.
    #[arg(long)]
    pub records: Option<u64>,
    /// Only these scenarios.
    #[arg(long, value_delimiter = ',')]
    pub only: Vec<Scenario>,
    /// Clients at once.
    #[arg(long, default_value_t = 32)]
    pub connections: usize,
    /// Different tokens that are asked about.
    #[arg(long, default_value_t = 1000)]
    pub tokens: usize,
}

/// A row as it was measured.
#[derive(Debug, Serialize)]
pub struct Measured {
    name: String,
    goal: String,
    reached: Option<bool>,
    outcome: Outcome,
    memory: Option<u64>,
    peak: Option<u64>,
    statements: Option<f64>,
}

/// A property that is one number.
#[derive(Debug, Serialize)]
pub struct Fact {
    name: String,
    value: String,
    goal: String,
    reached: bool,
}

/// Everything about one database.
#[derive(Debug, Serialize)]
pub struct Section {
    database: &'static str,
    rows: Vec<Measured>,
    facts: Vec<Fact>,
}

/// Makes the table.
///
/// # Errors
/// When something can't be measured, or answers were wrong. What was measured until
/// then has been written.
pub async fn make(options: &Options) -> Result<()> {
    fs::create_dir_all(&options.out)?;
    let mut effort = if options.quick {
        Effort::QUICK
    } else {
        Effort::FULL
    };
    if let Some(records) = options.records {
        effort.records = records;
    }
    let maker = Maker { options, effort };
    let mut report = Report::begin(options)?;
    for postgres in [false, true] {
        if postgres && options.postgres.is_none() {
            continue;
        }
        let section = maker.section(postgres).await?;
        report.add(section)?;
    }
    report.wrong_answers()
}

struct Maker<'a> {
    options: &'a Options,
    effort: Effort,
}

impl Maker<'_> {
    async fn section(&self, postgres: bool) -> Result<Section> {
        let mut server = self.server("main", postgres).await?;
        let mut facts =
            footprint::facts(&mut server, &self.options.seed, self.effort.starts).await?;
        let site = self.site(&server, None)?;
        let mut measured: Vec<Measured> = Vec::new();
        for row in rows(!postgres) {
            if self.wanted(row.scenario) {
                let reference = Row {
                    scenario: Scenario::ClientCredentials,
                    ..row
                };
                let reference = measured
                    .iter()
                    .find(|row| row.name == reference.name())
                    .map(|row| row.outcome.rate);
                let crowd;
                let site = if row.connections.is_some() {
                    crowd = self.site(&server, row.connections)?;
                    &crowd
                } else {
                    &site
                };
                let row = self.row(row, &mut server, site, reference).await?;
                eprintln!("{}", report::progress(server.database().kind(), &row));
                measured.push(row);
            }
        }
        server.stop().await?;
        if self.effort.records > 0 {
            facts.extend(self.many_records(postgres).await?);
        }
        Ok(Section {
            database: server.database().kind(),
            rows: measured,
            facts,
        })
    }

    fn wanted(&self, scenario: Scenario) -> bool {
        self.options.only.is_empty() || self.options.only.contains(&scenario)
    }

    async fn row(
        &self,
        row: Row,
        server: &mut Server,
        site: &Site,
        reference: Option<f64>,
    ) -> Result<Measured> {
        let Row { scenario, goal, .. } = row;
        if scenario == Scenario::WaitingDevices {
            if row.after_start {
                scenario.workers(site).await?;
            } else {
                site.devices.lock().await.take();
            }
            // The memory of these alone is meant.
            server.stop().await?;
            server.start(Some(&self.options.seed)).await?;
        }
        let pid = server.pid().ok_or("the server does not run")?;
        // What a scenario needs is made before anything is counted.
        let workers = scenario.workers(site).await?;
        tokio::time::sleep(SETTLE).await;
        process::forget_peak(pid);
        let before = statements(server).await?;
        let (plan, rounds) = self.effort.course(scenario);
        let course = Course {
            plan,
            rounds,
            floor: true,
            server: Some(pid),
            database: server.database().pid().await?,
        };
        let outcome = rounds::measure(scenario, site, workers, course).await?;
        let memory = process::memory(pid).ok();
        tokio::time::sleep(SETTLE).await;
        let after = statements(server).await?;
        let peak = memory.map(|memory| memory.peak);
        let per_operation = before.zip(after).map(|(before, after)| {
            let things = outcome.operations * scenario.things();
            after.saturating_sub(before) as f64 / things.max(1) as f64
        });
        Ok(Measured {
            name: row.name(),
            goal: goal.text(),
            reached: goal.reached(&outcome, peak, reference),
            outcome,
            memory: memory.map(|memory| memory.resident),
            peak,
            statements: per_operation,
        })
    }

    /// A server with a database of its own, called `name`, that does not run yet.
    async fn server(&self, name: &str, postgres: bool) -> Result<Server> {
        let kind = if postgres { "postgres" } else { "sqlite" };
        let folder = self.options.work.join(format!("{kind}-{name}"));
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        let database = match &self.options.postgres {
            Some(url) if postgres => Database::create(url, &format!("bench_{name}")).await?,
            _ => Database::Sqlite {
                path: folder.join("authgate.db"),
            },
        };
        Server::new(&self.options.program, folder, database)
    }

    /// The server as it is used by so many clients at once, or by the usual number.
    fn site(&self, server: &Server, connections: Option<usize>) -> Result<Site> {
        let mut target = Target::read(&self.options.target)?;
        target.base = server.base()?;
        let sizes = Sizes {
            connections: connections.unwrap_or(self.options.connections),
            tokens: self.options.tokens,
            devices: self.effort.devices,
        };
        Ok(Site::new(target, sizes))
    }
}

/// Database statements so far, as the database or else the server counts them.
async fn statements(server: &Server) -> Result<Option<u64>> {
    match server.database().statements().await? {
        Some(statements) => Ok(Some(statements)),
        None => server.statements_in_log(),
    }
}
