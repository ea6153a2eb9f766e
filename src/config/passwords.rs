//! How passwords are hashed.

use std::{num::NonZero, thread};

use core_service::config::Passwords;

use super::reader::Reader;

/// Hashes at once by default, at most: each takes 19 MiB.
const MOST_BY_DEFAULT: usize = 4;

/// Reads how many passwords are hashed at once.
pub fn read(reader: &mut Reader<'_>) -> Passwords {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    Passwords {
        concurrency: reader.integer("PASSWORD_HASH_CONCURRENCY", by_default(processors), 1..=64),
        ..Passwords::default()
    }
}

/// All `processors` but one. The threads that hash come last, but only among those of their
/// session or container: a database beside it would wait for them, and where a container's
/// processor time is limited, everybody in it.
pub(super) fn by_default(processors: usize) -> usize {
    processors.saturating_sub(1).clamp(1, MOST_BY_DEFAULT)
}
