//! `/logout`: asked for by a link, done only by a form, so that no other site can do it.

use authgate_proto::{
    v1::{SignOutRequest, ViewHomeRequest},
    vocabulary::path,
};
use axum::{Extension, extract::State, response::Response};
use leptos::prelude::*;

use crate::{
    components::button::{Button, Hidden, Kind},
    document::{Page, see_other},
    error::Failure,
    form::Form,
    visitor::{Site, Visitor},
};

/// The page and what its form posts to.
pub const PATH: &str = "/logout";

/// `GET /logout`: asks whether that is meant.
pub async fn show(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Failure> {
    let view = site
        .core()
        .view_home(visitor.context.request(ViewHomeRequest {}))
        .await
        .map_err(Failure::core(None))?
        .into_inner();
    let texts = &visitor.texts.logout;
    let browser = view.browser.unwrap_or_default();
    let page = Page::new(texts.title).browser(&browser);
    Ok(page.respond(&visitor, || {
        view! {
            <h1>{texts.title}</h1>
            <p class="lede">{texts.explain}</p>
            <form method="post" action=visitor.config.path(PATH)>
                <Hidden name="csrf_token" value=browser.csrf_token />
                <div class="actions">
                    <Button kind=Kind::Primary label=texts.submit />
                    <a class=Kind::Secondary.class() href=visitor.config.path("/")>
                        {texts.stay}
                    </a>
                </div>
            </form>
        }
    }))
}

/// `POST /logout`.
pub async fn submit(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form,
) -> Result<Response, Failure> {
    let request = SignOutRequest {
        csrf_token: fields.get("csrf_token").to_owned(),
    };
    let signed_out = site
        .core()
        .sign_out(visitor.context.request(request))
        .await
        .map_err(Failure::core(None))?
        .into_inner();
    let login = visitor.config.path(path::LOGIN);
    Ok(see_other(&visitor, &login, signed_out.cookie.as_ref()))
}
