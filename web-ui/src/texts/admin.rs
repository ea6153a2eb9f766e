//! The pages of the administration.

use super::{Message, catalogue};

catalogue! {
    /// The pages of the administration.
    Admin {
        dashboard: Dashboard,
        clients: Clients,
        client: ClientPage,
        client_form: ClientForm,
        actions: Actions,
        authorizations: Authorizations,
        registrations: Registrations,
        keys: Keys,
        audit: Audit,
    }

    /// `/admin`.
    Dashboard {
        title,
        users,
        /// Admins and disabled accounts.
        users_detail: fn(&str, &str) -> String,
        clients,
        clients_detail: fn(&str) -> String,
        pending,
        pending_detail,
        nothing_pending,
        tokens,
        tokens_detail: fn(&str) -> String,
        sign_ins,
        sign_ins_detail,
        recent,
        no_events,
        audit_off,
        all_events,
        /// Nobody known did it.
        somebody,
        /// Those who run the server, on its command line.
        operator,
        /// The server itself did it.
        server,
        failed,
        /// One entry for several alike.
        times: fn(u64) -> String,
    }

    /// `/admin/clients`.
    Clients {
        title,
        new,
        search_hint,
        name,
        status,
        kind,
        confidential,
        public,
        owner,
        /// Nobody registered it for themselves.
        no_owner,
        created,
        none: Message,
    }

    /// `/admin/clients/{id}`.
    ClientPage {
        edit,
        pending,
        /// How many people allowed it something.
        users,
        users_detail,
        tokens,
        tokens_detail,
        settings,
        registered_by,
        created,
        updated,
        document,
        /// What happened to it lately.
        events,
        all_events,
        no_events,
        risks,
        deleted,
        approved,
        activated,
        rejected,
        deactivated,
        saved,
        created_done,
        revoked,
    }

    /// Creating and editing.
    ClientForm {
        new_title,
        new_explain,
        create,
        edit_title,
        /// The page with the secret.
        created_title,
        created_explain,
        regenerated_title,
        regenerated_explain,
        to_client,
        /// The id, when it is not made up.
        client_id,
        client_id_hint,
    }

    /// What is done to a client, on a page of its own before it happens.
    Actions {
        /// One that waits.
        approve: Action,
        reject: Action,
        /// One that is switched off.
        activate: Action,
        deactivate: Action,
        regenerate: Action,
        revoke_all: Action,
        delete: Action,
        /// People and tokens that an action hits.
        people: fn(&str) -> String,
        tokens: fn(&str) -> String,
    }

    /// One of them.
    Action {
        /// On the way there and on the button.
        label,
        title,
        /// What will happen.
        effect,
        /// Whether and how it can be undone.
        undo,
    }

    /// `/admin/clients/{id}/authorizations`.
    Authorizations {
        title,
        explain,
        user,
        scopes,
        granted,
        live,
        revoke,
        /// What a row's button is about.
        of: fn(&str) -> String,
        none: Message,
        revoked,
    }

    /// `/admin/registrations`.
    Registrations {
        title,
        explain,
        registered,
        /// Nobody who is known here registered it.
        by_itself,
        none: Message,
    }

    /// `/admin/audit`.
    Audit {
        title,
        csv,
        json_lines,
        /// The numbers below are of the last thirty days.
        statistics,
        events,
        failures,
        critical,
        /// The same numbers, a line each kind of event.
        by_event,
        /// Since the server started.
        dropped,
        search_hint,
        event_type,
        any_type,
        severity,
        any_severity,
        outcome,
        any_outcome,
        succeeded,
        failed,
        from,
        until,
        /// Names the list of filters that are set.
        filters,
        /// Before the name of a filter.
        remove,
        time,
        actor,
        address,
        user_agent,
        /// Of what is acted on.
        kind,
        resource,
        error,
        /// The core's own words, as they stand in the trail.
        recorded,
        details,
        request,
        request_id,
        /// Before the names of filters.
        not_understood,
        /// Events go to the log only.
        off,
        /// In the chain of hashes.
        place,
        hash,
        none: Message,
    }

    /// `/admin/keys`.
    Keys {
        title,
        explain,
        id,
        algorithm,
        status,
        published,
        active,
        retired,
        created,
        activates,
        expires,
        no_successor,
        withdraw,
        withdraw_effect,
        withdrawn,
        configured,
        rotation,
        rotate_explain,
        rotate,
        rotate_now_explain,
        rotate_now,
        /// On the page before.
        now_title,
        now_effects_sign,
        now_effects_verify,
        now_effects_old,
        rotated,
        none: Message,
        all_algorithms,
    }
}
