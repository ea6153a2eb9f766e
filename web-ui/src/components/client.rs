//! A client as admins and its owner see it.

use authgate_proto::vocabulary::grant_type::{
    AUTHORIZATION_CODE, CLIENT_CREDENTIALS, DEVICE_CODE, REFRESH_TOKEN,
};
use leptos::prelude::*;

use crate::{
    components::{fact::Fact, quoted::Quoted},
    foreign,
    metadata::Metadata,
    texts::{Texts, client::Fields},
};

/// The name of a client, fit to stand in quotes; its id when it has none.
pub fn name_of(name: &str, client_id: &str) -> String {
    let name = foreign::name(name);
    if name.is_empty() {
        foreign::name(client_id)
    } else {
        name
    }
}

/// The quoted name as a link, with the id below it.
#[component]
pub fn ClientLink<'a>(name: &'a str, client_id: &'a str, path: String) -> impl IntoView + use<> {
    view! {
        <a href=path>
            <Quoted text=name_of(name, client_id) />
        </a>
        " "
        <code class="hint">{foreign::word(client_id)}</code>
    }
    .into_any()
}

/// What the metadata says, in words: facts for a `dl`. `admin` adds what only admins
/// may set.
#[component]
pub fn ClientFacts<'a>(
    metadata: &'a Metadata,
    admin: bool,
    texts: &'static Texts,
) -> impl IntoView + use<> {
    let text = &texts.client.fields;
    let nothing = texts.console.nothing;
    let kind = match metadata.text("token_endpoint_auth_method") {
        "none" => text.public,
        _ => text.confidential,
    };
    let grants = metadata.list("grant_types");
    let grants: Vec<_> = grants
        .into_iter()
        .map(|grant| grant_name(grant, text).map_or_else(|| foreign::word(grant), str::to_owned))
        .map(|grant| view! { <li>{grant}</li> })
        .collect();
    let codes = |items: Vec<String>| {
        if items.is_empty() {
            return nothing.into_any();
        }
        let items: Vec<_> = items
            .into_iter()
            .map(|item| view! { <li><code>{item}</code></li> })
            .collect();
        view! { <ul>{items}</ul> }.into_any()
    };
    let uris: Vec<String> = metadata
        .list("redirect_uris")
        .into_iter()
        .map(foreign::message)
        .collect();
    let scopes: Vec<String> = metadata
        .scopes()
        .iter()
        .map(|scope| foreign::word(scope))
        .collect();
    let web: Vec<_> = [
        ("client_uri", text.client_uri),
        ("logo_uri", text.logo_uri),
        ("policy_uri", text.policy_uri),
        ("tos_uri", text.tos_uri),
    ]
    .into_iter()
    .filter(|(name, _)| !metadata.text(name).is_empty())
    .map(|(name, label)| {
        let uri = foreign::message(metadata.text(name));
        view! { <Fact name=label><code>{uri}</code></Fact> }
    })
    .collect();
    view! {
        <Fact name=text.kind>{kind}</Fact>
        <Fact name=text.grants>
            <ul>{grants}</ul>
        </Fact>
        <Fact name=text.redirect_uris>{codes(uris)}</Fact>
        <Fact name=text.scope>{words(scopes, nothing)}</Fact>
        {web}
        {admin.then(|| view! { <AdminFacts metadata texts /> })}
    }
    .into_any()
}

/// Scopes beside each other.
fn words(scopes: Vec<String>, nothing: &'static str) -> AnyView {
    if scopes.is_empty() {
        return nothing.into_any();
    }
    let words: Vec<_> = scopes
        .into_iter()
        .map(|scope| view! { <li><code>{scope}</code></li> })
        .collect();
    view! { <ul class="scope-words">{words}</ul> }.into_any()
}

#[component]
fn AdminFacts<'a>(metadata: &'a Metadata, texts: &'static Texts) -> impl IntoView + use<> {
    let text = &texts.client.fields;
    let console = &texts.console;
    let profile = match metadata.text("token_profile") {
        "short" => text.profile_short,
        "standard" => text.profile_standard,
        "long" => text.profile_long,
        _ => text.profile_default,
    };
    let names: Vec<_> = [
        ("project", text.project),
        ("service_account", text.service_account),
    ]
    .into_iter()
    .filter(|(name, _)| !metadata.text(name).is_empty())
    .map(|(name, label)| {
        let value = foreign::message(metadata.text(name));
        view! { <Fact name=label><code>{value}</code></Fact> }
    })
    .collect();
    let flags = [
        ("trusted", text.trusted),
        ("introspect_any", text.introspect_any),
        ("extra_claims_allowed", text.extra_claims),
    ]
    .map(|(name, label)| {
        let answer = if metadata.flag(name) {
            console.yes
        } else {
            console.no
        };
        view! { <Fact name=label>{answer}</Fact> }
    });
    view! {
        <Fact name=text.token_profile>{profile}</Fact>
        {names}
        {flags.into_iter().collect_view()}
    }
    .into_any()
}

/// A grant type in words.
fn grant_name(grant: &str, texts: &Fields) -> Option<&'static str> {
    match grant {
        AUTHORIZATION_CODE => Some(texts.authorization_code),
        DEVICE_CODE => Some(texts.device_code),
        CLIENT_CREDENTIALS => Some(texts.client_credentials),
        REFRESH_TOKEN => Some(texts.refresh_token),
        _ => None,
    }
}
