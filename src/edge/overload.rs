//! Bounds of what requests may cost: at once, in time and in memory.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{MatchedPath, Request},
    response::Response,
};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::Failure;

/// Requests under way at once. Each holds some kilobytes; two processors answer
/// far fewer than these within the time limit when they are slow.
const MOST_AT_ONCE: usize = 1024;
/// A request that takes longer is given up.
const LONGEST_TIME: Duration = Duration::from_secs(30);
/// A body that takes longer to arrive is given up.
const LONGEST_ARRIVAL: Duration = Duration::from_secs(10);
/// All bodies of requests under way together, in bytes.
const BODIES: usize = 64 * 1024 * 1024;
/// An orchestrator that asks whether the process lives must not kill it for being busy.
const LIVENESS: &str = "/health/live";

/// What requests may cost.
#[derive(Clone)]
pub struct Bounds {
    /// Places for requests that are worked on.
    pub(super) slots: Arc<Semaphore>,
    /// Bytes for the bodies of requests under way.
    pub(super) memory: Arc<Semaphore>,
    /// A request that takes longer is given up.
    pub(super) longest_time: Duration,
    /// A body that takes longer to arrive is given up.
    pub(super) longest_arrival: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self::new(MOST_AT_ONCE, LONGEST_TIME)
    }
}

/// Stands in the extensions of a request whose connection was one too many: it is
/// told so and let go.
#[derive(Debug, Clone, Copy)]
pub struct TooManyConnections;

impl Bounds {
    /// So many requests at once, each for so long.
    pub fn new(most_at_once: usize, longest_time: Duration) -> Self {
        Self {
            slots: Arc::new(Semaphore::new(most_at_once)),
            memory: Arc::new(Semaphore::new(BODIES)),
            longest_time,
            longest_arrival: LONGEST_ARRIVAL,
        }
    }

    /// Refuses a request that would find no slot now.
    ///
    /// # Errors
    /// [`Failure::Overloaded`], [`Failure::TooManyConnections`].
    pub fn have_room_for(&self, request: &Request) -> Result<(), Failure> {
        if asks_whether_alive(request) {
            return Ok(());
        }
        if request.extensions().get::<TooManyConnections>().is_some() {
            return Err(Failure::TooManyConnections);
        }
        match self.slots.available_permits() {
            0 => Err(Failure::Overloaded),
            _ => Ok(()),
        }
    }

    /// The slot of a request, until it is dropped; none for one that needs none.
    ///
    /// # Errors
    /// [`Failure::Overloaded`] when all are taken.
    pub fn take_slot(&self, request: &Request) -> Result<Option<SemaphorePermit<'_>>, Failure> {
        if asks_whether_alive(request) {
            return Ok(None);
        }
        self.slots
            .try_acquire()
            .map(Some)
            .map_err(|_| Failure::Overloaded)
    }

    /// The answer, if it comes in time.
    ///
    /// # Errors
    /// [`Failure::TooSlow`].
    pub async fn in_time(
        &self,
        answer: impl Future<Output = Response>,
    ) -> Result<Response, Failure> {
        tokio::time::timeout(self.longest_time, answer)
            .await
            .map_err(|_| Failure::TooSlow)
    }
}

fn asks_whether_alive(request: &Request) -> bool {
    let route = request.extensions().get::<MatchedPath>();
    route.is_some_and(|route| route.as_str().ends_with(LIVENESS))
}
