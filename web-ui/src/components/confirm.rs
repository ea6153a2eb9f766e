//! Before something that can't be undone: what will happen, in words.

use leptos::prelude::*;

use crate::{
    components::button::{Button, Hidden, Kind},
    texts::Console,
};

/// Says what will happen and does it on a press. `fields` go along with the form.
#[component]
pub fn Confirm(
    #[prop(into)] title: ViewFn,
    /// What it is about, in one sentence.
    #[prop(into)]
    lede: ViewFn,
    /// What will have happened afterwards, a line each.
    effects: Vec<String>,
    /// What the form posts to.
    action: String,
    csrf_token: String,
    #[prop(optional)] fields: Vec<(&'static str, String)>,
    submit: &'static str,
    /// The way back.
    cancel: String,
    texts: &'static Console,
) -> impl IntoView {
    let effects: Vec<_> = effects
        .into_iter()
        .map(|effect| view! { <li>{effect}</li> })
        .collect();
    let fields: Vec<_> = fields
        .into_iter()
        .map(|(name, value)| view! { <Hidden name value /> })
        .collect();
    view! {
        <div class="card narrow">
            <h1>{title.run()}</h1>
            <p class="lede">{lede.run()}</p>
            <ul class="effects">{effects}</ul>
            <form method="post" action=action>
                <Hidden name="csrf_token" value=csrf_token />
                {fields}
                <div class="actions">
                    <Button kind=Kind::Danger label=submit />
                    <a class=Kind::Secondary.class() href=cancel>
                        {texts.form.cancel}
                    </a>
                </div>
            </form>
        </div>
    }
    .into_any()
}
