//! A day's work: the scenarios that a server spends its life on, in proportion.

use std::collections::BTreeMap;

use clap::ValueEnum;
use tokio::time::Instant;

use super::Scenario;
use crate::{
    error::Result,
    load::{Failure, Worker, Workers},
    site::Site,
};

/// The proportions when the target file names none.
const USUAL: [(Scenario, u32); 6] = [
    (Scenario::Introspect, 40),
    (Scenario::Tokeninfo, 20),
    (Scenario::ClientCredentials, 20),
    (Scenario::DevicePoll, 10),
    (Scenario::Refresh, 6),
    (Scenario::Userinfo, 4),
];

struct Mixed {
    parts: Vec<Box<dyn Worker>>,
    /// Indices of `parts`, in the order of work.
    order: Vec<usize>,
    next: usize,
}

pub async fn workers(site: &Site) -> Result<Workers> {
    let weights = weights(&site.target.mixed)?;
    let order = interleaved(
        &weights
            .iter()
            .map(|(_, weight)| *weight)
            .collect::<Vec<_>>(),
    );
    let count = site.sizes.connections;
    let mut mixed: Vec<Vec<Box<dyn Worker>>> = Vec::new();
    mixed.resize_with(count, Vec::new);
    for (scenario, _) in &weights {
        let workers = Box::pin(scenario.workers(site)).await?;
        for (parts, worker) in mixed.iter_mut().zip(workers) {
            parts.push(worker);
        }
    }
    let workers = mixed.into_iter().enumerate().map(|(number, parts)| {
        let worker = Mixed {
            parts,
            next: number * order.len() / count,
            order: order.clone(),
        };
        Box::new(worker) as Box<dyn Worker>
    });
    Ok(workers.collect())
}

fn weights(named: &BTreeMap<String, u32>) -> Result<Vec<(Scenario, u32)>> {
    if named.is_empty() {
        return Ok(USUAL.to_vec());
    }
    let mut weights = Vec::new();
    for (name, weight) in named {
        let scenario = Scenario::from_str(name, false)
            .map_err(|_| format!("the target file mixes in '{name}', which is no scenario"))?;
        if scenario == Scenario::Mixed {
            return Err("a mixture can't hold itself".into());
        }
        weights.push((scenario, *weight));
    }
    Ok(weights)
}

/// Each index as often as its weight says, as evenly spread as can be.
fn interleaved(weights: &[u32]) -> Vec<usize> {
    let mut turns: Vec<(u64, usize)> = Vec::new();
    for (index, weight) in weights.iter().enumerate() {
        for turn in 0..*weight {
            let place = (2 * u64::from(turn) + 1) * 1_000_000 / (2 * u64::from(*weight));
            turns.push((place, index));
        }
    }
    turns.sort_unstable();
    turns.into_iter().map(|(_, index)| index).collect()
}

#[tonic::async_trait]
impl Worker for Mixed {
    fn prepare(&mut self) -> Option<Instant> {
        self.next = (self.next + 1) % self.order.len();
        self.parts[self.order[self.next]].prepare()
    }

    async fn operate(&mut self) -> Result<(), Failure> {
        self.parts[self.order[self.next]].operate().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_spread_evenly() {
        assert_eq!(interleaved(&[4, 2]), [0, 1, 0, 0, 1, 0]);
    }

    #[test]
    fn a_mixture_is_named_in_the_target_file() {
        let named = |name: &str| weights(&[(name.to_owned(), 3)].into());
        assert_eq!(named("introspect").unwrap(), [(Scenario::Introspect, 3)]);
        assert!(named("introspekt").is_err() && named("mixed").is_err());
        assert_eq!(weights(&BTreeMap::new()).unwrap(), USUAL);
    }
}
