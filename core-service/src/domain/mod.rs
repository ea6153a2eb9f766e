//! The pure part: what things are and what may happen to them. No async, no SQL, no clock.

pub(crate) mod audit;
pub mod claims;
pub mod client;
pub mod client_metadata;
pub mod device_code;
pub mod document;
pub mod extra_claims;
pub mod grant;
pub mod id;
pub mod password;
pub mod random;
pub mod redirect_uri;
pub mod scope;
pub mod secret;
pub mod session;
pub mod time;
pub mod token;
pub mod user;
