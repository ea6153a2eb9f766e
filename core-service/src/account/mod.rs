//! What people do with their own account: sign in, stay signed in, sign out.

pub mod home;
pub mod redirect;
pub mod session;
pub mod sign_in;
pub mod sign_out;
pub mod throttle;

#[cfg(test)]
pub(crate) mod test_support;
