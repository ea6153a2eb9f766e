//! From page to page of a list.

use leptos::prelude::*;

use crate::{listing::Listing, texts::console::Listing as Texts};

/// The token of the last page of every list.
const LAST: &str = "last";

/// Links to the other pages; nothing when there are none. `previous` and `next` are
/// tokens, empty where there is no such page.
#[component]
pub fn Pager<'a>(
    listing: &'a Listing,
    previous: &'a str,
    next: &'a str,
    texts: &'static Texts,
) -> impl IntoView + use<> {
    let link = |label: &'static str, token: &str, there: bool, rel: Option<&'static str>| {
        if there {
            view! {
                <a class="button small" href=listing.page(token) rel=rel>
                    {label}
                </a>
            }
            .into_any()
        } else {
            view! {
                <a class="button small" role="link" aria-disabled="true">
                    {label}
                </a>
            }
            .into_any()
        }
    };
    let (newer, older) = (!previous.is_empty(), !next.is_empty());
    (newer || older).then(|| {
        view! {
            <nav class="pager" aria-label=texts.pages>
                {link(texts.first, "", newer, None)}
                {link(texts.newer, previous, newer, Some("prev"))}
                {link(texts.older, next, older, Some("next"))}
                {link(texts.last, LAST, older, None)}
            </nav>
        }
    })
}
