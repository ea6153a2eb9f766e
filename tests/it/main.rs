//! Whole-app tests: the program's own router around a real core, on both databases.
//!
//! A module per RFC or capability. [`support`] holds the harness: a test gets a
//! `TestApp` with a database of its own and a clock that it moves itself.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't go on has failed"
)]

mod support;

mod discovery;
mod grpc;
mod health;
mod openidconnect;
mod rfc6749;
mod rfc8628;
mod sign_in;
