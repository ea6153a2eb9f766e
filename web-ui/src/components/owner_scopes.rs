//! The scopes that people may choose for their own apps, as boxes to tick.

use leptos::prelude::*;

use crate::{
    components::form::{Check, Group},
    form::Fields,
    metadata::Draft,
    problems::Problems,
    texts::Texts,
};

/// The scopes, and the form's field for each.
const SCOPES: [(&str, &str); 4] = [
    ("openid", "scope_openid"),
    ("profile", "scope_profile"),
    ("email", "scope_email"),
    ("offline_access", "scope_offline_access"),
];

/// A box for each scope, ticked when the draft has it.
#[component]
pub fn OwnerScopes<'a>(
    draft: &'a Draft,
    problems: &'a Problems,
    texts: &'static Texts,
) -> impl IntoView + use<> {
    let words = &texts.scopes;
    let labels = [
        words.openid,
        words.profile,
        words.email,
        words.offline_access,
    ];
    let boxes: Vec<_> = SCOPES
        .iter()
        .zip(labels)
        .map(|((scope, name), label)| {
            let checked = draft.scope.split_whitespace().any(|word| word == *scope);
            view! { <Check name label hint=*scope checked /> }
        })
        .collect();
    let texts = &texts.client.fields;
    view! {
        <Group name="scope" legend=texts.scope hint=texts.owner_scope_hint problems>
            {boxes}
        </Group>
    }
}

/// What was ticked, and the scopes of `before` that there is no box for: an admin gave
/// them. Parted by spaces.
pub fn typed(fields: &Fields, before: &[String]) -> String {
    let ticked = SCOPES
        .iter()
        .filter(|(_, name)| fields.get(name) == "1")
        .map(|(scope, _)| *scope);
    let given = before
        .iter()
        .map(String::as_str)
        .filter(|word| SCOPES.iter().all(|(scope, _)| scope != word));
    ticked.chain(given).collect::<Vec<_>>().join(" ")
}
