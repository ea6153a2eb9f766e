//! A scenario and its floor in turns, because machines are noisy: what slows one
//! round slows the other's too.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    error::Result,
    floor::process::FloorProcess,
    load::{self, Measurement, NoProbe, Pace, Plan, Workers},
    process::Usage,
    scenarios::Scenario,
    site::Site,
};

/// How a scenario is measured.
#[derive(Debug, Clone, Copy)]
pub struct Course {
    /// How load is put on in each round.
    pub plan: Plan,
    /// So many rounds; their median counts.
    pub rounds: usize,
    /// Whether the floor is measured as well.
    pub floor: bool,
    /// The server's process, for its processors' time.
    pub server: Option<u32>,
    /// The database's first process, for the same.
    pub database: Option<u32>,
}

/// What a scenario showed: medians of the rounds.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    /// Things (operations, tokens of a batch) a second.
    pub rate: f64,
    /// Latency of operations, milliseconds.
    pub latency: Latency,
    /// Seconds of processors for 1,000 things, the server's.
    pub server_cpu: Option<f64>,
    /// The same, of the database's processes.
    pub database_cpu: Option<f64>,
    /// Operations a second of the floor.
    pub floor: Option<f64>,
    /// The rate as a share of the floor: the median of each round's share.
    pub share: Option<f64>,
    /// Seconds of processors for 1,000 operations, the floor's.
    pub floor_cpu: Option<f64>,
    /// The 99th percentile of the latency when nobody else is busy, milliseconds; for
    /// scenarios with a crowd.
    pub quiet_p99: Option<f64>,
    /// Operations a second of the crowd.
    pub crowd_rate: Option<f64>,
    /// All successful operations, warm-up included.
    pub operations: u64,
    /// Operations that an open loop owed at the end of its worst round.
    pub owed: u64,
    /// What went wrong, and how often.
    pub failures: BTreeMap<String, u64>,
}

/// Quantiles, milliseconds.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Latency {
    /// The median.
    pub p50: f64,
    /// 95 of 100 are faster.
    pub p95: f64,
    /// 99 of 100 are faster.
    pub p99: f64,
    /// 999 of 1,000 are faster.
    pub p999: f64,
    /// The slowest.
    pub max: f64,
}

/// Measures `scenario` at `site` with its `workers`, round by round with its floor.
///
/// # Errors
/// When something that it needs can't be made. Wrong answers are in the outcome.
pub async fn measure(
    scenario: Scenario,
    site: &Site,
    mut workers: Workers,
    course: Course,
) -> Result<Outcome> {
    let connections = site.sizes.connections;
    let floor = match (course.floor, scenario.floor()) {
        (true, Some(kind)) => Some((FloorProcess::like(scenario, site).await?, kind)),
        _ => None,
    };
    let plan = Plan {
        pace: scenario.pace(site, course.plan.pace),
        ..course.plan
    };
    let mut crowd = scenario.crowd(site)?;
    let mut rounds = Vec::with_capacity(course.rounds);
    for _ in 0..course.rounds {
        let mut floor_seen = None;
        if let Some((process, kind)) = &floor {
            let mut usage = Usage::of(Some(process.pid()), None);
            let workers = process.workers(*kind, connections)?;
            let (seen, _) = load::run(workers, course.plan, &mut usage).await?;
            if let Some((what, count)) = seen.failures.first_key_value() {
                return Err(format!("the floor failed {count} times: {what}").into());
            }
            floor_seen = Some((seen, usage));
        }
        let mut quiet = None;
        if !crowd.is_empty() {
            let (seen, back) = load::run(workers, plan, &mut NoProbe).await?;
            workers = back;
            quiet = Some(seen);
        }
        let mut usage = Usage::of(course.server, course.database);
        let together = Plan {
            pace: Pace::Closed,
            ..plan
        };
        let mut nothing = NoProbe;
        let (measured, crowded) = tokio::join!(
            load::run(workers, plan, &mut usage),
            load::run(crowd, together, &mut nothing)
        );
        let (mut seen, back) = measured?;
        workers = back;
        let (around, back) = crowded?;
        crowd = back;
        seen.failures.extend(around.failures);
        rounds.push(Round {
            seen,
            usage,
            floor: floor_seen,
            quiet,
            crowd_rate: around.rate,
        });
    }
    Ok(outcome(&rounds, scenario.things() as f64))
}

struct Round {
    seen: Measurement,
    usage: Usage,
    floor: Option<(Measurement, Usage)>,
    /// The same without the crowd, for scenarios with one.
    quiet: Option<Measurement>,
    crowd_rate: f64,
}

fn outcome(rounds: &[Round], things: f64) -> Outcome {
    let over = |of: &dyn Fn(&Round) -> Option<f64>| median(rounds.iter().filter_map(of).collect());
    let quantile = |quantile: f64| {
        let of = |round: &Round| Some(round.seen.latencies.value_at_quantile(quantile) as f64);
        over(&of).unwrap_or_default() / 1000.0
    };
    let per_thousand = |seen: &Measurement, cpu: Option<f64>, things: f64| {
        let count = seen.latencies.len() as f64 * things;
        cpu.filter(|_| count > 0.0).map(|cpu| cpu * 1000.0 / count)
    };
    let mut failures = BTreeMap::new();
    for (kind, count) in rounds.iter().flat_map(|round| &round.seen.failures) {
        *failures.entry(kind.clone()).or_default() += count;
    }
    Outcome {
        rate: over(&|round| Some(round.seen.rate * things)).unwrap_or_default(),
        latency: Latency {
            p50: quantile(0.5),
            p95: quantile(0.95),
            p99: quantile(0.99),
            p999: quantile(0.999),
            max: quantile(1.0),
        },
        server_cpu: over(&|round| per_thousand(&round.seen, round.usage.server_cpu, things)),
        database_cpu: over(&|round| per_thousand(&round.seen, round.usage.database_cpu, things)),
        floor: over(&|round| Some(round.floor.as_ref()?.0.rate)),
        share: over(&|round| Some(round.seen.rate * things / round.floor.as_ref()?.0.rate)),
        floor_cpu: over(&|round| {
            let (seen, usage) = round.floor.as_ref()?;
            per_thousand(seen, usage.server_cpu, 1.0)
        }),
        quiet_p99: over(&|round| {
            let quiet = round.quiet.as_ref()?;
            Some(quiet.latencies.value_at_quantile(0.99) as f64 / 1000.0)
        }),
        crowd_rate: over(&|round| round.quiet.is_some().then_some(round.crowd_rate)),
        operations: rounds.iter().map(|round| round.seen.operations).sum(),
        owed: rounds
            .iter()
            .map(|round| round.seen.owed)
            .max()
            .unwrap_or(0),
        failures,
    }
}

/// The middle one; of an even number the lower of the two.
fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len().checked_sub(1)? / 2;
    values.get(middle).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_one_of_the_rounds() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(vec![2.0, 1.0]), Some(1.0));
    }
}
