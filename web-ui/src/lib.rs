//! The pages people see: sign in, connect a device, consent, home, errors; their
//! account; the administration.
//!
//! Each page loads a view from the core (`Web`, `SelfService`, `Admin`), shows a form, posts the
//! decision and redirects. No protocol rule lives here. Leptos renders on the
//! server only: no hydration, no WebAssembly, nothing inline, so that the
//! Content-Security-Policy can forbid all of it.
//!
//! [`router`] holds every route in one list; [`error_page`] and
//! [`form_post_page`] are for the parts that answer browsers outside of it.

mod assets;
mod components;
mod config;
mod cookies;
mod document;
mod error;
pub mod export;
mod foreign;
mod form;
mod headers;
mod language;
mod listing;
mod metadata;
mod pages;
mod problems;
mod router;
mod shell;
mod texts;
mod theme;
mod user_agent;
mod visitor;

#[cfg(test)]
mod tests;

pub use config::Config;
pub use error::ErrorView;
pub use headers::content_security_policy;
pub use pages::{error::error_page, form_post::form_post_page};
pub use router::router;
