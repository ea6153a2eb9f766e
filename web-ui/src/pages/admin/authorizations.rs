//! `/admin/clients/{id}/authorizations`: who allowed the client what.

use authgate_proto::v1::{Consent, ListAllConsentsRequest, RevokeConsentRequest};
use axum::{Extension, extract::State, response::Response};
use futures_util::future::try_join;
use leptos::prelude::*;

use super::{
    address::{self, ClientId, Parameters},
    client::{load, to_client, to_list},
};
use crate::{
    components::{
        confirm_here::ConfirmHere,
        empty::Empty,
        heading::Heading,
        instant::Instant,
        navigation::Section,
        pager::Pager,
        table::{Actions, Cell, RowHead, Table},
    },
    document::{Page, see_other, with_query},
    error::Failure,
    foreign,
    form::{Form, Query},
    listing::{DONE, Listing, PAGE},
    texts,
    visitor::{Site, Visitor},
};

const BELOW_CLIENT: &str = "/authorizations";

/// `GET /admin/clients/{id}/authorizations?page_token=&done=`.
pub async fn show(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    ClientId(client_id): ClientId,
    Query(query): Query,
) -> Result<Response, Failure> {
    let listing = Listing::new(address::client(&visitor, &client_id, BELOW_CLIENT));
    let request = ListAllConsentsRequest {
        client_id: client_id.clone(),
        page_token: query.get(PAGE).to_owned(),
        ..ListAllConsentsRequest::default()
    };
    let here = listing.url();
    let mut admin = site.admin();
    let consents = async {
        let request = visitor.context.request(request);
        let answer = admin.list_all_consents(request).await;
        answer.map_err(Failure::console(here.clone()))
    };
    let client = load(&site, &visitor, client_id, &here);
    let ((shell, client), view) = try_join(client, consents).await?;
    let view = view.into_inner();
    let texts = &visitor.texts.admin.authorizations;
    let done = (query.get(DONE) == "revoked").then_some(texts.revoked);
    let page = Page::new(texts.title)
        .console(&shell, Section::Clients)
        .trail([to_list(&visitor), to_client(&visitor, &client)])
        .here(listing.page(query.get(PAGE)))
        .done(done);
    Ok(page.respond(&visitor, || {
        let token = shell.csrf_token();
        let path = listing.path();
        let rows: Vec<_> = view
            .consents
            .iter()
            .map(|consent| row(consent, &path, &token, &visitor))
            .collect();
        let list = if rows.is_empty() {
            view! { <Empty message=&texts.none /> }.into_any()
        } else {
            let columns = vec![
                texts.user,
                texts.scopes,
                texts.granted,
                texts.live,
                visitor.texts.console.actions,
            ];
            view! {
                <Table caption=texts.title columns>
                    {rows}
                </Table>
            }
            .into_any()
        };
        view! {
            <Heading title=|| texts.title />
            <p class="lede">{texts.explain}</p>
            {list}
            <Pager
                listing=&listing
                previous=&view.previous_page_token
                next=&view.next_page_token
                texts=&visitor.texts.console.listing
            />
        }
    }))
}

fn row(consent: &Consent, path: &str, token: &str, visitor: &Visitor) -> impl IntoView + use<> {
    let texts = &visitor.texts.admin.authorizations;
    let all = visitor.texts;
    let user = foreign::name(&consent.username);
    let about = (texts.of)(&user);
    let user_path = format!(
        "{}/{}",
        visitor.path(Section::Users.path()),
        consent.user_id
    );
    let scopes: Vec<_> = consent
        .scopes
        .iter()
        .map(|scope| view! { <li><code>{foreign::word(scope)}</code></li> })
        .collect();
    let granted_at = consent.granted_at;
    let live = texts::number(consent.live_grants.into());
    let action = format!("{path}/{}/revoke", consent.id);
    let effect = (all.people.user.consent_revoke_effect)(consent.live_grants);
    let csrf_token = token.to_owned();
    view! {
        <tr>
            <RowHead>
                <a href=user_path>
                    <bdi>{user}</bdi>
                </a>
            </RowHead>
            <Cell label=texts.scopes>
                <ul class="scope-words">{scopes}</ul>
            </Cell>
            <Cell label=texts.granted>
                <Instant at=granted_at texts=all />
            </Cell>
            <Cell label=texts.live>{live}</Cell>
            <Actions>
                <ConfirmHere label=texts.revoke about effect action csrf_token />
            </Actions>
        </tr>
    }
    .into_any()
}

/// `POST /admin/clients/{id}/authorizations/{consent}/revoke`.
pub async fn revoke(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    ClientId(client_id): ClientId,
    Parameters(parameters): Parameters,
    Form(fields): Form,
) -> Result<Response, Failure> {
    let list = address::client(&visitor, &client_id, BELOW_CLIENT);
    let request = RevokeConsentRequest {
        id: parameters.into_iter().nth(1).unwrap_or_default(),
        user_id: String::new(),
        client_id,
    };
    site.admin()
        .revoke_any_consent(visitor.change(&fields, request))
        .await
        .map_err(Failure::console(list.clone()))?;
    let next = with_query(&list, &[(DONE, "revoked")]);
    Ok(see_other(&visitor, &next, None))
}
