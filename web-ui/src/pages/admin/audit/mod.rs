//! The audit trail: the page, files of it, and the predecessor's JSON.

pub mod api;
pub mod download;
pub mod filter;
pub mod page;
mod statistics;
