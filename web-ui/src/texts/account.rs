//! The pages of the person's own account.

use super::catalogue;

catalogue! {
    /// The pages of the person's own account.
    Account {
        /// The account, in titles.
        title,
    }
}
