//! Points in time.

use leptos::prelude::*;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::texts::Texts;

/// `at` in milliseconds since the epoch: in UTC, and by the script as "5 minutes ago".
#[component]
pub fn Instant(at: i64, texts: &'static Texts) -> impl IntoView {
    let instant = instant(at);
    let machine = instant.and_then(|instant| instant.format(&Rfc3339).ok());
    let human = instant.map(texts.instant);
    view! {
        <time datetime=machine data-relative="">
            {human}
        </time>
    }
}

/// The day of `at`, for what lasts since then.
#[component]
pub fn Day(at: i64, texts: &'static Texts) -> impl IntoView {
    let instant = instant(at);
    let machine = instant.and_then(|instant| instant.format(&Rfc3339).ok());
    let human = instant.map(texts.day);
    view! { <time datetime=machine>{human}</time> }
}

fn instant(at: i64) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp(at.div_euclid(1000)).ok()
}
