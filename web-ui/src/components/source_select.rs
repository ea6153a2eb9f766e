//! The identity sources that there are accounts of, to choose from.

use leptos::prelude::*;

use crate::{foreign, listing::Listing, texts::people::Users};

/// Narrows a list of users down to one source; nothing to choose when all accounts
/// are kept here.
#[component]
pub fn SourceSelect<'a>(
    listing: &'a Listing,
    sources: &'a [String],
    texts: &'static Users,
) -> impl IntoView + use<> {
    let current = listing.filter("auth_source");
    let options: Vec<_> = sources
        .iter()
        .map(|source| {
            let label = if source == "local" {
                texts.local.to_owned()
            } else {
                foreign::name(source)
            };
            view! {
                <option value=source.clone() selected=source == current>
                    {label}
                </option>
            }
        })
        .collect();
    (sources.len() > 1 || !current.is_empty()).then(|| {
        view! {
            <label class="unseen" for="auth_source">
                {texts.source}
            </label>
            <select id="auth_source" name="auth_source">
                <option value="">{texts.any_source}</option>
                {options}
            </select>
        }
    })
}
