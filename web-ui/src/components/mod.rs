//! The pieces that pages are made of.

pub mod account;
pub mod alert;
pub mod app;
pub mod button;
pub mod fact;
pub mod field;
pub mod instant;
pub mod layout;
pub mod quoted;
pub mod scopes;
