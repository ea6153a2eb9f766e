//! The pages, a file each: its views and its handlers.

pub mod account;
pub mod admin;
pub mod consent;
pub mod device;
pub mod error;
pub mod form_post;
pub mod home;
pub mod login;
pub mod logout;
pub mod preferences;
pub mod twice;
