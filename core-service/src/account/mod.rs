//! What people do with their own account: sign in, stay signed in, sign out.

pub mod apps;
pub mod consents;
pub mod grants;
pub mod home;
pub mod password;
pub mod profile;
pub mod redirect;
pub mod session;
pub mod sign_in;
pub mod sign_ins;
pub mod sign_out;
pub mod throttle;

#[cfg(test)]
pub(crate) mod test_support;
