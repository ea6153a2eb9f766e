//! What was read from the database, kept in memory for as long as it holds.

use std::{hash::Hash, sync::Arc};

use quick_cache::{Weighter, sync};

use crate::store::{Change, Changes, Reading, Validity};

/// A bounded number of bytes of `V`s, which cost little to clone. What was used of late
/// stays, the rest makes room.
pub(crate) struct Cache<K, V> {
    kept: sync::Cache<K, Kept<V>, ByWeight>,
    changes: Arc<Changes>,
}

#[derive(Clone)]
struct Kept<V> {
    value: V,
    validity: Validity,
}

/// What knows how many bytes of memory it takes, about.
pub(crate) trait Weigh {
    /// Bytes.
    fn weight(&self) -> usize;
}

#[derive(Clone)]
struct ByWeight;

impl<K, V: Weigh> Weighter<K, Kept<V>> for ByWeight {
    fn weight(&self, _: &K, kept: &Kept<V>) -> u64 {
        (size_of::<K>() + size_of::<Kept<V>>() + kept.value.weight()) as u64
    }
}

impl<K: Eq + Hash, V: Weigh + Clone> Cache<K, V> {
    /// A cache of at most `bytes`, most of its entries being of about `usual` bytes; none
    /// keeps nothing.
    pub(crate) fn new(bytes: u64, usual: u64, changes: &Arc<Changes>) -> Self {
        // Tables grow; what is expected is made room for at once, and idle memory counts.
        let expected = usize::try_from(bytes / usual)
            .unwrap_or(usize::MAX)
            .min(1024);
        Self {
            kept: sync::Cache::with_weighter(expected, bytes, ByWeight),
            changes: Arc::clone(changes),
        }
    }

    /// What was kept at `key`, if it is what the database would say now.
    pub(crate) fn get<Q>(&self, key: &Q) -> Option<V>
    where
        Q: Hash + quick_cache::Equivalent<K> + ?Sized,
    {
        let kept = self.kept.get(key)?;
        self.changes.hold(&kept.validity).then_some(kept.value)
    }

    /// Keeps `value`, read after `reading` was taken, until one of `subjects` changes.
    pub(crate) fn keep<'s>(
        &self,
        key: K,
        value: V,
        reading: Reading,
        subjects: impl IntoIterator<Item = &'s Change>,
    ) {
        let validity = self.changes.validity(reading, subjects);
        self.kept.insert(key, Kept { value, validity });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;
    use crate::store::conformance::conformance;

    impl Weigh for u32 {
        fn weight(&self) -> usize {
            100
        }
    }

    conformance! {
        async fn what_is_kept_is_bounded(store: Store) {
            let cache = Cache::new(10_000, 100, store.changes());
            let reading = store.changes().reading();
            for n in 0..10_000_u32 {
                cache.keep(n, n, reading, []);
            }
            assert!((20..=100).contains(&cache.kept.len()), "{}", cache.kept.len());
            assert!(cache.kept.weight() <= 10_000);
        }

        async fn a_cache_of_no_size_keeps_nothing(store: Store) {
            let cache = Cache::new(0, 100, store.changes());
            cache.keep(1_u32, 1_u32, store.changes().reading(), []);
            assert_eq!(cache.get(&1), None);
        }
    }
}
