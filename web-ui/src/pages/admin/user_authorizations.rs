//! `/admin/users/{id}/authorizations`: the apps that a person allowed something.

use authgate_proto::v1::{Consent, ListAllConsentsRequest, RevokeConsentRequest};
use axum::{Extension, extract::State, response::Response};
use futures_util::future::join;
use leptos::prelude::*;

use crate::{
    components::{
        app::{self, AppName},
        confirm_here::ConfirmHere,
        empty::Empty,
        entry::{Entry, Meta},
        heading::Heading,
        instant::Day,
        navigation::Section,
        pager::Pager,
        scope_words::ScopeNames,
    },
    document::{Page, see_other},
    error::Failure,
    foreign,
    form::{Form, Id, Query},
    listing::{self, DONE, Listing, PAGE},
    pages::admin::user,
    shell::Shell,
    visitor::{Site, Visitor},
};

/// `GET /admin/users/{id}/authorizations?page_token=`.
pub async fn show(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Id(user_id): Id,
    Query(query): Query,
) -> Result<Response, Failure> {
    let list = user::part_path(&visitor, &user_id, "authorizations");
    let listing = Listing::new(list.clone());
    let both = async {
        let (mut core, mut again) = (site.admin(), site.admin());
        let user = core.get_user(visitor.context.request(user::of_id(&user_id)));
        let request = ListAllConsentsRequest {
            user_id: user_id.clone(),
            page_token: query.get(PAGE).to_owned(),
            ..ListAllConsentsRequest::default()
        };
        let consents = again.list_all_consents(visitor.context.request(request));
        let (user, consents) = join(user, consents).await;
        let consents = consents?.into_inner();
        Ok(tonic::Response::new((user?.into_inner(), consents)))
    };
    let (shell, (user, found)) = Shell::with(&site, &visitor, &list, both).await?;
    let texts = &visitor.texts.people.user;
    let page = Page::new(texts.consents_title)
        .console(&shell, Section::Users)
        .trail(user::trail(&visitor, Some(&user)))
        .here(listing.page(query.get(PAGE)))
        .done((query.get(DONE) == "revoked").then_some(texts.consent_revoked));
    Ok(page.respond(&visitor, || {
        let rows: Vec<_> = found
            .consents
            .iter()
            .map(|consent| row(&visitor, &shell, &list, consent))
            .collect();
        let list = if rows.is_empty() {
            view! { <Empty message=&texts.no_consents /> }.into_any()
        } else {
            view! { <ul class="card entries">{rows}</ul> }.into_any()
        };
        view! {
            <Heading title=move || texts.consents_title />
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

fn row(visitor: &Visitor, shell: &Shell, list: &str, consent: &Consent) -> impl IntoView + use<> {
    let all = visitor.texts;
    let texts = &all.people.user;
    let app = consent.app.clone().unwrap_or_default();
    let actions = view! {
        <ConfirmHere
            label=texts.consent_revoke
            about=app::name_of(&app)
            effect=(texts.consent_revoke_effect)(consent.live_grants)
            action=listing::below(list, &[&consent.id, "revoke"])
            csrf_token=shell.csrf_token()
            fields=vec![(listing::RETURN_TO, visitor.here.clone())]
        />
    };
    let client_id = foreign::word(&app.client_id);
    let granted_at = consent.granted_at;
    let since = all.account.consents.since;
    let facts = vec![
        view! { <code>{client_id}</code> }.into_any(),
        view! { {since} " " <Day at=granted_at texts=all /> }.into_any(),
    ];
    let title = view! { <AppName app=&app /> };
    let scopes = view! { <ScopeNames scopes=&consent.scopes /> };
    view! {
        <Entry title=title.into_any() actions=Some(actions.into_any())>
            <Meta items=facts />
            {scopes}
        </Entry>
    }
}

/// `POST /admin/users/{id}/authorizations/{consent}/revoke`.
pub async fn revoke(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Id((user_id, id)): Id<(String, String)>,
    Form(fields): Form,
) -> Result<Response, Failure> {
    let list = user::part_path(&visitor, &user_id, "authorizations");
    let request = RevokeConsentRequest {
        id,
        user_id,
        client_id: String::new(),
    };
    site.admin()
        .revoke_any_consent(visitor.change(&fields, request))
        .await
        .map_err(Failure::console(list.clone()))?;
    let next = listing::back(&list, &fields, "revoked");
    Ok(see_other(&visitor, &next, None))
}
