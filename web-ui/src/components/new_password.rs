//! Fields for passwords, which never show again what was typed.

use leptos::prelude::*;

use crate::{components::form::Field, problems::Problems, texts::Console};

/// A password, with the button that reveals it, which the script shows.
#[component]
pub fn PasswordField<'a>(
    field: Field,
    problems: &'a Problems,
    /// `current-password` or `new-password`.
    autocomplete: &'static str,
    texts: &'static Console,
    /// The label of the button, and what it says aloud.
    show: (&'static str, &'static str),
) -> impl IntoView + use<> {
    let Field { name, label, .. } = field;
    let problem = problems.at(name);
    let hint = field.hint.map(|hint| {
        view! {
            <p class="hint" id=format!("{name}-hint")>
                {hint}
            </p>
        }
    });
    let ids = [
        hint.is_some().then(|| format!("{name}-hint")),
        problem.map(|_| format!("{name}-problem")),
    ];
    let ids: Vec<String> = ids.into_iter().flatten().collect();
    let described_by = (!ids.is_empty()).then(|| ids.join(" "));
    let invalid = problem.map(|_| "true");
    let wrong = problem.map(|problem| {
        view! {
            <p class="wrong" id=format!("{name}-problem") lang=problem.text.lang()>
                {problem.text.at_field()}
            </p>
        }
    });
    let optional = (!field.required)
        .then(|| view! { " " <span class="optional">"(" {texts.form.optional} ")"</span> });
    view! {
        <div class="field">
            <label for=name>{label} {optional}</label>
            {hint}
            {wrong}
            <div class="with-button">
                <input
                    type="password"
                    id=name
                    name=name
                    autocomplete=autocomplete
                    maxlength="1024"
                    required=field.required
                    aria-invalid=invalid
                    aria-describedby=described_by
                />
                <button
                    type="button"
                    class="reveal"
                    data-reveal=name
                    aria-pressed="false"
                    aria-label=show.1
                    hidden=true
                >
                    {show.0}
                </button>
            </div>
        </div>
    }
}
