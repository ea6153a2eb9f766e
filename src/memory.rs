//! Giving memory back to the system.
//!
//! mimalloc keeps what was freed for a second, and then waits until a thread has asked for
//! much; where nobody asks, it keeps it for ever: the 19 MB of the last password's hash.
//! There is no safe way to tell it to look, but it looks when it is asked often enough.

use std::{hint::black_box, time::Duration};

/// How often it is asked.
const INTERVAL: Duration = Duration::from_secs(2);
/// It looks once in so many requests of a thread (its option `generic_collect`)
const REQUESTS: usize = 10_000;
/// of so many bytes at least: smaller ones are not counted. It takes half a millisecond.
const BYTES: usize = 2048;

/// Has memory given back, for as long as `running` does not end.
pub async fn give_back(running: impl Future<Output = ()>) {
    let mut running = std::pin::pin!(running);
    while tokio::time::timeout(INTERVAL, &mut running).await.is_err() {
        for _ in 0..REQUESTS {
            drop(black_box(Vec::<u8>::with_capacity(BYTES)));
        }
    }
}
