//! What an app may do, in a word or two each: for lists. The whole of it is said
//! where it is asked for.

use leptos::prelude::*;

use crate::{components::quoted::Quoted, foreign, texts::account::ScopeWords as Texts};

/// The scopes as words beside each other; those that only their app knows in quotes.
#[component]
pub fn ScopeWords<'a>(scopes: &'a [String], texts: &'static Texts) -> impl IntoView + use<> {
    let items: Vec<_> = scopes
        .iter()
        .map(|scope| {
            let known = match scope.as_str() {
                "openid" => texts.openid,
                "profile" => texts.profile,
                "email" => texts.email,
                "address" => texts.address,
                "phone" => texts.phone,
                "offline_access" => texts.offline_access,
                "read" => texts.read,
                "write" => texts.write,
                "admin" => {
                    return view! { <li class="powerful">{texts.admin}</li> }.into_any();
                }
                own => {
                    return view! {
                        <li>
                            <Quoted text=foreign::word(own) />
                        </li>
                    }
                    .into_any();
                }
            };
            view! { <li>{known}</li> }.into_any()
        })
        .collect();
    (!items.is_empty()).then(|| view! { <ul class="scope-words">{items}</ul> })
}

/// The scopes by their names, as developers know them.
#[component]
pub fn ScopeNames<'a>(scopes: &'a [String]) -> impl IntoView + use<> {
    let items: Vec<_> = scopes
        .iter()
        .map(|scope| {
            view! {
                <li>
                    <code>{foreign::word(scope)}</code>
                </li>
            }
        })
        .collect();
    view! { <ul class="scope-words">{items}</ul> }
}
