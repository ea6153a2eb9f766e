//! Keys: signing keys that rotate, and keys derived from the root secret.
//!
//! A [`KeyRing`] signs and verifies tokens. Its keys are made at first start, sealed
//! by [`DerivedKeys`] in the table `signing_keys`, and replaced on schedule; `rotation`
//! says when. `key` is one key, `jwk` its public half, `compact` the form of a token.
//! All pods share the keys of the database and take in each other's changes by
//! [`KeyRing::reload`].

mod compact;
mod derived;
mod jwk;
mod key;
mod ring;
mod rotation;

pub use compact::TokenType;
pub use derived::DerivedKeys;
pub use ring::KeyRing;

#[cfg(test)]
mod tests;
