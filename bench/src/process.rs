//! What a process uses, as Linux says in `/proc`.

use std::fs;

use crate::{error::Result, load::Probe};

/// Ticks a second in `/proc/PID/stat`; Linux fixes it for everything outside the kernel.
const TICKS: f64 = 100.0;

/// Processors' seconds that `pid` has used, all threads, without its children.
///
/// # Errors
/// When there is no such process.
pub fn cpu_seconds(pid: u32) -> Result<f64> {
    let stat = Stat::of(pid)?;
    Ok((stat.user + stat.system) as f64 / TICKS)
}

/// The same with all children, those that have ended included.
///
/// # Errors
/// When there is no such process.
pub fn cpu_seconds_with_children(pid: u32) -> Result<f64> {
    let own = Stat::of(pid)?;
    let mut ticks = own.user + own.system + own.ended_children;
    for other in processes() {
        if let Ok(stat) = Stat::of(other)
            && stat.parent == pid
        {
            ticks += stat.user + stat.system;
        }
    }
    Ok(ticks as f64 / TICKS)
}

/// Memory of a process, bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// What it has in main memory now.
    pub resident: u64,
    /// The most that it ever had.
    pub peak: u64,
}

/// Memory of `pid`.
///
/// # Errors
/// When there is no such process.
pub fn memory(pid: u32) -> Result<Memory> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let kilobytes = |name: &str| -> Result<u64> {
        let line = status.lines().find(|line| line.starts_with(name));
        let number = line.and_then(|line| line.split_whitespace().nth(1));
        Ok(number.ok_or("/proc/PID/status lacks a line")?.parse()?)
    };
    Ok(Memory {
        resident: kilobytes("VmRSS:")? * 1024,
        peak: kilobytes("VmHWM:")? * 1024,
    })
}

/// Lets the peak of `pid` begin anew, where the system allows it.
pub fn forget_peak(pid: u32) {
    let _ = fs::write(format!("/proc/{pid}/clear_refs"), "5");
}

fn processes() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// The part of `/proc/PID/stat` that is of use; ticks.
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    parent: u32,
    user: u64,
    system: u64,
    ended_children: u64,
}

impl Stat {
    fn of(pid: u32) -> Result<Self> {
        Self::parse(&fs::read_to_string(format!("/proc/{pid}/stat"))?)
    }

    fn parse(text: &str) -> Result<Self> {
        // The program's name stands in parentheses and may hold anything.
        let (_, fields) = text.rsplit_once(") ").ok_or("/proc/PID/stat is odd")?;
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let number = |index: usize| -> Result<u64> {
            let field = fields.get(index).ok_or("/proc/PID/stat is short")?;
            Ok(field.parse()?)
        };
        Ok(Self {
            parent: u32::try_from(number(1)?)?,
            user: number(11)?,
            system: number(12)?,
            ended_children: number(13)? + number(14)?,
        })
    }
}

/// What a server and its database use in the measured time.
#[derive(Debug, Clone, Copy, Default)]
pub struct Usage {
    server: Option<u32>,
    database: Option<u32>,
    begun: Option<(f64, f64)>,
    /// Seconds of processors, the server's.
    pub server_cpu: Option<f64>,
    /// The same, of the database's processes.
    pub database_cpu: Option<f64>,
}

impl Usage {
    /// Watches a server, and a database by the process that all of its others
    /// are children of.
    pub fn of(server: Option<u32>, database: Option<u32>) -> Self {
        Self {
            server,
            database,
            ..Self::default()
        }
    }

    fn now(&self) -> (f64, f64) {
        let server = self.server.and_then(|pid| cpu_seconds(pid).ok());
        let database = self
            .database
            .and_then(|pid| cpu_seconds_with_children(pid).ok());
        (server.unwrap_or(0.0), database.unwrap_or(0.0))
    }
}

#[tonic::async_trait]
impl Probe for Usage {
    async fn begin(&mut self) {
        self.begun = Some(self.now());
    }

    async fn end(&mut self) {
        let Some((server, database)) = self.begun else {
            return;
        };
        let now = self.now();
        self.server_cpu = self.server.map(|_| now.0 - server);
        self.database_cpu = self.database.map(|_| now.1 - database);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stat_line_is_read_whatever_the_program_is_called() {
        let line = "7 (odd) name (x)) S 3 7 7 0 -1 4194304 10 0 0 0 120 30 5 6 20 0 9 0 1 2 3";
        let stat = Stat {
            parent: 3,
            user: 120,
            system: 30,
            ended_children: 11,
        };
        assert_eq!(Stat::parse(line).unwrap(), stat);
    }

    #[test]
    fn this_process_uses_memory() {
        let memory = memory(std::process::id()).unwrap();
        assert!(memory.resident > 100_000 && memory.peak >= memory.resident);
        assert!(cpu_seconds_with_children(std::process::id()).is_ok());
    }
}
