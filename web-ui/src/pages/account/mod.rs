//! The pages about one's own account: what acts in one's name, and how to end it.

pub mod app;
pub mod app_form;
pub mod app_secret;
pub mod apps;
pub mod authorizations;
pub mod password;
pub mod profile;
pub mod revoke_all;
pub mod session_actions;
pub mod sessions;
