//! The confirmation of what cannot be undone, in the row that it is about: the
//! first press opens what will happen, the second does it.

use leptos::prelude::*;

use crate::components::button::{Kind, PostButton};

/// Opens with `label`; says `effect`; posts to `action` with `label` again.
#[component]
pub fn ConfirmHere(
    label: &'static str,
    /// What the action is about, for those who hear the button alone.
    about: String,
    effect: String,
    action: String,
    csrf_token: String,
    #[prop(optional)] fields: Vec<(&'static str, String)>,
) -> impl IntoView {
    view! {
        <details class="confirm-here">
            <summary class=Kind::SmallDanger.class()>
                {label} <span class="unseen">" " {about.clone()}</span>
            </summary>
            <div class="confirm-box">
                <p>{effect}</p>
                <PostButton action csrf_token kind=Kind::Danger label about fields />
            </div>
        </details>
    }
}
