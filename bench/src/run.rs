//! `run`: scenarios against a server that runs already.

use crate::{
    cli::Run,
    error::Result,
    rounds::{self, Course, Outcome},
    scenarios::Scenario,
};

/// Runs the scenarios and prints what they showed.
///
/// # Errors
/// When one can't be run, or any answer was wrong.
pub async fn run(options: &Run) -> Result<()> {
    let site = options.site()?;
    let course = Course {
        plan: options.plan(),
        rounds: options.rounds,
        floor: options.floor,
        server: options.pid,
        database: options.database_pid,
    };
    let mut wrong = 0;
    for scenario in &options.scenarios {
        let workers = scenario.workers(&site).await?;
        let outcome = rounds::measure(*scenario, &site, workers, course).await?;
        if options.json {
            let line = serde_json::json!({ "scenario": scenario.name(), "outcome": outcome });
            println!("{line}");
        } else {
            print(*scenario, &outcome);
        }
        wrong += outcome.failures.values().sum::<u64>();
    }
    if wrong > 0 {
        return Err(format!("{wrong} answers were wrong").into());
    }
    Ok(())
}

fn print(scenario: Scenario, outcome: &Outcome) {
    let Outcome {
        rate,
        latency,
        server_cpu,
        database_cpu,
        floor,
        share,
        floor_cpu,
        quiet_p99,
        crowd_rate,
        operations: _,
        owed,
        failures,
    } = outcome;
    print!(
        "{:<24} {rate:>9.0}/s  p50 {:.2}  p95 {:.2}  p99 {:.2}  p99.9 {:.2}  max {:.1} ms",
        scenario.name(),
        latency.p50,
        latency.p95,
        latency.p99,
        latency.p999,
        latency.max
    );
    // CPU seconds for 1,000 operations are milliseconds for one: shown as microseconds.
    if let Some(cpu) = server_cpu {
        print!("  cpu {:.1} us", cpu * 1000.0);
    }
    if let Some(cpu) = database_cpu {
        print!(" + {:.1} us database", cpu * 1000.0);
    }
    if let (Some(floor), Some(share)) = (floor, share) {
        print!("  floor {floor:.0}/s, share {share:.2}");
    }
    if let Some(cpu) = floor_cpu {
        print!(" (floor cpu {:.1} us)", cpu * 1000.0);
    }
    if let (Some(p99), Some(rate)) = (quiet_p99, crowd_rate) {
        print!("  quiet p99 {p99:.2} ms, crowd {rate:.0}/s");
    }
    if *owed > 0 {
        print!("  OWED {owed}");
    }
    println!();
    for (what, count) in failures {
        println!("  WRONG {count:>8} x {what}");
    }
}
