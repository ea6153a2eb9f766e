//! When keys come and go. A key is published a while before it signs, signs until
//! its successor does, and stays published until no token of it can be alive:
//!
//! ```text
//!  created_at      activates_at            successor's activates_at      expires_at
//!      |-- published --|--------- signs ----------|-------- verifies ---------|
//! ```
//!
//! The functions here decide from the rows alone, so that all pods decide alike.

use std::time::Duration;

use super::ring::KeyRing;
use crate::{
    config::{Algorithm, Settings},
    domain::{id::KeyId, time::Timestamp},
    error::Error,
    store::signing_keys::{self, SigningKeyRow},
};

/// Pods learn of a new key within this; meanwhile they sign with the old one.
const PROPAGATION: Duration = Duration::from_secs(60);

/// When keys change.
#[derive(Clone, Copy)]
pub(super) struct Schedule {
    /// A key signs so long; none: until a command ends that.
    pub(super) interval: Option<Duration>,
    /// A key is published so long before it signs.
    pub(super) lead: Duration,
    /// A key stays published so long after its successor began to sign.
    pub(super) retention: Duration,
}

impl Schedule {
    pub(super) fn new(settings: &Settings) -> Self {
        let tokens = &settings.tokens;
        let profiles = &tokens.profiles;
        let longest_life = [
            profiles.short.access,
            profiles.standard.access + tokens.jitter,
            profiles.long.access,
            tokens.client_credentials,
            tokens.id_token,
        ]
        .into_iter()
        .max()
        .unwrap_or_default();
        let lead = settings.signing.publication_lead;
        Self {
            interval: settings.signing.rotation_interval,
            lead,
            retention: longest_life + lead.max(PROPAGATION),
        }
    }

    /// When a new key of `algorithm` is to begin to sign; none: no new key is due.
    fn successor_at(
        &self,
        rows: &[SigningKeyRow],
        algorithm: Algorithm,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let Some(newest) = of(rows, algorithm).map(|row| row.activates_at).max() else {
            return Some(now);
        };
        let ends = newest + self.interval?;
        (ends <= now + self.lead).then_some(now + self.lead)
    }

    /// When a superseded key, none if it isn't or has an end already, leaves the key set.
    fn end(
        &self,
        rows: &[SigningKeyRow],
        row: &SigningKeyRow,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let successor = rows
            .iter()
            .filter(|other| other.algorithm == row.algorithm && order(other) > order(row))
            .map(|other| other.activates_at)
            .min()?;
        (row.expires_at.is_none() && successor <= now).then_some(successor + self.retention)
    }
}

impl KeyRing {
    /// Adds a new key for `algorithm`, or for all whose keys are made here, that
    /// signs from now on (`immediately`) or after the publication lead. Tokens that
    /// were signed before stay valid until they expire. Gives the new `kid`s.
    ///
    /// # Errors
    /// `Invalid` for an algorithm whose key the settings give; UNAVAILABLE when the
    /// database is away.
    pub(crate) async fn rotate(
        &self,
        now: Timestamp,
        algorithm: Option<Algorithm>,
        immediately: bool,
    ) -> Result<Vec<KeyId>, Error> {
        let made_here = self.made_here();
        let algorithms = match algorithm {
            None => made_here,
            Some(algorithm) if made_here.contains(&algorithm) => vec![algorithm],
            Some(algorithm) => {
                let name = algorithm.as_str();
                return Err(Error::Invalid(format!(
                    "the key of {name} is given by the settings: change it there"
                )));
            }
        };
        let lead = if immediately {
            Duration::ZERO
        } else {
            self.schedule.lead
        };
        let added = self
            .add_keys(now, &algorithms, |_, _| Some(now + lead))
            .await?;
        if immediately {
            // Those that signed until now have their end at once, and it can be seen.
            self.retire(now).await?;
            self.reload(now).await?;
        }
        Ok(added)
    }

