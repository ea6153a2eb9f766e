//! The pages of the administration.

use super::super::admin::Admin;

pub const ADMIN: Admin = Admin {
    title: "Administration",
};
