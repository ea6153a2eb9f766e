//! The administration, a file per page.

pub mod address;
pub mod audit;
pub mod authorizations;
pub mod client;
pub mod client_actions;
pub mod client_form;
pub mod clients;
pub mod dashboard;
pub mod keys;
pub mod registrations;
pub mod token_actions;
pub mod tokens;
pub mod user;
pub mod user_actions;
pub mod user_authorizations;
pub mod user_connections;
pub mod user_edit;
pub mod user_new;
pub mod user_sessions;
pub mod users;
