//! Buttons and the hidden fields that go with them.

use leptos::prelude::*;

/// How much a button asks to be pressed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What most people came for.
    Primary,
    /// The other way, of the same size.
    Secondary,
    /// What can't be undone.
    Danger,
    /// An action of a row.
    Small,
    /// An action of a row that ends something.
    SmallDanger,
}

impl Kind {
    /// The class in the stylesheet, which links may carry too.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Primary => "button primary",
            Self::Secondary => "button",
            Self::Danger => "button danger",
            Self::Small => "button small",
            Self::SmallDanger => "button small danger",
        }
    }
}

/// Sends its form, with `name=value` when it has a name.
#[component]
pub fn Button(
    kind: Kind,
    label: &'static str,
    #[prop(optional)] name: Option<&'static str>,
    #[prop(optional)] value: Option<&'static str>,
) -> impl IntoView {
    view! {
        <button type="submit" class=kind.class() name=name value=value>
            {label}
        </button>
    }
    .into_any()
}

/// A field that people do not see.
#[component]
pub fn Hidden(#[prop(into)] name: String, value: String) -> impl IntoView {
    view! { <input type="hidden" name=name value=value /> }
}

/// A form of one button: an action on what stands beside it.
#[component]
pub fn PostButton(
    action: String,
    csrf_token: String,
    kind: Kind,
    label: &'static str,
    /// What the action is about, for those who hear the button alone.
    #[prop(optional)]
    about: Option<String>,
    #[prop(optional)] fields: Vec<(&'static str, String)>,
) -> impl IntoView {
    let fields: Vec<_> = fields
        .into_iter()
        .map(|(name, value)| view! { <Hidden name value /> })
        .collect();
    let about = about.map(|about| view! { <span class="unseen">" " {about}</span> });
    view! {
        <form method="post" action=action>
            <Hidden name="csrf_token" value=csrf_token />
            {fields}
            <button type="submit" class=kind.class()>
                {label}
                {about}
            </button>
        </form>
    }
    .into_any()
}
