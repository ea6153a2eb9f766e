//! Facts in two columns: a name, and what is known.

use leptos::prelude::*;

/// One row of a `dl` with the class `facts`.
#[component]
pub fn Fact(name: &'static str, children: Children) -> impl IntoView {
    view! {
        <div>
            <dt>{name}</dt>
            <dd>{children()}</dd>
        </div>
    }
}
