//! What a form is answered with that was sent before: nothing happens twice.

use axum::response::Response;
use http::StatusCode;
use leptos::prelude::*;

use crate::{
    components::{button::Kind, heading::Crumb, navigation::Section},
    document::Page,
    shell::Shell,
    texts::Message,
    visitor::Visitor,
};

/// Where on the console the form belongs.
pub struct Place {
    pub section: Section,
    pub trail: Vec<Crumb>,
    /// What the form was about,
    pub path: String,
    /// and the words for the way there.
    pub label: &'static str,
}

/// The page that says so.
pub fn respond(
    visitor: &Visitor,
    shell: &Shell,
    status: StatusCode,
    message: &'static Message,
    place: Place,
) -> Response {
    let Place {
        section,
        trail,
        path,
        label,
    } = place;
    let page = Page::new(message.title)
        .status(status)
        .console(shell, section)
        .trail(trail)
        // To load it again would send the form again.
        .here(path.clone());
    page.respond(visitor, || {
        view! {
            <div class="card narrow">
                <h1>{message.title}</h1>
                <p class="lede">{message.text}</p>
                <div class="actions">
                    <a class=Kind::Secondary.class() href=path>
                        {label}
                    </a>
                </div>
            </div>
        }
    })
}
