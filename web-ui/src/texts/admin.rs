//! The pages of the administration.

use super::catalogue;

catalogue! {
    /// The pages of the administration.
    Admin {
        /// The administration, in titles.
        title,
    }
}
