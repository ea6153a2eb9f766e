//! The pieces that pages are made of.

pub mod account;
pub mod alert;
pub mod app;
pub mod badge;
pub mod button;
pub mod client;
pub mod client_fields;
pub mod confirm;
pub mod empty;
pub mod event;
pub mod fact;
pub mod field;
pub mod filter;
pub mod form;
pub mod heading;
pub mod instant;
pub mod layout;
pub mod navigation;
pub mod pager;
pub mod quoted;
pub mod scopes;
pub mod secret;
pub mod table;
