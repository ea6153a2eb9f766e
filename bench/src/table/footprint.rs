//! What the program takes when nothing is asked of it.

use std::{path::Path, time::Duration};

use super::{Fact, server::Server};
use crate::{error::Result, process};

/// After so long a program that was just started is idle.
const IDLE: Duration = Duration::from_secs(3);
/// Bytes.
const MOST_MEMORY: u64 = 40_000_000;
/// From start to first answer.
const LONGEST_START: Duration = Duration::from_millis(100);

/// Idle memory, and the time from start to first answer on an existing database: the
/// median of so many starts. The server runs afterwards.
///
/// # Errors
/// When it does not start or stop.
pub async fn facts(server: &mut Server, seed: &Path, starts: usize) -> Result<Vec<Fact>> {
    server.start(Some(seed)).await?;
    let mut times = Vec::with_capacity(starts);
    for _ in 0..starts {
        server.stop().await?;
        // All that the seed says is there: to compare its passwords would be most of the start.
        times.push(server.start(None).await?);
    }
    times.sort_unstable();
    let start = times.get(starts / 2).copied().unwrap_or_default();
    tokio::time::sleep(IDLE).await;
    let memory = process::memory(server.pid().ok_or("the server does not run")?)?;
    Ok(vec![
        Fact {
            name: "idle memory".to_owned(),
            value: format!("{:.1} MB", memory.resident as f64 / 1e6),
            goal: format!("< {} MB", MOST_MEMORY / 1_000_000),
            reached: memory.resident < MOST_MEMORY,
        },
        Fact {
            name: "start to first answer on an existing database".to_owned(),
            value: format!("{} ms", start.as_millis()),
            goal: format!("< {} ms", LONGEST_START.as_millis()),
            reached: start < LONGEST_START,
        },
    ])
}
