//! The fields of a client: the same for its owner and for admins, who see more.

use leptos::prelude::*;

use crate::{
    components::{
        form::{Check, Field, Group, Select, TextArea, TextField},
        owner_scopes::OwnerScopes,
    },
    metadata::Draft,
    problems::Problems,
    texts::Texts,
};

/// Longer texts than names.
const LONG: u32 = 1024;
const URI: u32 = 2048;

/// All fields, with what was typed or is on record. `admin` shows what only admins
/// may set.
#[component]
pub fn ClientFields<'a>(
    draft: &'a Draft,
    admin: bool,
    problems: &'a Problems,
    texts: &'static Texts,
) -> impl IntoView + use<> {
    let text = &texts.client.fields;
    let console = &texts.console;
    let line = |field: Field, value: &str| {
        view! { <TextField field value=value.to_owned() problems texts=console /> }
    };
    let uri = |name, label, value: &str| line(Field::new(name, label).max_length(URI), value);
    let grants = [
        (
            "grant_authorization_code",
            text.authorization_code,
            text.authorization_code_hint,
            draft.authorization_code,
        ),
        (
            "grant_device_code",
            text.device_code,
            text.device_code_hint,
            draft.device_code,
        ),
        (
            "grant_client_credentials",
            text.client_credentials,
            text.client_credentials_hint,
            draft.client_credentials,
        ),
        (
            "grant_refresh_token",
            text.refresh_token,
            text.refresh_token_hint,
            draft.refresh_token,
        ),
    ]
    .map(|(name, label, hint, checked)| view! { <Check name label hint checked /> });
    let types = vec![("confidential", text.confidential), ("public", text.public)];
    let name = Field::new("client_name", text.name).hint(text.name_hint);
    let description = Field::new("description", text.description).max_length(LONG);
    let kind = Field::new("type", text.kind).hint(text.kind_hint);
    let redirect_uris = Field::new("redirect_uris", text.redirect_uris)
        .hint(text.redirect_uris_hint)
        .max_length(8192);
    let scope = Field::new("scope", text.scope)
        .hint(text.scope_hint)
        .max_length(LONG);
    let scopes = if admin {
        line(scope, &draft.scope).into_any()
    } else {
        view! { <OwnerScopes draft problems texts /> }.into_any()
    };
    view! {
        <section class="card">
            <h2>{text.about}</h2>
            {line(name.required(), &draft.client_name)}
            {line(description, &draft.description)}
            {uri("client_uri", text.client_uri, &draft.client_uri)}
            {uri("logo_uri", text.logo_uri, &draft.logo_uri)}
            {uri("policy_uri", text.policy_uri, &draft.policy_uri)}
            {uri("tos_uri", text.tos_uri, &draft.tos_uri)}
        </section>
        <section class="card">
            <h2>{text.access}</h2>
            <Select field=kind value=&draft.kind options=types problems texts=console />
            <Group name="grants" legend=text.grants hint=text.grants_hint problems>
                {grants.into_iter().collect_view()}
            </Group>
            <TextArea
                field=redirect_uris
                value=draft.redirect_uris.clone()
                rows=3
                problems
                texts=console
            />
            {scopes}
        </section>
        {admin.then(|| view! { <AdminFields draft problems texts /> })}
    }
    .into_any()
}

/// What only admins may set.
#[component]
fn AdminFields<'a>(
    draft: &'a Draft,
    problems: &'a Problems,
    texts: &'static Texts,
) -> impl IntoView + use<> {
    let text = &texts.client.fields;
    let console = &texts.console;
    let draft = &draft.admin;
    let (trusted, extra_claims) = (draft.trusted, draft.extra_claims_allowed);
    let introspect_any = draft.introspect_any;
    let profiles = vec![
        ("", text.profile_default),
        ("short", text.profile_short),
        ("standard", text.profile_standard),
        ("long", text.profile_long),
    ];
    let profile = Field::new("token_profile", text.token_profile).hint(text.token_profile_hint);
    let project = Field::new("project", text.project)
        .hint(text.project_hint)
        .max_length(64);
    let account = Field::new("service_account", text.service_account).hint(text.project_hint);
    view! {
        <section class="card">
            <h2>{text.admin}</h2>
            <Select
                field=profile
                value=&draft.token_profile
                options=profiles
                problems
                texts=console
            />
            <TextField field=project value=draft.project.clone() problems texts=console />
            <TextField field=account value=draft.service_account.clone() problems texts=console />
            <Group name="trust" legend=text.trust problems>
                <Check
                    name="trusted"
                    label=text.trusted
                    hint=text.trusted_hint
                    checked=trusted
                />
                <Check
                    name="introspect_any"
                    label=text.introspect_any
                    hint=text.introspect_any_hint
                    checked=introspect_any
                />
                <Check
                    name="extra_claims_allowed"
                    label=text.extra_claims
                    hint=text.extra_claims_hint
                    checked=extra_claims
                />
            </Group>
        </section>
    }
    .into_any()
}
