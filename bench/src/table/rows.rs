//! The rows of the table, and what each has to reach.

use std::time::Duration;

use crate::{
    load::{Pace, Plan},
    rounds::Outcome,
    scenarios::{Scenario, waiting::INTERVAL},
};

/// What a scenario has to reach.
#[derive(Debug, Clone, Copy)]
pub enum Goal {
    /// A share of the floor.
    Share(f64),
    /// Things a second.
    Rate(f64),
    /// The rate of `client_credentials`.
    AsClientCredentials,
    /// The 99th percentile, milliseconds, and resident memory, bytes.
    Waiting(f64, u64),
    /// The 99th percentile as a multiple of the quiet one.
    Flood(f64),
    /// It is only shown.
    None,
}

/// Clients at once in the rows about what a crowd gets: so many that while some wait for a
/// durable commit there is work for the others.
const CROWD: usize = 256;

/// A row.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// What is measured.
    pub scenario: Scenario,
    /// What it has to reach.
    pub goal: Goal,
    /// Clients at once, where it is not the usual number.
    pub connections: Option<usize>,
    /// Whether what it asks about was there before the server was started.
    pub after_start: bool,
}

impl Row {
    /// What it is called in the table.
    pub fn name(self) -> String {
        let name = self.scenario.name();
        match self.connections {
            Some(connections) => format!("{name}, {connections} connections"),
            None if self.after_start => format!("{name} after a start"),
            None => name,
        }
    }
}

/// The rows for one database, in the order in which they are measured: what others
/// need first.
pub fn rows(sqlite: bool) -> Vec<Row> {
    let signing = if sqlite { 0.6 } else { 0.4 };
    let row = |scenario, goal| Row {
        scenario,
        goal,
        connections: None,
        after_start: false,
    };
    let crowd = |scenario, goal| Row {
        connections: Some(CROWD),
        ..row(scenario, goal)
    };
    vec![
        row(Scenario::ClientCredentials, Goal::Share(signing)),
        crowd(Scenario::ClientCredentials, Goal::Share(signing)),
        row(Scenario::Introspect, Goal::Share(0.6)),
        row(Scenario::Tokeninfo, Goal::Share(0.6)),
        row(Scenario::IntrospectGrpc, Goal::Share(0.7)),
        row(Scenario::IntrospectGrpcBatch, Goal::Rate(300_000.0)),
        row(Scenario::DeviceAuthorization, Goal::AsClientCredentials),
        crowd(Scenario::DeviceAuthorization, Goal::AsClientCredentials),
        row(Scenario::DevicePoll, Goal::Share(0.5)),
        row(Scenario::Userinfo, Goal::None),
        row(Scenario::Refresh, Goal::None),
        row(Scenario::AuthorizationCode, Goal::None),
        row(Scenario::DeviceFlow, Goal::None),
        row(Scenario::SignIn, Goal::None),
        row(Scenario::Mixed, Goal::None),
        row(Scenario::TokenInFlood, Goal::Flood(3.0)),
        row(Scenario::WaitingDevices, Goal::Waiting(50.0, 300_000_000)),
        Row {
            after_start: true,
            ..row(Scenario::WaitingDevices, Goal::None)
        },
    ]
}

/// How thoroughly the table is measured.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Rounds, of which the median counts.
    pub rounds: usize,
    warm_up: Duration,
    measured: Duration,
    /// Devices that wait.
    pub devices: usize,
    waiting: Duration,
    /// Starts of which the median counts.
    pub starts: usize,
    /// Records for the rows about many of them; 0 leaves them out.
    pub records: u64,
}

impl Effort {
    /// Some five minutes.
    pub const QUICK: Self = Self {
        rounds: 3,
        warm_up: Duration::from_millis(500),
        measured: Duration::from_millis(1200),
        devices: 20_000,
        waiting: Duration::from_secs(6),
        starts: 3,
        records: 0,
    };
    /// Some forty minutes.
    pub const FULL: Self = Self {
        rounds: 3,
        warm_up: Duration::from_secs(2),
        measured: Duration::from_secs(7),
        devices: 100_000,
        waiting: Duration::from_secs(30),
        starts: 7,
        records: 10_000_000,
    };

    /// How load is put on in one round of `scenario`, and in how many rounds.
    pub fn course(&self, scenario: Scenario) -> (Plan, usize) {
        let usual = Plan {
            warm_up: self.warm_up,
            measured: self.measured,
            pace: Pace::Closed,
        };
        match scenario {
            // All have asked before it counts.
            Scenario::WaitingDevices => (
                Plan {
                    warm_up: INTERVAL + self.warm_up,
                    measured: self.waiting,
                    ..usual
                },
                1,
            ),
            // A hundredth of what there is to see has to be some.
            Scenario::TokenInFlood => (
                Plan {
                    measured: self.measured * 2,
                    ..usual
                },
                self.rounds,
            ),
            _ => (usual, self.rounds),
        }
    }
}

impl Goal {
    /// The goal in words; empty for none.
    pub fn text(self) -> String {
        match self {
            Self::Share(share) => format!("≥ {share} of the floor"),
            Self::Rate(rate) => format!("≥ {rate:.0}/s"),
            Self::AsClientCredentials => "≥ client_credentials".to_owned(),
            Self::Waiting(p99, memory) => {
                format!("p99 < {p99:.0} ms, < {} MB", memory / 1_000_000)
            }
            Self::Flood(times) => format!("p99 < {times:.0} × quiet"),
            Self::None => String::new(),
        }
    }

    /// Whether it is reached. `reference` is the rate of `client_credentials` with as many clients.
    pub fn reached(
        self,
        seen: &Outcome,
        peak: Option<u64>,
        reference: Option<f64>,
    ) -> Option<bool> {
        Some(match self {
            Self::Share(share) => seen.share? >= share,
            Self::Rate(rate) => seen.rate >= rate,
            Self::AsClientCredentials => seen.rate >= reference?,
            Self::Waiting(p99, memory) => in_time(seen, p99) && peak? < memory,
            Self::Flood(times) => in_time(seen, times * seen.quiet_p99?),
            Self::None => return None,
        })
    }
}

/// Whether an open loop was served within `p99` milliseconds. Those that it owes at the end
/// of a round are in time still when they are no more than fall due within that time.
fn in_time(seen: &Outcome, p99: f64) -> bool {
    seen.latency.p99 < p99 && seen.owed as f64 <= seen.rate * p99 / 1000.0
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::rounds::Latency;

    fn waited(p99: f64, owed: u64) -> Option<bool> {
        let seen = Outcome {
            rate: 20_000.0,
            latency: Latency {
                p50: 1.0,
                p95: 2.0,
                p99,
                p999: 60.0,
                max: 70.0,
            },
            server_cpu: None,
            database_cpu: None,
            floor: None,
            share: None,
            floor_cpu: None,
            quiet_p99: None,
            crowd_rate: None,
            operations: 600_000,
            owed,
            failures: BTreeMap::new(),
        };
        Goal::Waiting(50.0, 1000).reached(&seen, Some(999), None)
    }

    #[test]
    fn what_is_owed_may_still_come_in_time() {
        assert_eq!(waited(20.0, 1000), Some(true));
        assert_eq!(waited(20.0, 1001), Some(false));
        assert_eq!(waited(50.0, 0), Some(false));
    }
}
