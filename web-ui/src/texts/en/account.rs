//! The pages of the person's own account.

use super::super::account::Account;

pub const ACCOUNT: Account = Account {
    title: "Your account",
};
