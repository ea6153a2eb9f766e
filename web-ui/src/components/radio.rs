//! One way of several, each with what it means.

use leptos::prelude::*;

/// One way: with others of the same `name`, the form has `name=value` of the one that
/// is chosen.
#[component]
pub fn Radio(
    name: &'static str,
    value: &'static str,
    label: &'static str,
    #[prop(optional)] hint: Option<&'static str>,
    checked: bool,
) -> impl IntoView {
    let id = format!("{name}-{value}");
    let hint_id = hint.map(|_| format!("{id}-hint"));
    let hint = hint.map(|hint| {
        view! {
            <span class="hint" id=hint_id.clone()>
                {hint}
            </span>
        }
    });
    let described_by = hint.is_some().then(|| format!("{id}-hint"));
    view! {
        <div class="check">
            <input
                type="radio"
                id=id.clone()
                name=name
                value=value
                checked=checked
                aria-describedby=described_by
            />
            <div>
                <label for=id>{label}</label>
                {hint}
            </div>
        </div>
    }
}
