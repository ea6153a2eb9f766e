//! The head of a page in the console: where it is, what it is called, what can be done.

use leptos::prelude::*;

use crate::texts::Console;

/// A page above this one.
pub struct Crumb {
    pub label: String,
    pub path: String,
}

impl Crumb {
    /// The page at `path`, by its name.
    pub fn new(label: impl Into<String>, path: String) -> Self {
        Self {
            label: label.into(),
            path,
        }
    }
}

/// The way to the page from the top, without the page itself.
#[component]
pub fn Breadcrumbs(trail: Vec<Crumb>, texts: &'static Console) -> impl IntoView {
    let items: Vec<_> = trail
        .into_iter()
        .map(|Crumb { label, path }| {
            view! {
                <li>
                    <a href=path>
                        <bdi>{label}</bdi>
                    </a>
                </li>
            }
        })
        .collect();
    (!items.is_empty()).then(|| {
        view! {
            <nav class="crumbs" aria-label=texts.breadcrumbs>
                <ol>{items}</ol>
            </nav>
        }
    })
}

/// The title, with what belongs beside it: buttons, or a state.
#[component]
pub fn Heading(
    #[prop(into)] title: ViewFn,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="heading">
            <h1>{title.run()}</h1>
            {children.map(|children| children())}
        </div>
    }
    .into_any()
}

/// What an action did, said once on the page after it.
#[component]
pub fn Flash(text: &'static str) -> impl IntoView {
    view! {
        <p class="flash" role="status">
            {text}
        </p>
    }
    .into_any()
}
