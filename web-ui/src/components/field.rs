//! Fields of forms, each with its label.

use leptos::prelude::*;

use crate::{
    components::alert::PROBLEM_ID,
    texts::{Device, Login},
};

/// Attributes that a field's state decides.
#[derive(Clone, Copy, Default)]
pub struct State {
    /// The problem on the page is about this field.
    pub wrong: bool,
    /// The page opens with the cursor here.
    pub focus: bool,
}

impl State {
    fn invalid(self) -> Option<&'static str> {
        self.wrong.then_some("true")
    }

    fn described_by(self, hint: Option<&'static str>) -> Option<String> {
        let ids = [self.wrong.then_some(PROBLEM_ID), hint];
        let ids: Vec<&str> = ids.into_iter().flatten().collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

/// The user name.
#[component]
pub fn Username(label: &'static str, value: String, state: State) -> impl IntoView {
    view! {
        <div class="field">
            <label for="username">{label}</label>
            <input
                type="text"
                id="username"
                name="username"
                value=value
                autocomplete="username"
                autocapitalize="none"
                spellcheck="false"
                maxlength="255"
                required=true
                autofocus=state.focus
                aria-invalid=state.invalid()
                aria-describedby=state.described_by(None)
            />
        </div>
    }
}

/// The password. The script shows the button that reveals it.
#[component]
pub fn Password(texts: &'static Login, state: State) -> impl IntoView {
    view! {
        <div class="field">
            <label for="password">{texts.password}</label>
            <div class="with-button">
                <input
                    type="password"
                    id="password"
                    name="password"
                    autocomplete="current-password"
                    maxlength="1024"
                    required=true
                    autofocus=state.focus
                    aria-invalid=state.invalid()
                    aria-describedby=state.described_by(None)
                />
                <button
                    type="button"
                    class="reveal"
                    data-reveal="password"
                    aria-pressed="false"
                    aria-label=texts.show_password
                    hidden=true
                >
                    {texts.show}
                </button>
            </div>
        </div>
    }
}

/// A device's user code; takes anything pasted, the core sorts it out.
#[component]
pub fn UserCode(texts: &'static Device, value: String, wrong: bool) -> impl IntoView {
    const HINT_ID: &str = "user_code-hint";
    let state = State { wrong, focus: true };
    view! {
        <div class="field">
            <label for="user_code">{texts.code}</label>
            <p class="hint" id=HINT_ID>
                {texts.code_hint}
            </p>
            <input
                type="text"
                class="code"
                id="user_code"
                name="user_code"
                value=value
                placeholder="XXXX-XXXX"
                autocomplete="off"
                autocapitalize="characters"
                spellcheck="false"
                maxlength="64"
                required=true
                autofocus=state.focus
                data-code=""
                aria-invalid=state.invalid()
                aria-describedby=state.described_by(Some(HINT_ID))
            />
        </div>
    }
}
