//! What error pages say.

use super::catalogue;

catalogue! {
    Errors {
        reference,
        code,
        home,
        again,
        /// To the page that the refused form stood on.
        back,
        retry_after: fn(u32) -> String,
        turn_app,
        turn_server,
        bad_request: Message,
        stale: Message,
        gone: Message,
        /// Something that the console showed is not there any more.
        missing: Message,
        /// Pages for admins only.
        admins_only: Message,
        /// A guard of the core said no; its words follow.
        refused: Message,
        /// Somebody else changed it meanwhile.
        changed: Message,
        not_found: Message,
        method: Message,
        too_large: Message,
        search_too_long: Message,
        filters: Message,
        throttled: Message,
        unavailable: Message,
        internal: Message,
        form_encoding,
        form_content_type,
        form_repeated,
        form_incomplete,
    }

    /// What an error page says.
    Message {
        title,
        text,
    }
}
