//! What happened, in a sentence.

use authgate_proto::v1::AuditEntry;
use leptos::prelude::*;

use crate::{
    components::{
        badge::{Badge, Tone},
        quoted::Quoted,
    },
    foreign,
    texts::Texts,
};

/// One entry of the audit trail: who did what to what.
#[component]
pub fn Sentence<'a>(entry: &'a AuditEntry, texts: &'static Texts) -> impl IntoView + use<> {
    let text = &texts.admin.dashboard;
    let actor = match foreign::name(&entry.actor_username) {
        name if !name.is_empty() => name,
        _ => match entry.actor_user_id.as_str() {
            "" => text.somebody.to_owned(),
            "operator" => text.operator.to_owned(),
            id => foreign::name(id.strip_prefix("client:").unwrap_or(id)),
        },
    };
    // What only machines read stands in the details.
    let resource = [
        foreign::name(&entry.resource_name),
        foreign::word(&entry.resource_id),
    ]
    .into_iter()
    .find(|text| !text.is_empty() && !is_made_up(text))
    .filter(|resource| *resource != actor)
    .map(|resource| view! { " " <Quoted text=resource /> });
    let times = (entry.count > 1).then(|| {
        let times = (text.times)(entry.count.into());
        view! { " " <span class="hint">{times}</span> }
    });
    let failed = (!entry.success).then(|| view! { " " <Badge tone=Tone::Bad label=text.failed /> });
    let action = foreign::message(&entry.action);
    view! {
        <span>
            <b>
                <bdi>{actor}</bdi>
            </b>
            " "
            <span lang="en">{action}</span>
            {resource}
            {times}
            {failed}
        </span>
    }
    .into_any()
}

/// Whether `text` is an id that nobody chose: a UUID.
fn is_made_up(text: &str) -> bool {
    text.len() == 36
        && text
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}
