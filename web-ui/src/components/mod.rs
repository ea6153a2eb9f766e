//! The pieces that pages are made of.

pub mod account;
pub mod alert;
pub mod app;
pub mod badge;
pub mod button;
pub mod confirm;
pub mod confirm_here;
pub mod empty;
pub mod entry;
pub mod fact;
pub mod field;
pub mod filter;
pub mod form;
pub mod heading;
pub mod instant;
pub mod layout;
pub mod navigation;
pub mod new_password;
pub mod pager;
pub mod quoted;
pub mod radio;
pub mod scope_words;
pub mod scopes;
pub mod secret;
pub mod source_select;
pub mod table;
