//! The page that takes an authorization response to an app by a form (OAuth 2.0
//! Form Post Response Mode). The script sends it; the button does without one.

use leptos::prelude::*;

use crate::{
    components::button::{Button, Hidden, Kind},
    config::Config,
    document::Page,
    visitor::Visitor,
};

/// A form with `parameters` that posts itself to `action`, as a whole HTML
/// document. The caller's Content-Security-Policy must let forms lead there.
#[must_use]
pub fn form_post_page(config: &Config, action: &str, parameters: &[(String, String)]) -> String {
    let visitor = Visitor::anonymous(config);
    let texts = &visitor.texts.form_post;
    let page = Page::new(texts.title).without_switches();
    page.render(&visitor, || {
        view! {
            <h1>{texts.title}</h1>
            <p class="lede">{texts.explain}</p>
            <form method="post" action=action.to_owned() data-auto-submit="">
                {parameters
                    .iter()
                    .map(|(name, value)| view! { <Hidden name=name.clone() value=value.clone() /> })
                    .collect_view()}
                <Button kind=Kind::Primary label=texts.submit />
            </form>
        }
    })
}
