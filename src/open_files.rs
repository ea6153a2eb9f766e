//! The limit of open files, and the connections that it leaves room for.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tracing::warn;

/// Files for everything that is no connection of a client: the database, the log,
/// connections to other parts.
const RESERVED: u64 = 128;

/// Raises the limit as far as the system allows: the usual one is for programs that
/// read files, not for servers. Gives the connections that there may be, `wanted` at most.
pub fn connections(wanted: usize) -> usize {
    let limit = getrlimit(Resource::Nofile);
    let highest = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    // Where it can't be raised the count below says what is left.
    let _ = setrlimit(Resource::Nofile, highest);
    let files = getrlimit(Resource::Nofile).current;
    let possible = room_for(wanted, files);
    if possible < wanted {
        warn!(
            wanted,
            possible,
            files,
            "MAX_CONNECTIONS is more than the limit of open files (ulimit -n) allows"
        );
    }
    possible
}

/// How many of the `wanted` connections fit; `files` is the limit, none: there is none.
fn room_for(wanted: usize, files: Option<u64>) -> usize {
    let Some(files) = files else { return wanted };
    let room = files.saturating_sub(RESERVED).max(1);
    usize::try_from(room).unwrap_or(usize::MAX).min(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_files_for_the_rest() {
        assert_eq!(room_for(10_000, Some(1024)), 1024 - 128);
        assert_eq!(room_for(10_000, Some(1_048_576)), 10_000);
        assert_eq!(room_for(10_000, None), 10_000);
        assert_eq!(room_for(10_000, Some(5)), 1);
    }

    #[test]
    fn the_limit_is_raised() {
        connections(1);
        let limit = getrlimit(Resource::Nofile);
        assert_eq!(limit.current, limit.maximum);
    }
}
