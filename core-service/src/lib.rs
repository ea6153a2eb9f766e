//! AuthGate's core: all rules and all state, behind gRPC.
//!
//! `grpc` adapters call the use cases (`token`, `authorize`, `device`, ...), which
//! call `domain` (pure), `store` (the only SQL) and `keys`. Nothing calls back.

pub mod account;
pub mod admin;
mod audit;
pub mod authorize;
pub mod bootstrap;
mod cache;
pub mod config;
mod core;
mod ctx;
pub mod device;
pub mod domain;
pub mod error;
pub mod grpc;
pub mod identity;
pub mod introspect;
pub mod keys;
pub mod metadata;
pub mod refusals;
pub mod register;
pub mod revoke;
pub mod seed;
pub mod store;
pub mod token;
pub mod tokeninfo;
pub mod userinfo;

pub use crate::core::{Core, StartError};
pub use bootstrap::Bootstrapped;
pub use ctx::{Actor, Clock, Ctx};
pub use seed::{SeedError, SeedReport};
