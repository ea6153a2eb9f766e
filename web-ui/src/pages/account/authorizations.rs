//! `/account/authorizations`: the apps that the person allowed something, in words,
//! and how to take it back.

use authgate_proto::v1::{Consent, ListConsentsRequest, RevokeConsentRequest};
use axum::{Extension, extract::State, response::Response};
use leptos::prelude::*;

use crate::{
    components::{
        app::{self, AppName},
        badge::{Badge, Tone},
        confirm_here::ConfirmHere,
        empty::Empty,
        entry::{Entry, Meta},
        heading::Heading,
        instant::Day,
        navigation::Section,
        pager::Pager,
        scope_words::ScopeWords,
    },
    document::{Page, see_other},
    error::Failure,
    form::{Form, Id, Query},
    listing::{self, DONE, Listing, PAGE},
    shell::Shell,
    visitor::{Site, Visitor},
};

/// Where it is.
pub const PATH: &str = Section::Authorizations.path();

/// Apps on a page: each takes a few lines.
const PAGE_SIZE: u32 = 10;

/// `GET /account/authorizations?page_token=`.
pub async fn show(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Query(query): Query,
) -> Result<Response, Failure> {
    let listing = Listing::new(visitor.path(PATH));
    let request = ListConsentsRequest {
        page_size: PAGE_SIZE,
        page_token: query.get(PAGE).to_owned(),
    };
    let mut core = site.self_service();
    let call = core.list_consents(visitor.context.request(request));
    let (shell, found) = Shell::with(&site, &visitor, &listing.path(), call).await?;
    let texts = &visitor.texts.account.consents;
    let done = (query.get(DONE) == "revoked").then_some(texts.revoked);
    let page = Page::new(texts.title)
        .console(&shell, Section::Authorizations)
        .here(listing.page(query.get(PAGE)))
        .done(done);
    Ok(page.respond(&visitor, || {
        let rows: Vec<_> = found
            .consents
            .iter()
            .map(|consent| row(&visitor, &shell, consent))
            .collect();
        let list = if rows.is_empty() {
            view! { <Empty message=&texts.none /> }.into_any()
        } else {
            view! { <ul class="card entries">{rows}</ul> }.into_any()
        };
        view! {
            <Heading title=move || texts.title />
            <p class="lede">{texts.explain}</p>
            {list}
            <Pager
                listing=&listing
                previous=&found.previous_page_token
                next=&found.next_page_token
                texts=&visitor.texts.console.listing
            />
        }
    }))
}

/// An app, what it may do, and how to take that back.
fn row(visitor: &Visitor, shell: &Shell, consent: &Consent) -> impl IntoView + use<> {
    let all = visitor.texts;
    let texts = &all.account.consents;
    let app = consent.app.clone().unwrap_or_default();
    let actions = view! {
        <ConfirmHere
            label=texts.revoke
            about=app::name_of(&app)
            effect=(texts.revoke_effect)(consent.live_grants)
            action=listing::below(&visitor.path(PATH), &[&consent.id, "revoke"])
            csrf_token=shell.csrf_token()
            fields=vec![(listing::RETURN_TO, visitor.here.clone())]
        />
    };
    let (granted_at, updated_at) = (consent.granted_at, consent.updated_at);
    let mut facts = vec![view! { {texts.since} " " <Day at=granted_at texts=all /> }.into_any()];
    if updated_at > granted_at {
        facts.push(view! { {texts.changed} " " <Day at=updated_at texts=all /> }.into_any());
    }
    let (tone, label) = if app.trusted {
        (Tone::Good, all.app.trusted)
    } else {
        (Tone::Off, all.app.unverified)
    };
    let title = view! {
        <span>
            <AppName app=&app />
        </span>
        <Badge tone label />
    };
    let scopes = view! { <ScopeWords scopes=&consent.scopes texts=&all.account.scopes /> };
    view! {
        <Entry title=title.into_any() actions=Some(actions.into_any())>
            <Meta items=facts />
            {scopes}
        </Entry>
    }
}

/// `POST /account/authorizations/{id}/revoke`.
pub async fn revoke(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Id(id): Id,
    Form(fields): Form,
) -> Result<Response, Failure> {
    let list = visitor.path(PATH);
    site.self_service()
        .revoke_consent(visitor.change(
            &fields,
            RevokeConsentRequest {
                id,
                ..RevokeConsentRequest::default()
            },
        ))
        .await
        .map_err(Failure::console(list.clone()))?;
    let next = listing::back(&list, &fields, "revoked");
    Ok(see_other(&visitor, &next, None))
}
