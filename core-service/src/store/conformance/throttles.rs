//! Throttles: counting, also by many at once.

use tokio::task::JoinSet;

use super::{conformance, fixtures::*};
use crate::{
    domain::time::Timestamp,
    store::{Store, throttles},
};

conformance! {
    async fn failures_are_counted_in_windows(store: Store) {
        assert_eq!(read!(store, |c| throttles::get(c, "k")), None);
        for (at, count) in [(NOW, 1), (NOW + SECOND, 2), (NOW + 59 * SECOND, 3), (NOW + 60 * SECOND, 1), (NOW + 61 * SECOND, 2)] {
            let failures = commit!(store, |tx| throttles::record_failure(tx, "k", at, 60 * SECOND));
            assert_eq!(failures, count, "{at:?}");
        }
        assert_eq!(commit!(store, |tx| throttles::record_failure(tx, "other", NOW, SECOND)), 1);
        let found = read!(store, |c| throttles::get(c, "k")).unwrap();
        assert_eq!(
            (found.failures, found.window_ends, found.blocked_until),
            (2, NOW + 120 * SECOND, Timestamp(0)),
        );
    }

    async fn a_block_lasts_through_failures_and_is_not_cut_short(store: Store) {
        commit!(store, |tx| throttles::record_failure(tx, "k", NOW, SECOND));
        commit!(store, |tx| throttles::block(tx, "k", NOW + HOUR));
        commit!(store, |tx| throttles::block(tx, "k", NOW + SECOND));
        commit!(store, |tx| throttles::record_failure(tx, "k", NOW + 2 * SECOND, SECOND));
        let found = read!(store, |c| throttles::get(c, "k")).unwrap();
        assert_eq!((found.failures, found.blocked_until), (1, NOW + HOUR));
        commit!(store, |tx| throttles::clear(tx, "k"));
        commit!(store, |tx| throttles::clear(tx, "k"));
        assert_eq!(read!(store, |c| throttles::get(c, "k")), None);
    }

    async fn failures_at_the_same_time_are_all_counted(store: Store) {
        let mut tasks = JoinSet::new();
        for _ in 0..32 {
            let store = store.clone();
            tasks.spawn(async move {
                commit!(store, |tx| throttles::record_failure(tx, "k", NOW, HOUR))
            });
        }
        let mut counts = tasks.join_all().await;
        counts.sort_unstable();
        assert_eq!(counts, (1..=32).collect::<Vec<i64>>());
    }
}
