//! Narrowing lists down, by forms and links that keep everything in the URL.

use leptos::prelude::*;

use crate::{
    listing::Listing,
    texts::console::{Console, Listing as Texts},
};

/// One choice of a filter.
pub struct Choice {
    /// The value in the URL; empty: everything.
    pub value: &'static str,
    pub label: &'static str,
    /// How many there are, where that is known.
    pub count: Option<String>,
}

impl Choice {
    /// A choice of which it is not known how many there are.
    pub const fn new(value: &'static str, label: &'static str) -> Self {
        Self {
            value,
            label,
            count: None,
        }
    }
}

/// The choices of the filter `name` as links beside each other.
#[component]
pub fn Tabs<'a>(
    listing: &'a Listing,
    name: &'static str,
    label: &'static str,
    choices: Vec<Choice>,
) -> impl IntoView + use<> {
    let current = listing.filter(name);
    let items: Vec<_> = choices
        .into_iter()
        .map(|choice| {
            let href = listing.clone().with(name, choice.value).url();
            let here = (choice.value == current).then_some("true");
            let count = choice
                .count
                .map(|count| view! { " " <span class="count">{count}</span> });
            view! {
                <li>
                    <a href=href aria-current=here>
                        {choice.label}
                        {count}
                    </a>
                </li>
            }
        })
        .collect();
    view! {
        <nav class="tabs" aria-label=label>
            <ul>{items}</ul>
        </nav>
    }
    .into_any()
}

/// A search field, and `children` for further fields, as a form that keeps the filters
/// named in `keep`, which stand elsewhere.
#[component]
pub fn FilterBar<'a>(
    listing: &'a Listing,
    #[prop(optional)] keep: &'a [&'static str],
    /// What can be searched for.
    hint: &'static str,
    texts: &'static Console,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView + use<> {
    let Texts {
        search,
        apply,
        clear,
        ..
    } = &texts.listing;
    let kept: Vec<_> = listing
        .filters()
        .iter()
        .filter(|(name, _)| keep.contains(name))
        .map(|(name, value)| view! { <input type="hidden" name=*name value=value.clone() /> })
        .collect();
    let clear = listing.is_filtered().then(|| {
        view! {
            <a class="quiet" href=listing.path()>
                {*clear}
            </a>
        }
    });
    view! {
        <form class="filter" role="search" action=listing.path()>
            {kept}
            <label class="unseen" for="search">
                {*search}
            </label>
            <input
                type="search"
                id="search"
                name="search"
                value=listing.filter("search").to_owned()
                placeholder=hint
                maxlength="200"
                autocapitalize="none"
                spellcheck="false"
            />
            {children.map(|children| children())}
            <button type="submit" class="button small">
                {*apply}
            </button>
            {clear}
        </form>
    }
    .into_any()
}

/// A list of choices in a filter bar.
#[component]
pub fn FilterSelect<'a>(
    listing: &'a Listing,
    name: &'static str,
    label: &'static str,
    choices: Vec<Choice>,
) -> impl IntoView + use<> {
    let current = listing.filter(name);
    let options: Vec<_> = choices
        .into_iter()
        .map(|choice| {
            view! {
                <option value=choice.value selected=choice.value == current>
                    {choice.label}
                </option>
            }
        })
        .collect();
    view! {
        <label class="unseen" for=name>
            {label}
        </label>
        <select id=name name=name>
            {options}
        </select>
    }
    .into_any()
}
