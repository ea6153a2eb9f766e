//! Devices poll as fast as they are answered, each of them no more often than it may.

use std::time::Duration;

use super::waiting::{self, INTERVAL};
use crate::{
    error::Result,
    load::{self, NoProbe, Pace, Plan, Workers},
    site::Site,
};

/// Devices for a first look at the rate: so many that none has to wait meanwhile, at
/// 100,000 polls a second.
const FIRST: usize = 60_000;
/// So much faster than at first look may the server become.
const RESERVE: f64 = 1.5;
/// More are not made.
const MOST: usize = 500_000;

/// How long the first look takes.
const LOOK: Plan = Plan {
    warm_up: Duration::from_millis(200),
    measured: Duration::from_millis(400),
    pace: Pace::Closed,
};

/// So many devices are needed that each has waited when its turn comes again, and
/// that depends on how fast the server answers.
pub async fn workers(site: &Site) -> Result<Workers> {
    let count = site.sizes.connections;
    let first = waiting::devices(site, FIRST).await?;
    let needed = if first.len() > FIRST {
        first.len()
    } else {
        let workers = waiting::workers(count, &first, FIRST);
        let (seen, _) = load::run(workers, LOOK, &mut NoProbe).await?;
        let needed = seen.rate * INTERVAL.as_secs_f64() * RESERVE;
        (needed as usize).clamp(FIRST, MOST)
    };
    let devices = waiting::devices(site, needed).await?;
    Ok(waiting::workers(count, &devices, devices.len()))
}
