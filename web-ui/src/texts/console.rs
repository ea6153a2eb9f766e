//! What the pages of the account and of the administration share.

use super::{Message, catalogue};

catalogue! {
    /// What the pages of the account and of the administration share.
    Console {
        navigation: Navigation,
        listing: Listing,
        form: Form,
        status: Status,
        /// Names the path to a page above its title.
        breadcrumbs,
        /// Column and group of the buttons of a row.
        actions,
        yes,
        no,
        /// Where there is nothing to show.
        nothing,
        unknown,
        /// More than was counted.
        or_more: fn(&str) -> String,
        /// Browser and system.
        browser_on: fn(&str, &str) -> String,
        secret: Secret,
        twice: Twice,
    }

    /// The ways through the console.
    Navigation {
        label,
        account,
        sessions,
        authorizations,
        apps,
        profile,
        admin,
        dashboard,
        clients,
        registrations,
        users,
        tokens,
        keys,
        audit,
        /// Read aloud after the number of clients that wait.
        waiting,
        sign_out,
    }

    /// Lists with pages and filters.
    Listing {
        pages,
        first,
        newer,
        older,
        last,
        search,
        apply,
        clear,
        /// Names the tabs by status.
        by_status,
        all,
        nothing_found: Message,
        /// A search stopped before it had a full page.
        incomplete,
    }

    /// Forms.
    Form {
        /// Above the list of what is wrong.
        problems,
        optional,
        cancel,
        save,
        /// One of several values of a field, by the field's label and its number.
        numbered: fn(&str, &str) -> String,
        /// Somebody else changed what the form is about.
        changed_meanwhile,
    }

    /// States of tokens, clients and accounts.
    Status {
        active,
        inactive,
        pending,
        disabled,
        revoked,
        expired,
    }

    /// What a form that was sent before did not do again.
    Twice {
        created: Message,
        secret: Message,
        password: Message,
    }

    /// Secrets that are shown once.
    Secret {
        copy,
        copied,
        once,
    }
}
