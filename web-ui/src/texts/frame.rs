//! What surrounds every page.

use super::catalogue;

catalogue! {
    /// What surrounds every page.
    Frame {
        product,
        /// Before the title of a page that shows an error.
        error_prefix,
        skip,
        signed_in_as,
        theme,
        theme_light,
        theme_dark,
        theme_system,
        language,
        /// Before the server's host.
        served_by,
    }

    FormPost {
        title,
        explain,
        submit,
    }
}
