//! Messages that stand out.

use leptos::prelude::*;

/// The element that fields point at when they are part of the problem.
pub const PROBLEM_ID: &str = "problem";

/// What went wrong, read aloud at once.
#[component]
pub fn Alert(#[prop(into)] text: String) -> impl IntoView {
    view! {
        <div class="alert" role="alert" id=PROBLEM_ID>
            <p>{text}</p>
        </div>
    }
}

/// Something to know before going on.
#[component]
pub fn Notice(text: &'static str) -> impl IntoView {
    view! { <p class="notice">{text}</p> }
}
