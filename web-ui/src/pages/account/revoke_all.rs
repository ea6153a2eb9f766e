//! `/account/sessions/revoke-all`: everything ends at once, the apps alone or the
//! browsers too.

use authgate_proto::{v1::RevokeAllRequest, vocabulary::path};
use axum::{Extension, extract::State, response::Response};
use leptos::prelude::*;

use crate::{
    components::{
        button::{Button, Hidden, Kind},
        form::Group,
        heading::Crumb,
        navigation::Section,
        radio::Radio,
    },
    document::{Page, see_other, with_query},
    error::Failure,
    form::Form,
    listing::DONE,
    pages::{account::sessions, login},
    problems::Problems,
    shell::Shell,
    visitor::{Site, Visitor},
};

/// Where it is.
pub const PATH: &str = "/account/sessions/revoke-all";

/// `GET /account/sessions/revoke-all`.
pub async fn show(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Failure> {
    let shell = Shell::load(&site, &visitor, &visitor.path(PATH)).await?;
    let texts = &visitor.texts.account.sessions;
    let page = Page::new(texts.all.title)
        .console(&shell, Section::Sessions)
        .trail([Crumb::new(texts.title, visitor.path(sessions::PATH))]);
    Ok(page.respond(&visitor, || {
        let texts = &texts.all;
        let problems = &Problems::default();
        view! {
            <div class="card narrow">
                <h1>{texts.title}</h1>
                <p class="lede">{texts.explain}</p>
                <form method="post" action=visitor.path(PATH)>
                    <Hidden name="csrf_token" value=shell.csrf_token() />
                    <Group name="what" legend=texts.choice problems>
                        <Radio
                            name="sign_ins"
                            value="0"
                            label=texts.apps_only
                            hint=texts.apps_only_effect
                            checked=true
                        />
                        <Radio
                            name="sign_ins"
                            value="1"
                            label=texts.everywhere
                            hint=texts.everywhere_effect
                            checked=false
                        />
                    </Group>
                    <div class="actions">
                        <Button kind=Kind::Danger label=texts.submit />
                        <a class=Kind::Secondary.class() href=visitor.path(sessions::PATH)>
                            {texts.cancel}
                        </a>
                    </div>
                </form>
            </div>
        }
    }))
}

/// `POST /account/sessions/revoke-all`.
pub async fn submit(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form,
) -> Result<Response, Failure> {
    let sign_ins = fields.get("sign_ins") == "1";
    let request = visitor.change(&fields, RevokeAllRequest { sign_ins });
    let revoked = site
        .self_service()
        .revoke_all(request)
        .await
        .map_err(Failure::console(visitor.path(PATH)))?
        .into_inner();
    let next = if sign_ins {
        with_query(&visitor.path(path::LOGIN), &[("error", login::SIGNED_OUT)])
    } else {
        with_query(&visitor.path(sessions::PATH), &[(DONE, "all")])
    };
    Ok(see_other(&visitor, &next, revoked.cookie.as_ref()))
}
