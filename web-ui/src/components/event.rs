//! What happened, in a sentence.

use authgate_proto::v1::AuditEntry;
use leptos::prelude::*;

use crate::{
    components::{
        badge::{Badge, Tone},
        instant::Instant,
        quoted::Quoted,
    },
    foreign,
    texts::Texts,
};

/// One entry of the audit trail: who did what to what.
#[component]
pub fn Sentence<'a>(entry: &'a AuditEntry, texts: &'static Texts) -> impl IntoView + use<> {
    let text = &texts.admin.dashboard;
    let (action, lang) = match texts.events.of(&entry.event_type) {
        Some(words) => (words.to_owned(), None),
        None => (foreign::message(&entry.action), Some("en")),
    };
    let actor = match foreign::name(&entry.actor_username) {
        name if !name.is_empty() => name,
        _ => match entry.actor_user_id.as_str() {
            // Nobody but the server writes of itself.
            "" if entry.event_type == "AUDIT_EVENTS_DROPPED" => text.server.to_owned(),
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
    view! {
        <span>
            <b>
                <bdi>{actor}</bdi>
            </b>
            " "
            <span lang=lang>{action}</span>
            {resource}
            {times}
            {failed}
        </span>
    }
    .into_any()
}

/// The latest entries; `none` says that there are none.
#[component]
pub fn Latest<'a>(
    entries: &'a [AuditEntry],
    none: &'static str,
    texts: &'static Texts,
) -> impl IntoView + use<> {
    let lines: Vec<_> = entries
        .iter()
        .map(|entry| {
            view! {
                <li>
                    <Sentence entry=entry texts />
                    <span class="hint">
                        <Instant at=entry.event_time texts />
                    </span>
                </li>
            }
            .into_any()
        })
        .collect();
    if lines.is_empty() {
        view! { <p class="hint">{none}</p> }.into_any()
    } else {
        view! { <ol class="events">{lines}</ol> }.into_any()
    }
}

/// An event in the page's words.
pub fn event_name(event_type: &str, texts: &'static Texts) -> String {
    let known = texts.events.of(event_type).map(str::to_owned);
    known.unwrap_or_else(|| foreign::word(event_type))
}

/// A severity in the page's words.
pub fn severity_name(severity: &str, texts: &'static Texts) -> String {
    let known = texts.severities.of(severity).map(str::to_owned);
    known.unwrap_or_else(|| foreign::word(severity))
}

/// Whether `text` is an id that nobody chose: a UUID.
fn is_made_up(text: &str) -> bool {
    text.len() == 36
        && text
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}
