//! The pages of the administration.

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
