//! English: the pages about one's own account.

use super::duration;
use crate::texts::{
    Message,
    account::{Account, Apps, Consents, Password, Profile, RevokeAll, ScopeWords, Sessions},
};

pub const ACCOUNT: Account = Account {
    sessions: SESSIONS,
    consents: CONSENTS,
    apps: APPS,
    profile: PROFILE,
    password: PASSWORD,
    scopes: SCOPES,
};

const SESSIONS: Sessions = Sessions {
    title: "Sessions",
    explain: "Where you are signed in, and which apps act for you. End what you do not recognise.",
    browsers: "Browsers",
    this_browser: "This browser",
    remembered: "stays signed in",
    on: "at",
    since: "since",
    last_used: "last used",
    ends: "ends",
    ended: "ended",
    refreshable: "renews itself",
    end: "Sign out",
    apps: "Apps",
    apps_explain: "Each line is one sign-in of an app, with everything that it got by it.",
    search: "App or scope",
    live: "In use",
    none: Message {
        title: "No app acts for you",
        text: "When you connect a device or sign in to an app with this account, it shows up \
                   here, and you can end it here.",
    },
    disable: "Disable",
    enable: "Enable",
    revoke: "Revoke",
    revoke_effect: "This ends the app’s access for good. To use it again, you sign in to it anew.",
    revoke_all: "End all sessions",
    ended_sign_in: "That browser is signed out.",
    disabled: "Disabled. The app gets no access until you enable it again.",
    enabled: "Enabled. The app has access again.",
    revoked: "Revoked. The app has no access any more.",
    all: RevokeAll {
        title: "End all sessions?",
        explain: "For when a device is lost, or you are not sure who else has access. What ends \
                  here does not come back by itself.",
        choice: "What is to end",
        apps_only: "Apps only",
        apps_only_effect: "Every app and connected device loses access. Your browsers stay signed \
                           in.",
        everywhere: "Apps and browsers",
        everywhere_effect: "Everything is signed out, this browser too. You sign in again \
                            everywhere.",
        submit: "End sessions",
        cancel: "Keep them",
        done: "All apps were signed out.",
        done_everywhere: "You are signed out everywhere. Sign in again to go on.",
    },
};

const CONSENTS: Consents = Consents {
    title: "Authorized apps",
    explain: "Apps that you allowed to use your account, and what each may do.",
    since: "Allowed since",
    changed: "changed",
    none: Message {
        title: "No app has your permission",
        text: "When an app asks for access and you allow it, it shows up here.",
    },
    revoke: "Remove access",
    revoke_effect: |count| match count {
        0 => "It has no access right now. It will have to ask you again.".to_owned(),
        1 => "1 sign-in of this app ends. It will have to ask you again.".to_owned(),
        count => format!("{count} sign-ins of this app end. It will have to ask you again."),
    },
    revoked: "Access removed. The app has to ask you again.",
};

const APPS: Apps = Apps {
    title: "My apps",
    explain: "Apps of yours that let people sign in with this server.",
    new: "Register an app",
    new_explain: "An administrator looks at it before anybody can sign in with it.",
    create: "Register",
    edit_title: "Edit app",
    search: "Name or client ID",
    name: "Name",
    status: "Status",
    created: "Registered",
    changed: "Changed",
    pending_explain: "An administrator has to approve this app. Until then nobody can sign in \
                      with it; you can go on changing it.",
    inactive_explain: "An administrator switched this app off or did not approve it: nobody can \
                       sign in with it. Ask them why.",
    none: Message {
        title: "You have no apps yet",
        text: "Register an app to get a client ID for it. People can sign in with it as soon \
                   as an administrator has approved it.",
    },
    edit: "Edit",
    back: "Back to the app",
    created_title: "App registered",
    saved: "Saved.",
    danger: "Handle with care",
    regenerate: "Make a new secret",
    regenerate_effect: "The secret in use stops working at once. The app cannot sign anybody in \
                        until it has the new one.",
    regenerated: "New client secret",
    delete: "Delete this app",
    delete_effect: "The app, its client ID and everything allowed to it are gone for good.",
    delete_refused: "An active app cannot be deleted. Ask an administrator to switch it off first.",
    deleted: "The app is deleted.",
};

const PROFILE: Profile = Profile {
    title: "Profile",
    explain: "What apps can learn about you when you allow it.",
    managed: "Your name and email address are kept by another service and can only be changed \
              there.",
    username: "User name",
    name: "Full name",
    email: "Email address",
    email_verified: "Confirmed",
    email_unverified: "Not confirmed",
    role: "Role",
    since: "Account since",
    saved: "Your profile is saved.",
    password: "Password",
    password_explain: "A new password signs out all other browsers and every app.",
    change_password: "Change password",
    no_password: "You have no password here: you sign in by another service.",
    identities: "Linked sign-ins",
    identities_explain: "Ways to sign in to this account.",
    local: "User name and password",
    linked: "linked",
    no_identities: "None.",
};

const PASSWORD: Password = Password {
    title: "Change password",
    explain: "All other browsers and every app will be signed out.",
    current: "Current password",
    new: "New password",
    new_hint: "At least eight characters. A few random words are easy to keep in mind and hard to \
               guess.",
    again: "New password, again",
    submit: "Change password",
    cancel: "Keep the old one",
    missing: "Fill this in.",
    differs: "This is not the same as above. Type the new password again.",
    wrong_current: "This is not your current password.",
    too_short: "Too short: it needs at least eight characters.",
    too_long: "Too long: it may have 1,024 bytes at most.",
    too_easy: "Too easy to guess: it must be another one than before, and neither your user name \
               nor your email address.",
    throttled: |seconds| {
        format!(
            "Too many tries. Wait {}, then try again.",
            duration(seconds)
        )
    },
    changed: "Your password is changed. All other browsers and apps were signed out.",
};

const SCOPES: ScopeWords = ScopeWords {
    openid: "sign-in",
    profile: "profile",
    email: "email address",
    address: "postal address",
    phone: "phone number",
    offline_access: "access while you are away",
    read: "read data",
    write: "change data",
    admin: "administer this server",
};
