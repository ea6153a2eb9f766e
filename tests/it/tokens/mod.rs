//! What is in an access token, how long it lasts, and who may ask about it.

mod claims;
mod extra_claims;
mod lifetimes;
mod tokeninfo;
