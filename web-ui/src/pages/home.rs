//! `/`: who is signed in, since when and from where, and what to do from here.

use authgate_proto::{v1::ViewHomeRequest, vocabulary::path};
use axum::{Extension, extract::State, response::Response};
use leptos::prelude::*;

use crate::{
    components::{
        account::AccountName,
        button::{Button, Hidden, Kind},
        fact::Fact,
        instant::Instant,
        navigation::Section,
        quoted::Quoted,
    },
    document::Page,
    error::Failure,
    foreign,
    pages::logout,
    visitor::{Site, Visitor},
};

/// `GET /`.
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
    let texts = &visitor.texts.home;
    let browser = view.browser.unwrap_or_default();
    let page = Page::new(texts.title).browser(&browser);
    Ok(page.respond(&visitor, || {
        let navigation = &visitor.texts.console.navigation;
        let is_admin = browser
            .account
            .as_ref()
            .is_some_and(|account| account.is_admin);
        let admin = is_admin.then(|| {
            view! {
                <li>
                    <a href=visitor.path(Section::Dashboard.path())>{navigation.admin}</a>
                </li>
            }
        });
        view! {
            <h1>{texts.title}</h1>
            <p class="lede">{texts.explain}</p>
            <dl class="facts">
                <Fact name=texts.account>
                    <AccountName account=browser.account />
                </Fact>
                <Fact name=texts.since>
                    <Instant at=view.signed_in_at texts=visitor.texts />
                </Fact>
                <Fact name=texts.until>
                    <Instant at=view.session_expires_at texts=visitor.texts />
                </Fact>
                <Fact name=texts.from>{foreign::host(&view.client_ip)}</Fact>
                <Fact name=texts.with>
                    <Quoted text=foreign::user_agent(&view.user_agent) />
                </Fact>
            </dl>
            <section class="next">
                <p id="connect-hint">{texts.connect_explain}</p>
                <div class="actions">
                    <a
                        class=Kind::Primary.class()
                        href=visitor.config.path(path::DEVICE)
                        aria-describedby="connect-hint"
                    >
                        {texts.connect}
                    </a>
                    <form method="post" action=visitor.config.path(logout::PATH)>
                        <Hidden name="csrf_token" value=browser.csrf_token />
                        <Button kind=Kind::Secondary label=texts.sign_out />
                    </form>
                </div>
            </section>
            <ul class="links">
                <li>
                    <a href=visitor.path(Section::Sessions.path())>{navigation.account}</a>
                </li>
                {admin}
            </ul>
        }
    }))
}
