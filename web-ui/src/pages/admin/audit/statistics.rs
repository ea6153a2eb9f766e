//! The numbers above the audit trail.

use std::cmp::Reverse;

use authgate_proto::v1::AuditStatistics;
use leptos::prelude::*;

use super::filter;
use crate::{
    components::event::event_name,
    listing::Listing,
    texts::{self, Texts},
    visitor::Visitor,
};

/// The last thirty days.
#[component]
pub fn Numbers<'a>(
    statistics: &'a AuditStatistics,
    texts: &'static Texts,
) -> impl IntoView + use<> {
    let text = &texts.admin.audit;
    let number = texts::number;
    let critical = statistics.events_by_severity.get("CRITICAL");
    let cards = [
        (text.events, statistics.total_events),
        (text.failures, statistics.failure_count),
        (text.critical, critical.copied().unwrap_or_default()),
        (text.dropped, statistics.dropped),
    ]
    .map(|(label, count)| {
        view! {
            <li>
                <div class="card">
                    <span>{label}</span>
                    <b>{number(count)}</b>
                </div>
            </li>
        }
    });
    view! { <ul class="stats" aria-label=text.statistics>{cards.into_iter().collect_view()}</ul> }
        .into_any()
}

/// How many there were of each kind, the most first.
#[component]
pub fn ByEvent<'a>(statistics: &'a AuditStatistics, visitor: &'a Visitor) -> impl IntoView + use<> {
    let texts = visitor.texts;
    let listing = Listing::new(visitor.path(filter::PATH));
    let mut counts: Vec<_> = statistics.events_by_type.iter().collect();
    counts.sort_by_key(|(name, count)| (Reverse(**count), name.as_str()));
    let lines: Vec<_> = counts
        .into_iter()
        .map(|(name, count)| {
            let href = listing.clone().with("event_type", name).url();
            let count = texts::number(*count);
            let name = event_name(name, texts);
            view! {
                <li>
                    <a href=href>{name}</a>
                    " "
                    <b>{count}</b>
                </li>
            }
        })
        .collect();
    (!lines.is_empty()).then(|| {
        view! {
            <details class="card">
                <summary>{texts.admin.audit.by_event}</summary>
                <ul>{lines}</ul>
            </details>
        }
    })
}
