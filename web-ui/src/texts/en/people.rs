//! English: the administration of people and tokens.

use crate::texts::{
    Message,
    people::{People, Tokens, User, UserForm, Users},
};

pub const PEOPLE: People = People {
    users: USERS,
    user: USER,
    tokens: TOKENS,
};

const USERS: Users = Users {
    title: "Users",
    new: "New user",
    search_hint: "User name, email address, name or user ID",
    role: "Role",
    role_user: "User",
    role_admin: "Admin",
    users: "Users",
    admins: "Admins",
    status: "Status",
    any_status: "Any status",
    source: "Source",
    any_source: "Any source",
    local: "This server",
    username: "User name",
    name: "Name",
    email: "Email address",
    created: "Created",
    none: Message {
        title: "No users",
        text: "Make an account for the first person.",
    },
    form: UserForm {
        new_title: "New user",
        edit_title: "Edit user",
        username_hint: "What is typed at sign-in. It cannot be changed later.",
        role_admin_hint: "Admins can see and change everything here.",
        password: "Password",
        password_generate: "Make one up",
        password_generate_hint: "It is shown once, after you create the account.",
        password_typed: "Set this one",
        password_typed_label: "Password to set",
        password_hint: "At least eight characters.",
        create: "Create user",
        created: "The account is there.",
        saved: "Saved.",
        secret_title: "Password",
        secret_explain: "Copy it now and hand it over safely: it is shown this once only.",
        secret_next: "Go to the user",
    },
};

const USER: User = User {
    id: "User ID",
    you: "This is you",
    verified: "confirmed",
    unverified: "not confirmed",
    changed: "Changed",
    edit: "Edit",
    live: "In use",
    browsers: |count| plural(count, "browser signed in", "browsers signed in"),
    grants: |count| plural(count, "sign-in of an app", "sign-ins of apps"),
    consents: |count| plural(count, "authorized app", "authorized apps"),
    connections: |count| plural(count, "linked sign-in", "linked sign-ins"),
    apps: |count| plural(count, "app registered", "apps registered"),
    tokens: "Tokens",
    danger: "Handle with care",
    reset: "Reset password",
    reset_effect: "A new password is made up and shown to you once. Everything signed in with the \
                   old one ends.",
    reset_elsewhere: |source| {
        format!("The password is kept by {source}, so it cannot be reset here.")
    },
    reset_done: "New password",
    revoke_all: "Sign out everywhere",
    revoke_all_effect: |browsers, grants| {
        format!(
            "{} and {} end. The user has to sign in again everywhere.",
            counted(browsers, "browser session", "browser sessions"),
            counted(grants, "sign-in of an app", "sign-ins of apps"),
        )
    },
    revoke_all_done: "The user is signed out everywhere.",
    disable: "Disable",
    disable_effect: "All sessions and tokens end, and the user cannot sign in until you enable \
                     the account again.",
    disabled: "The account is disabled.",
    disabled_explain: "This account is disabled: nobody can sign in with it.",
    enable: "Enable",
    enable_effect: "The user can sign in again.",
    enabled: "The account is enabled.",
    delete: "Delete",
    delete_effect: "The account, its sessions, permissions and tokens are gone for good. Apps \
                    that the user registered stay.",
    deleted: "The account is deleted.",
    browsers_title: "Browsers",
    no_browsers: Message {
        title: "Not signed in",
        text: "No browser is signed in to this account.",
    },
    end: "Sign out",
    ended: "That browser is signed out.",
    connections_title: "Linked sign-ins",
    connection_source: "Source",
    connection_id: "ID there",
    connection_linked: "Linked",
    no_connections: Message {
        title: "Nothing linked",
        text: "No sign-in elsewhere leads to this account.",
    },
    consents_title: "Authorized apps",
    no_consents: Message {
        title: "No app has permission",
        text: "The user has not allowed any app to use the account.",
    },
    consent_revoke: "Remove access",
    consent_revoke_effect: |count| match count {
        0 => "It has no access right now. It will have to ask the user again.".to_owned(),
        1 => "1 sign-in of this app ends. It will have to ask the user again.".to_owned(),
        count => {
            format!("{count} sign-ins of this app end. It will have to ask the user again.")
        }
    },
    consent_revoked: "Access removed.",
};

const TOKENS: Tokens = Tokens {
    title: "Tokens",
    explain: "Every token on record, newest first.",
    access: "Access tokens",
    refresh: "Refresh tokens",
    search_hint: "User, client, scope or token ID",
    user: "User",
    client: "Client",
    scope: "Scope",
    scopes: "Scopes",
    status: "Status",
    token: "Token",
    kind: "Kind of token",
    remove_filter: "(take this filter away)",
    own: "the client itself",
    created: "Issued",
    expires: "Expires",
    last_used: "used",
    none: Message {
        title: "No tokens",
        text: "Tokens show up here as soon as an app gets one.",
    },
    revoke: "Revoke",
    revoke_effect: "The token stops working for good.",
    revoke_refresh_effect: "The sign-in that it belongs to ends for good, with all its tokens.",
    disable: "Disable",
    enable: "Enable",
    done_revoked: "The token is revoked.",
    done_disabled: "The token is disabled.",
    done_enabled: "The token is enabled.",
};

/// What a number counts.
fn plural(count: u64, one: &str, many: &str) -> String {
    let what = if count == 1 { one } else { many };
    what.to_owned()
}

/// A number and what it counts.
fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", plural(count, one, many))
}
