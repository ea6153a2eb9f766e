//! How many statements the database was sent.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// Counts statements, those that begin and end transactions included. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Statements(Arc<AtomicU64>);

impl Statements {
    /// One more.
    pub(super) fn count(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// All so far.
    pub(crate) fn total(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
