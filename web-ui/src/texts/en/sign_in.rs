//! Signing in and out, and the start page.

use super::super::sign_in::{Home, Login, Logout};
use super::duration;

pub const LOGIN: Login = Login {
    title: "Sign in",
    continue_to: "to continue to",
    username: "User name",
    password: "Password",
    show: "Show",
    show_password: "Show password",
    remember_me: |days| match days {
        1 => "Stay signed in here for a day".to_owned(),
        days => format!("Stay signed in here for {days} days"),
    },
    submit: "Sign in",
    or: "or",
    provider: "Continue with",
    reauthenticate: "Please confirm that it is you: sign in again to continue.",
    bad_credentials: "User name or password is wrong. Check both and try again.",
    throttled: |seconds| {
        format!(
            "Too many tries. Wait {}, then try again.",
            duration(seconds)
        )
    },
    disabled: "This account is switched off. Ask your administrator to switch it on again.",
    session_timeout: "You were signed out because you were away. Sign in again to go on.",
    session_invalid: "Your sign-in is no longer valid. Sign in again to go on.",
};

pub const LOGOUT: Logout = Logout {
    title: "Sign out?",
    explain: "You will have to sign in again in this browser. Devices and apps that you \
              connected stay connected.",
    submit: "Sign out",
    stay: "Stay signed in",
};

pub const HOME: Home = Home {
    title: "You are signed in",
    explain: "This is the sign-in of this browser.",
    account: "Account",
    since: "Since",
    until: "Ends",
    from: "Address",
    with: "Browser",
    connect: "Connect a device",
    connect_explain: "Does a device or terminal show you a code?",
    sign_out: "Sign out",
};
