//! States as words in a colour.

use leptos::prelude::*;

use crate::texts::console::Status;

/// What a state means for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As it should be.
    Good,
    /// Somebody has to do something.
    Waiting,
    /// Over, or switched off.
    Off,
    /// Something went wrong.
    Bad,
}

impl Tone {
    const fn class(self) -> &'static str {
        match self {
            Self::Good => "state good",
            Self::Waiting => "state waiting",
            Self::Off => "state",
            Self::Bad => "state bad",
        }
    }
}

/// A word in the colour of its meaning.
#[component]
pub fn Badge(tone: Tone, label: &'static str) -> impl IntoView {
    view! { <span class=tone.class()>{label}</span> }
}

/// The state of a token, a client or an account, as the core names it.
#[component]
pub fn StatusBadge<'a>(status: &'a str, texts: &'static Status) -> impl IntoView + use<> {
    let (tone, label) = match status {
        "active" => (Tone::Good, texts.active),
        "pending" => (Tone::Waiting, texts.pending),
        "disabled" => (Tone::Waiting, texts.disabled),
        "revoked" => (Tone::Off, texts.revoked),
        "expired" => (Tone::Off, texts.expired),
        _ => (Tone::Off, texts.inactive),
    };
    view! { <Badge tone label /> }
}
