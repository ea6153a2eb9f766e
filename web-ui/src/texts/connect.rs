//! Giving a device or an app access.

use super::catalogue;

catalogue! {
    Device {
        title,
        explain,
        code,
        code_hint,
        submit,
        warning,
        unknown_code,
        expired,
        decided,
        throttled: fn(u32) -> String,
        confirm_title,
        confirm_explain,
        compare,
        requested,
        requested_at,
        requested_from,
        requested_with,
        approve_as,
        same_address,
        other_address,
        unknown,
        approve,
        deny,
        deny_explain,
        approved_title,
        approved_explain,
        granted,
        denied_title,
        denied_explain,
        home,
    }

    Consent {
        title,
        explain,
        as_whom,
        switch_account,
        then,
        approve,
        deny,
        deny_explain,
        policy,
        terms,
    }

    /// How an app is introduced.
    App {
        trusted,
        unverified,
        public,
    }

    /// What an app may do, in words.
    Scopes {
        heading,
        identity,
        read,
        change,
        other,
        none,
        openid,
        profile,
        email,
        address,
        phone,
        offline_access,
        read_scope,
        write_scope,
        admin_scope,
        /// Before single details (claims) of the account.
        claims,
        /// Before a scope that only its app knows.
        custom,
    }
}
