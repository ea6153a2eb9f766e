//! `/admin/registrations`: clients that wait for an admin, with what there is to decide by.

use authgate_proto::v1::{AdminClient, ListClientsRequest};
use axum::{Extension, extract::State, response::Response};
use leptos::prelude::*;

use super::{address, client_actions::Action};
use crate::{
    components::{
        button::{Kind, PostButton},
        client::{ClientFacts, ClientLink, name_of},
        empty::Empty,
        fact::Fact,
        heading::Heading,
        instant::Instant,
        navigation::Section,
        pager::Pager,
        quoted::Quoted,
    },
    document::Page,
    error::Failure,
    foreign,
    form::Query,
    listing::{DONE, Listing, PAGE},
    metadata::Metadata,
    shell::Shell,
    visitor::{Site, Visitor},
};

/// Each is as long as a screen: few on a page.
const PAGE_SIZE: u32 = 5;

/// `GET /admin/registrations?page_token=&done=`.
pub async fn show(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Query(query): Query,
) -> Result<Response, Failure> {
    let listing = Listing::new(visitor.path(Section::Registrations.path()));
    let request = ListClientsRequest {
        status: "pending".to_owned(),
        page_size: PAGE_SIZE,
        page_token: query.get(PAGE).to_owned(),
        ..ListClientsRequest::default()
    };
    let mut admin = site.admin();
    let call = admin.list_clients(visitor.context.request(request));
    let (shell, view) = Shell::with(&site, &visitor, &listing.url(), call).await?;
    let texts = &visitor.texts.admin.registrations;
    let done = match query.get(DONE) {
        "approved" => Some(visitor.texts.admin.client.approved),
        "rejected" => Some(visitor.texts.admin.client.rejected),
        _ => None,
    };
    let page = Page::new(texts.title)
        .console(&shell, Section::Registrations)
        .here(listing.page(query.get(PAGE)))
        .done(done);
    Ok(page.respond(&visitor, || {
        let token = shell.csrf_token();
        let waiting: Vec<_> = view
            .clients
            .iter()
            .map(|client| card(client, &token, &visitor))
            .collect();
        let list = if waiting.is_empty() {
            view! { <Empty message=&texts.none /> }.into_any()
        } else {
            waiting.into_any()
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

fn card(client: &AdminClient, token: &str, visitor: &Visitor) -> impl IntoView + use<> {
    let all = visitor.texts;
    let texts = &all.admin.registrations;
    let metadata = Metadata::parse(&client.json);
    let name = name_of(&client.client_name, &client.client_id);
    let details = address::client(visitor, &client.client_id, "");
    let owner = foreign::name(&client.owner_username);
    let owner = if owner.is_empty() {
        texts.by_itself.into_any()
    } else {
        view! { <bdi>{owner}</bdi> }.into_any()
    };
    let description = foreign::message(metadata.text("description"));
    let description = (!description.is_empty())
        .then(|| view! { <p class="said"><Quoted text=description /></p> });
    let button = |action: Action, kind| {
        let label = action.texts(&all.admin.actions).label;
        view! {
            <PostButton
                action=action.path(visitor, &client.client_id)
                csrf_token=token.to_owned()
                kind
                label
                about=name.clone()
                fields=vec![("from", "registrations".to_owned())]
            />
        }
    };
    let created_at = client.created_at;
    view! {
        <article class="card">
            <div class="heading">
                <h2>
                    <ClientLink
                        name=&client.client_name
                        client_id=&client.client_id
                        path=details
                    />
                </h2>
            </div>
            {description}
            <dl class="facts">
                <Fact name=texts.registered>
                    <Instant at=created_at texts=all />
                    ", "
                    {owner}
                </Fact>
                <ClientFacts metadata=&metadata admin=false texts=all />
            </dl>
            <div class="buttons">
                {button(Action::Approve, Kind::Primary)}
                {button(Action::Reject, Kind::Secondary)}
            </div>
        </article>
    }
    .into_any()
}
