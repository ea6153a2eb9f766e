//! Sources of identity.
/// Passwords.
pub mod password { /** Hashes. */ pub struct PasswordHasher; }
