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
