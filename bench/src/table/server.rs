//! AuthGate as a process, as its operator runs it: release build, log to a file,
//! default settings without rate limits.

use std::{
    fs::{self, File},
    io::{Read, Seek, SeekFrom},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use http::StatusCode;
use tokio::time::{Instant, sleep};
use url::Url;

use super::database::Database;
use crate::{
    error::Result,
    http_client::{HttpClient, Outgoing},
};

/// A start that takes longer has failed.
const LONGEST_START: Duration = Duration::from_secs(30);
/// How often a starting server is asked whether it answers.
const ASK: Duration = Duration::from_millis(1);
/// A server that was told to stop has ended by then.
const LONGEST_STOP: Duration = Duration::from_secs(20);
/// Where the newest count of statements is looked for: the end of the log.
const TAIL: u64 = 1 << 20;

/// A server, running or not; it ends with this value.
pub struct Server {
    program: PathBuf,
    folder: PathBuf,
    database: Database,
    port: u16,
    child: Option<Child>,
}

impl Server {
    /// A server on `database` that keeps its files in `folder`, not started yet.
    ///
    /// # Errors
    /// When there is no free port or no folder.
    pub fn new(program: &Path, folder: PathBuf, database: Database) -> Result<Self> {
        fs::create_dir_all(&folder)?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        Ok(Self {
            program: program.to_owned(),
            folder,
            database,
            port,
            child: None,
        })
    }

    /// `http://host:port`.
    ///
    /// # Errors
    /// Never.
    pub fn base(&self) -> Result<Url> {
        Ok(Url::parse(&format!("http://127.0.0.1:{}", self.port))?)
    }

    /// The process, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// The database.
    pub const fn database(&self) -> &Database {
        &self.database
    }

    /// Starts the program, which `seed` tells of people and clients; gives the time from
    /// there to its first answer.
    ///
    /// # Errors
    /// When it does not answer in time.
    pub async fn start(&mut self, seed: Option<&Path>) -> Result<Duration> {
        let log = File::create(self.log())?;
        let base = self.base()?;
        let mut command = Command::new(&self.program);
        command
            .arg("serve")
            .env_clear()
            .current_dir(&self.folder)
            .env("BASE_URL", base.as_str().trim_end_matches('/'))
            .env("SERVER_ADDR", format!("127.0.0.1:{}", self.port))
            .env("DATA_DIR", self.folder.join("data"))
            .env("ENABLE_RATE_LIMIT", "false")
            // The usual level, and once a second how many statements there were.
            .env("RUST_LOG", "info,core_service::store=debug")
            .envs(self.database.settings())
            .envs(seed.map(|seed| ("SEED_FILE", seed)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        let ready = Outgoing::get(&base.join("/health/ready")?)?;
        let started = Instant::now();
        self.child = Some(command.spawn()?);
        let mut client = HttpClient::default();
        loop {
            if let Ok(answer) = client.send(&ready).await
                && answer.status == StatusCode::OK
            {
                return Ok(started.elapsed());
            }
            let ended = match &mut self.child {
                Some(child) => child.try_wait()?.is_some(),
                None => true,
            };
            if ended || started.elapsed() > LONGEST_START {
                let log = fs::read_to_string(self.log())?;
                return Err(format!("the server did not start:\n{log}").into());
            }
            sleep(ASK).await;
        }
    }

    /// Stops the program as an orchestrator does.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn stop(&mut self) -> Result<()> {
        let Some(mut child) = self.child.take() else {
            return Ok(());
        };
        let status = Command::new("kill").arg(child.id().to_string()).status()?;
        let asked = Instant::now();
        while status.success() && asked.elapsed() < LONGEST_STOP {
            if child.try_wait()?.is_some() {
                return Ok(());
            }
            sleep(Duration::from_millis(20)).await;
        }
        child.kill()?;
        child.wait()?;
        Err("the server did not stop when it was told to".into())
    }

    /// Database statements since the start, as the server's log says; none when it
    /// says nothing about them.
    ///
    /// # Errors
    /// When the log can't be read.
    pub fn statements_in_log(&self) -> Result<Option<u64>> {
        let mut log = File::open(self.log())?;
        let length = log.metadata()?.len();
        log.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
        let mut tail = Vec::new();
        log.read_to_end(&mut tail)?;
        Ok(newest_statements(&String::from_utf8_lossy(&tail)))
    }

    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The number after the last `statements=`.
fn newest_statements(log: &str) -> Option<u64> {
    let (_, rest) = log.rsplit_once("statements=")?;
    let end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    rest[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_count_of_statements_is_read() {
        let log = "a statements=12\nb\nDEBUG store: counted statements=40 commits=3\nlast";
        assert_eq!(newest_statements(log), Some(40));
        assert_eq!(newest_statements("statements="), None);
        assert_eq!(newest_statements("nothing"), None);
    }
}
