//! Text that others chose, shown so that it cannot pass for ours.

use leptos::prelude::*;

/// Quotes around `text`, which [`crate::foreign`] has cleaned. Isolated, so that
/// its reading direction stays inside.
#[component]
pub fn Quoted(text: String) -> impl IntoView {
    view! {
        <q>
            <bdi>{text}</bdi>
        </q>
    }
}
