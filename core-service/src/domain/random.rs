//! Randomness, from the system's generator.

use aws_lc_rs::rand;

/// Fills `out` from the system's random number generator.
#[expect(
    clippy::expect_used,
    reason = "a process without randomness can issue nothing; there is no way on"
)]
pub fn fill_random(out: &mut [u8]) {
    rand::fill(out).expect("the system's random number generator works");
}
