//! Signing in and out, and the start page.

use super::catalogue;

catalogue! {
    Login {
        title,
        continue_to,
        username,
        password,
        /// On the button that reveals the password.
        show,
        show_password,
        remember_me: fn(u32) -> String,
        submit,
        or,
        provider,
        reauthenticate,
        bad_credentials,
        throttled: fn(u32) -> String,
        disabled,
        session_timeout,
        session_invalid,
    }

    Logout {
        title,
        explain,
        submit,
        stay,
    }

    Home {
        title,
        explain,
        account,
        since,
        until,
        from,
        with,
        connect,
        connect_explain,
        sign_out,
    }
}
