//! Buttons and the hidden fields that go with them.

use leptos::prelude::*;

/// How much a button asks to be pressed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What most people came for.
    Primary,
    /// The other way, of the same size.
    Secondary,
}

impl Kind {
    /// The class in the stylesheet, which links may carry too.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Primary => "button primary",
            Self::Secondary => "button",
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
}

/// A field that people do not see.
#[component]
pub fn Hidden(#[prop(into)] name: String, value: String) -> impl IntoView {
    view! { <input type="hidden" name=name value=value /> }
}
