//! What many token records cost: bytes on disk, and speed.

use super::{Fact, Maker, server::Server};
use crate::{
    error::Result,
    fill::{self, Fill},
    load::{self, NoProbe},
    scenarios::Scenario,
    site::make,
};

/// After so many it is looked how large one is.
const MILLION: u64 = 1_000_000;
/// Bytes of a record with its indexes.
const LARGEST: f64 = 300.0;
/// Of the rate on an empty database.
const LEAST_SHARE: f64 = 0.9;
/// What is compared.
const COMPARED: [Scenario; 2] = [Scenario::ClientCredentials, Scenario::Introspect];

impl Maker<'_> {
    /// The size of a record, and the rates on a full database as shares of those on an
    /// empty one, in turns.
    pub(super) async fn many_records(&self, postgres: bool) -> Result<Vec<Fact>> {
        let seed = Some(self.options.seed.as_path());
        let mut full = self.server("full", postgres).await?;
        full.start(seed).await?;
        make(
            1,
            &self.site(&full, None)?.client_credentials()?,
            "access_token",
        )
        .await?;
        full.stop().await?;
        let mut facts = vec![self.filled(&full).await?];

        let mut empty = self.server("empty", postgres).await?;
        full.start(seed).await?;
        empty.start(seed).await?;
        for scenario in COMPARED {
            facts.push(self.compared(scenario, &full, &empty).await?);
        }
        full.stop().await?;
        empty.stop().await?;
        Ok(facts)
    }

    /// Fills the database; the size of a record after the first million.
    async fn filled(&self, server: &Server) -> Result<Fact> {
        let url = server.database().url();
        let fill = |rows| Fill {
            url: url.clone(),
            rows,
        };
        let first = self.effort.records.min(MILLION);
        let before = fill::size(&url).await?;
        fill::fill(&fill(first)).await?;
        let each = fill::size(&url).await?.saturating_sub(before) as f64 / first as f64;
        eprintln!("a record has {each:.0} bytes");
        fill::fill(&fill(self.effort.records - first)).await?;
        Ok(Fact {
            name: format!("a token record on disk with its indexes, after {first}"),
            value: format!("{each:.0} bytes"),
            goal: format!("< {LARGEST} bytes"),
            reached: each < LARGEST,
        })
    }

    async fn compared(&self, scenario: Scenario, full: &Server, empty: &Server) -> Result<Fact> {
        let (plan, rounds) = self.effort.course(scenario);
        let mut shares = Vec::with_capacity(rounds);
        let mut on_full = scenario.workers(&self.site(full, None)?).await?;
        let mut on_empty = scenario.workers(&self.site(empty, None)?).await?;
        for _ in 0..rounds {
            let (empty, back) = load::run(on_empty, plan, &mut NoProbe).await?;
            on_empty = back;
            let (full, back) = load::run(on_full, plan, &mut NoProbe).await?;
            on_full = back;
            if !empty.failures.is_empty() || !full.failures.is_empty() {
                return Err("answers were wrong with many records".into());
            }
            shares.push(full.rate / empty.rate);
        }
        shares.sort_by(f64::total_cmp);
        let share = shares.get(rounds / 2).copied().unwrap_or_default();
        let records = self.effort.records;
        Ok(Fact {
            name: format!("{} with {records} token records present", scenario.name()),
            value: format!("{share:.2} of the rate on an empty database"),
            goal: format!("≥ {LEAST_SHARE}"),
            reached: share >= LEAST_SHARE,
        })
    }
}
