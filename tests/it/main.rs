//! Whole-app tests: the program's own router around a real core, on both databases.
//!
//! A module per RFC or capability. [`support`] holds the harness: a test gets a
//! `TestApp` with a database of its own and a clock that it moves itself.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that can't go on has failed"
)]

mod support;

mod account;
mod administration;
mod architecture;
mod bad_input;
mod command_line;
mod cors;
mod csrf;
mod faults;
mod grpc;
mod health;
mod keys;
mod limits;
mod open_redirect;
mod openid_connect_core;
mod openidconnect;
mod rfc6749;
mod rfc6749_authorization;
mod rfc7009;
mod rfc7591;
mod rfc7592;
mod rfc7636;
mod rfc7662;
mod rfc8414;
mod rfc8628;
mod rfc9700;
mod sessions;
mod sign_in;
mod single_use;
mod throttling;
mod tokens;
