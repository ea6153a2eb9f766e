//! Clients, as their owners and admins set them up.

use super::catalogue;

catalogue! {
    /// Clients, as their owners and admins set them up.
    Client {
        fields: Fields,
        /// A form without any grant.
        no_grant,
        /// Names the secret on the page that shows it.
        secret,
        client_id,
    }

    /// Names of what a client has, with hints for its form.
    Fields {
        about,
        name,
        name_hint,
        description,
        client_uri,
        logo_uri,
        policy_uri,
        tos_uri,
        access,
        kind,
        kind_hint,
        confidential,
        public,
        grants,
        grants_hint,
        authorization_code,
        authorization_code_hint,
        device_code,
        device_code_hint,
        client_credentials,
        client_credentials_hint,
        refresh_token,
        refresh_token_hint,
        redirect_uris,
        redirect_uris_hint,
        scope,
        scope_hint,
        owner_scope_hint,
        /// Above what only admins may set.
        admin,
        token_profile,
        token_profile_hint,
        profile_default,
        profile_short,
        profile_standard,
        profile_long,
        project,
        project_hint,
        service_account,
        trust,
        trusted,
        trusted_hint,
        introspect_any,
        introspect_any_hint,
        extra_claims,
        extra_claims_hint,
    }
}
