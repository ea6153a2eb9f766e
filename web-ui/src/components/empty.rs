//! Lists without anything in them.

use leptos::prelude::*;

use crate::texts::Message;

/// Says what will stand here and how it comes about; `children` offer to begin.
#[component]
pub fn Empty(
    message: &'static Message,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="card empty">
            <h2>{message.title}</h2>
            <p>{message.text}</p>
            {children.map(|children| children())}
        </div>
    }
    .into_any()
}
