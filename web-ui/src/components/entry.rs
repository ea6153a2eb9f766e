//! Lists whose items are read rather than compared: what it is, what is known of
//! it, and what can be done.

use leptos::prelude::*;

/// One item of an `ul` with the class `entries`.
#[component]
pub fn Entry(
    /// What it is, with its state beside it.
    title: AnyView,
    /// Buttons, where something can be done.
    actions: Option<AnyView>,
    /// What is known of it.
    children: Children,
) -> impl IntoView {
    let actions = actions.map(|actions| view! { <div class="entry-actions">{actions}</div> });
    view! {
        <li class="entry">
            <div class="entry-text">
                <p class="entry-title">{title}</p>
                {children()}
            </div>
            {actions}
        </li>
    }
}

/// Short facts in one line.
#[component]
pub fn Meta(items: Vec<AnyView>) -> impl IntoView {
    let items: Vec<_> = items
        .into_iter()
        .map(|item| view! { <li>{item}</li> })
        .collect();
    view! { <ul class="meta">{items}</ul> }
}
