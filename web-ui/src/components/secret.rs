//! Secrets that are shown once.

use leptos::prelude::*;

use crate::texts::console;

/// A value to take along, with a button that copies it, which the script shows. The
/// page around it answers a post directly: it stands in no URL and is not stored.
#[component]
pub fn Secret(
    id: &'static str,
    label: &'static str,
    value: String,
    texts: &'static console::Secret,
) -> impl IntoView {
    view! {
        <div class="secret">
            <p>
                <b>{label}</b>
            </p>
            <div class="copyable">
                <code id=id translate="no">
                    {value}
                </code>
                <button
                    type="button"
                    class="button small"
                    data-copy=id
                    data-copied=texts.copied
                    hidden=true
                >
                    {texts.copy}
                </button>
            </div>
            <p class="hint">{texts.once}</p>
        </div>
    }
    .into_any()
}
