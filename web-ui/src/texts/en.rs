//! English.

use time::macros::format_description;

use super::{
    App, Consent, Device, Errors, FormPost, Frame, Home, Login, Logout, Message, Scopes, Texts,
};

/// The English catalogue.
pub const EN: Texts = Texts {
    lang: "en",
    frame: Frame {
        product: "AuthGate",
        error_prefix: "Error: ",
        skip: "Skip to the content",
        signed_in_as: "Signed in as",
        theme: "Appearance",
        theme_light: "Light",
        theme_dark: "Dark",
        theme_system: "Auto",
        served_by: "You are at",
    },
    login: Login {
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
    },
    logout: Logout {
        title: "Sign out?",
        explain: "You will have to sign in again in this browser. Devices and apps that you \
                  connected stay connected.",
        submit: "Sign out",
        stay: "Stay signed in",
    },
    home: Home {
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
    },
    device: Device {
        title: "Connect a device",
        explain: "Enter the code that your device or terminal shows.",
        code: "Code",
        code_hint: "Eight letters or digits. Capitals, spaces and dashes do not matter.",
        submit: "Continue",
        warning: "Only enter a code that you see on your own device. If somebody sent you one, \
                  do not enter it: it would give them your account.",
        unknown_code: "There is no such code. Compare it with your device and try again.",
        expired: "This code has expired. Start again on your device to get a new one.",
        decided: "This code was used already. If that was not you, or the device still waits, \
                  start again on the device to get a new one.",
        throttled: |seconds| {
            format!(
                "Too many wrong codes. Wait {}, then try again.",
                duration(seconds)
            )
        },
        confirm_title: "Connect this device?",
        confirm_explain: "wants to use your account on a device.",
        compare: "Your device shows this code",
        requested: "The request",
        requested_at: "Asked",
        requested_from: "From",
        requested_with: "With",
        approve_as: "Your account",
        same_address: "the same address as this browser",
        other_address: "not the address of this browser",
        unknown: "unknown",
        approve: "Approve",
        deny: "Deny",
        deny_explain: "Deny if you did not start this yourself. The device then gets nothing.",
        approved_title: "Device connected",
        approved_explain: "is connected to your account. You can close this page and return to \
                           your device.",
        granted: "It can now",
        denied_title: "Request denied",
        denied_explain: "The device gets no access to your account. You can close this page.",
        home: "Go to the start page",
    },
    consent: Consent {
        title: "Allow access?",
        explain: "wants to use your account.",
        as_whom: "Your account",
        switch_account: "Not you?",
        then: "Returns to",
        approve: "Allow",
        deny: "Deny",
        deny_explain: "If you deny, the app gets nothing and is told so.",
        policy: "Privacy policy",
        terms: "Terms of service",
    },
    app: App {
        trusted: "Verified by your administrator",
        unverified: "Not verified",
        public: "This app cannot prove its name. Go on only if you have just started it yourself.",
    },
    scopes: Scopes {
        heading: "It will be able to",
        identity: "Sign you in",
        read: "Read",
        change: "Change",
        other: "Also",
        none: "Nothing beyond knowing that you approved.",
        openid: "Know which account is yours",
        profile: "See your profile, such as your name and picture",
        email: "See your email address",
        address: "See your postal address",
        phone: "See your phone number",
        offline_access: "Keep this access while you are away",
        read_scope: "Read your data",
        write_scope: "Add to and change your data",
        admin_scope: "Administer this server: all users, apps and tokens",
        claims: "See these details:",
        custom: "Use a permission of its own, named",
    },
    form_post: FormPost {
        title: "Back to the app",
        explain: "You are being taken back to the app. If nothing happens, continue yourself.",
        submit: "Continue",
    },
    errors: Errors {
        reference: "Reference",
        code: "Error code",
        home: "Go to the start page",
        again: "Load the page again",
        retry_after: |seconds| format!("Try again in {}.", duration(seconds)),
        turn_app: "The app made a mistake; you did nothing wrong. If it happens again, tell the \
                   people who make the app.",
        turn_server: "The fault is ours; you did nothing wrong. If it happens again, tell your \
                      administrator the reference below.",
        bad_request: Message {
            title: "That request was not understood",
            text: "Something in the address or the form is not as it should be. Go back and try \
                   again.",
        },
        stale: Message {
            title: "This page is out of date",
            text: "It was open for too long, or you signed in or out elsewhere since. Nothing was \
                   changed. Load the page again and repeat what you did.",
        },
        gone: Message {
            title: "This request is no longer valid",
            text: "It has expired or was answered already. Go back to the app and start again \
                   from there.",
        },
        not_found: Message {
            title: "Page not found",
            text: "There is nothing at this address.",
        },
        method: Message {
            title: "That does not work here",
            text: "This address cannot be used in that way. Go back and try again.",
        },
        too_large: Message {
            title: "That is too much text",
            text: "The form is longer than anything this page needs. Go back and shorten it.",
        },
        throttled: Message {
            title: "Too many requests",
            text: "This happens when something is tried many times in a row.",
        },
        unavailable: Message {
            title: "Not available right now",
            text: "A part of this server is not answering. Nothing was lost or half done.",
        },
        internal: Message {
            title: "Something went wrong",
            text: "The server could not finish what you asked for.",
        },
        form_encoding: "The text of the form is broken. Go back and type it again.",
        form_content_type: "Only the forms of these pages can be sent here.",
        form_repeated: "The same field came twice, so it is not clear which one counts. Go back \
                        and try again.",
        form_incomplete: "The form did not arrive whole. Go back and send it again.",
    },
    instant: |instant| {
        instant
            .format(format_description!(
                "[day padding:none] [month repr:short] [year], [hour]:[minute] UTC"
            ))
            .unwrap_or_default()
    },
};

/// Seconds in words, rounded up to whole minutes from a minute on.
fn duration(seconds: u32) -> String {
    let (count, unit) = match seconds {
        0..60 => (seconds.max(1), "second"),
        60..3600 => (seconds.div_ceil(60), "minute"),
        _ => (seconds.div_ceil(3600), "hour"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}
