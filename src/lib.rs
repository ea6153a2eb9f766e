//! AuthGate as one program: the composition root. It alone knows every part.
//!
//! - [`cli`] and `commands`: what can be asked of the program.
//! - [`config`]: what can be set.
//! - [`edge`]: what stands between the network and the endpoints.
//! - [`app`]: the parts put together into one router.
//! - [`serve`]: from the configuration to a running server, and its orderly end.

pub mod app;
pub mod cli;
mod clock;
mod commands;
pub mod config;
mod core_process;
pub mod edge;
mod error;
mod first_start;
mod listener;
mod memory;
mod open_files;
mod roles;
pub mod serve;
pub mod telemetry;

pub use clock::system_clock;
pub use error::Error;
pub use roles::Roles;
