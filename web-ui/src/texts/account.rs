//! Texts of the pages about one's own account.

use super::{Message, catalogue};

catalogue! {
    /// The pages of the person's own account.
    Account {
        sessions: Sessions,
        consents: Consents,
        apps: Apps,
        profile: Profile,
        password: Password,
        scopes: ScopeWords,
    }

    /// Scopes in a word or two each.
    ScopeWords {
        openid,
        profile,
        email,
        address,
        phone,
        offline_access,
        read,
        write,
        admin,
    }

    /// `/account/sessions` and what is done from there.
    Sessions {
        title,
        explain,
        browsers,
        this_browser,
        remembered,
        /// Before a network address.
        on,
        since,
        last_used,
        ends,
        ended,
        refreshable,
        end,
        apps,
        apps_explain,
        search,
        live,
        none: Message,
        disable,
        enable,
        revoke,
        revoke_effect,
        revoke_all,
        ended_sign_in,
        disabled,
        enabled,
        revoked,
        all: RevokeAll,
    }

    /// `/account/sessions/revoke-all`.
    RevokeAll {
        title,
        explain,
        choice,
        apps_only,
        apps_only_effect,
        everywhere,
        everywhere_effect,
        submit,
        cancel,
        done,
        done_everywhere,
    }

    /// `/account/authorizations`.
    Consents {
        title,
        explain,
        since,
        changed,
        none: Message,
        revoke,
        /// What ends, by the number of sign-ins that stand on it.
        revoke_effect: fn(u32) -> String,
        revoked,
    }

    /// `/apps` and what lies below it.
    Apps {
        title,
        explain,
        new,
        new_explain,
        create,
        edit_title,
        search,
        name,
        status,
        created,
        changed,
        pending_explain,
        inactive_explain,
        none: Message,
        edit,
        back,
        created_title,
        saved,
        danger,
        regenerate,
        regenerate_effect,
        regenerated,
        delete,
        delete_effect,
        delete_refused,
        deleted,
    }

    /// `/account/profile`.
    Profile {
        title,
        explain,
        managed,
        username,
        name,
        email,
        email_verified,
        email_unverified,
        role,
        since,
        saved,
        password,
        password_explain,
        change_password,
        no_password,
        identities,
        identities_explain,
        local,
        linked,
        no_identities,
    }

    /// `/account/password`.
    Password {
        title,
        explain,
        current,
        new,
        new_hint,
        again,
        submit,
        cancel,
        missing,
        differs,
        wrong_current,
        too_short,
        too_long,
        too_easy,
        throttled: fn(u32) -> String,
        changed,
    }
}
