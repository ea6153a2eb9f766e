//! `/consent`: who asks for what, on behalf of whom. The decision goes to the
//! authorization endpoint, which redirects to the app.

use authgate_proto::{
    v1::{App, ViewConsentRequest},
    vocabulary::path,
};
use axum::{Extension, extract::State, response::Response};
use leptos::prelude::*;

use crate::{
    components::{
        account::AccountName,
        app::{AppName, AppStanding},
        button::{Button, Hidden, Kind},
        fact::Fact,
        scopes::ScopeList,
    },
    document::Page,
    error::Failure,
    foreign,
    form::Query,
    texts::Consent,
    visitor::{Site, Visitor},
};

/// `GET /consent?client_id=&request_uri=`.
pub async fn show(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Query(query): Query,
) -> Result<Response, Failure> {
    let request = ViewConsentRequest {
        client_id: query.get("client_id").to_owned(),
        request_uri: query.get("request_uri").to_owned(),
    };
    let view = site
        .core()
        .view_consent(visitor.context.request(request))
        .await
        .map_err(Failure::core(visitor.here.clone()))?
        .into_inner();
    let texts = &visitor.texts.consent;
    let browser = view.browser.unwrap_or_default();
    let app = view.app.unwrap_or_default();
    let page = Page::new(texts.title)
        .browser(&browser)
        .form_action(&view.form_action_source);
    Ok(page.respond(&visitor, || {
        let host = foreign::host(&app.redirect_host);
        view! {
            <h1>{texts.title}</h1>
            <p class="lede">
                <AppName app=&app />
                " "
                {texts.explain}
            </p>
            <AppStanding app=&app texts=&visitor.texts.app />
            <ScopeList
                heading=visitor.texts.scopes.heading
                scopes=&view.scopes
                claims=&view.claims
                texts=&visitor.texts.scopes
            />
            <dl class="facts">
                <Fact name=texts.as_whom>
                    <AccountName account=browser.account />
                    " "
                    <a href=view.switch_account_path>{texts.switch_account}</a>
                </Fact>
                {(!host.is_empty())
                    .then(|| {
                        view! {
                            <Fact name=texts.then>
                                <bdi class="host">{host}</bdi>
                            </Fact>
                        }
                    })}
            </dl>
            <form method="post" action=visitor.config.path(path::AUTHORIZE)>
                <Hidden name="client_id" value=app.client_id.clone() />
                <Hidden name="request_uri" value=view.request_uri />
                <Hidden name="csrf_token" value=browser.csrf_token />
                <div class="choice">
                    <Button
                        kind=Kind::Primary
                        label=texts.approve
                        name="action"
                        value="approve"
                    />
                    <Button kind=Kind::Secondary label=texts.deny name="action" value="deny" />
                </div>
                <p class="hint">{texts.deny_explain}</p>
            </form>
            <AppLinks app=&app texts />
        }
    }))
}

/// What the app says about itself elsewhere.
#[component]
fn AppLinks<'a>(app: &'a App, texts: &'static Consent) -> impl IntoView + use<> {
    let links: Vec<_> = [(&app.policy_uri, texts.policy), (&app.tos_uri, texts.terms)]
        .into_iter()
        .filter_map(|(uri, label)| Some((foreign::link(uri)?, label)))
        .map(|(uri, label)| {
            view! {
                <li>
                    <a href=uri rel="noopener noreferrer external" target="_blank">
                        {label}
                    </a>
                </li>
            }
        })
        .collect();
    (!links.is_empty()).then(|| view! { <ul class="links">{links}</ul> })
}
