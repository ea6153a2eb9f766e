//! How passwords are hashed.

use std::{num::NonZero, thread};

use core_service::config::Passwords;

use super::reader::Reader;

/// Hashes at once unless more is asked for: each takes 19 MiB.
const MOST_BY_DEFAULT: usize = 8;

/// Reads how many passwords are hashed at once.
pub fn read(reader: &mut Reader<'_>) -> Passwords {
    Passwords {
        concurrency: reader.integer("PASSWORD_HASH_CONCURRENCY", spare_processors(), 1..=64),
        ..Passwords::default()
    }
}

/// All processors but one. The threads that hash come last, but only among those of this
/// process: a database beside it, or a limit on the container's processor time, would make
/// everybody wait while a flood of sign-ins has the last one too.
fn spare_processors() -> usize {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    processors.saturating_sub(1).clamp(1, MOST_BY_DEFAULT)
}
