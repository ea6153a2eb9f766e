//! What the pages of the account and of the administration share.

use super::super::{
    Message,
    console::{Console, Form, Listing, Navigation, Secret, Status, Twice},
};

pub const CONSOLE: Console = Console {
    navigation: Navigation {
        label: "Sections",
        account: "Your account",
        sessions: "Sessions",
        authorizations: "Authorized apps",
        apps: "My apps",
        profile: "Profile",
        admin: "Administration",
        dashboard: "Dashboard",
        clients: "Clients",
        registrations: "Registrations",
        users: "Users",
        tokens: "Tokens",
        keys: "Signing keys",
        audit: "Audit log",
        waiting: "waiting",
        sign_out: "Sign out",
    },
    listing: Listing {
        pages: "Pages",
        first: "First",
        newer: "Newer",
        older: "Older",
        last: "Last",
        search: "Search",
        apply: "Search",
        clear: "Clear",
        by_status: "By status",
        all: "All",
        nothing_found: Message {
            title: "Nothing found",
            text: "Nothing matches this search and these filters. Try fewer words, or clear them.",
        },
        incomplete: "The search was cut short because it had to look at too much. There may be \
                     more on the next page; a narrower search is quicker.",
    },
    form: Form {
        problems: "That did not work yet",
        optional: "optional",
        cancel: "Cancel",
        save: "Save changes",
        numbered: |field, number| format!("{field}, number {number}"),
        changed_meanwhile: "Somebody else changed this while you were at it, so your changes were \
                            not saved. This is how it stands now.",
    },
    status: Status {
        active: "Active",
        inactive: "Inactive",
        pending: "Pending",
        disabled: "Disabled",
        revoked: "Revoked",
        expired: "Expired",
    },
    breadcrumbs: "You are here",
    actions: "Actions",
    yes: "Yes",
    no: "No",
    nothing: "None",
    unknown: "Unknown",
    or_more: |count| format!("{count}+"),
    browser_on: |browser, system| format!("{browser} on {system}"),
    secret: Secret {
        copy: "Copy",
        copied: "Copied",
        once: "Copy it now and keep it safe: it is shown only this once, and nobody can look it up \
               again.",
    },
    twice: Twice {
        created: Message {
            title: "Created already",
            text: "This form was sent before, and nothing was created a second time. If there is \
                   a secret, it was shown once, on the page that answered first; a lost one can \
                   only be replaced.",
        },
        secret: Message {
            title: "No new secret was made",
            text: "This form was sent before, or something was changed since it was shown. The \
                   secret that was shown last is in use; a lost one can only be replaced.",
        },
        password: Message {
            title: "The password was not reset again",
            text: "This form was sent before, or the account was changed since it was shown. If \
                   the password that was shown is lost, begin again.",
        },
    },
};