    /// Takes the stored key `id` out of the key set before its time: what it signed counts
    /// no more. Other processes follow when they reload.
    ///
    /// # Errors
    /// `NotFound`; `Precondition` when it signs, or is to, and nothing would take its
    /// place; UNAVAILABLE when the database is away.
    pub(crate) async fn withdraw(&self, now: Timestamp, id: &KeyId) -> Result<(), Error> {
        let rows = self.rows().await?;
        let row = rows
            .iter()
            .find(|row| row.id == *id && is_published(row, now))
            .ok_or(Error::NotFound("there is no such signing key"))?;
        let is_superseded = rows.iter().any(|other| {
            other.algorithm == row.algorithm
                && other.activates_at <= now
                && order(other) > order(row)
        });
        if !is_superseded && !self.gives(&row.algorithm) {
            return Err(Error::Precondition(
                "the key signs, or will: make a new one first, to be used at once".to_owned(),
            ));
        }
        let mut transaction = self.store.begin().await?;
        signing_keys::set_expiry(&mut transaction, id, now).await?;
        signing_keys::delete_expired(&mut transaction, now).await?;
        transaction.commit().await?;
        self.reload(now).await
    }

    /// Does what is due: adds the successors of keys that have signed long enough,
    /// sets the end of superseded ones, removes those past theirs. Any number of
    /// pods may do so at once: at worst each adds a successor, and all of them
    /// choose the same one. Costs a few small reads when nothing is due. Reloads as well.
    ///
    /// # Errors
    /// UNAVAILABLE when the database is away; the next call makes up for it.
    pub(crate) async fn maintain(&self, now: Timestamp) -> Result<(), Error> {
        let made_here = self.made_here();
        let schedule = self.schedule;
        self.add_keys(now, &made_here, |rows, algorithm| {
            schedule.successor_at(rows, algorithm, now)
        })
        .await?;
        self.retire(now).await?;
        self.reload(now).await
    }

    async fn retire(&self, now: Timestamp) -> Result<(), Error> {
        let rows = self.rows().await?;
        let ends: Vec<_> = rows
            .iter()
            .filter_map(|row| {
                // The settings' own key has taken over from all keys of its algorithm.
                let end = if self.gives(&row.algorithm) && row.expires_at.is_none() {
                    Some(now + self.schedule.retention)
                } else {
                    self.schedule.end(&rows, row, now)
                };
                Some((&row.id, end?))
            })
            .collect();
        let all_published = rows.iter().all(|row| is_published(row, now));
        if ends.is_empty() && all_published {
            return Ok(());
        }
        let mut transaction = self.store.begin().await?;
        for (id, end) in ends {
            signing_keys::set_expiry(&mut transaction, id, end).await?;
        }
        signing_keys::delete_expired(&mut transaction, now).await?;
        Ok(transaction.commit().await?)
    }
}

/// The rows of `algorithm`.
fn of(rows: &[SigningKeyRow], algorithm: Algorithm) -> impl Iterator<Item = &SigningKeyRow> {
    rows.iter()
        .filter(move |row| row.algorithm == algorithm.as_str())
}

/// Later keys supersede earlier ones; the id decides between keys that pods made at
/// the same instant.
fn order(row: &SigningKeyRow) -> (Timestamp, &KeyId) {
    (row.activates_at, &row.id)
}

/// The row whose key signs at `now`: of those that may, the latest.
pub(super) fn active(
    rows: &[SigningKeyRow],
    algorithm: Algorithm,
    now: Timestamp,
) -> Option<&SigningKeyRow> {
    of(rows, algorithm)
        .filter(|row| row.activates_at <= now)
        .max_by_key(|row| order(row))
        // Another pod's clock may be ahead of ours by a little.
        .or_else(|| of(rows, algorithm).min_by_key(|row| order(row)))
}

/// Whether the key set holds it at `now`.
pub(super) fn is_published(row: &SigningKeyRow, now: Timestamp) -> bool {
    row.expires_at.is_none_or(|end| now < end)
}

/// Whether no key of `algorithm` is there to stay.
pub(super) fn is_missing(rows: &[SigningKeyRow], algorithm: Algorithm) -> bool {
    of(rows, algorithm).all(|row| row.expires_at.is_some())
}
