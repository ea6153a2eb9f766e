//! `/admin/clients`: all clients, by status and search.

use authgate_proto::v1::{AdminClient, ListClientsRequest};
use axum::{Extension, extract::State, response::Response};
use leptos::prelude::*;

use super::address;
use crate::{
    components::{
        badge::StatusBadge,
        button::Kind,
        client::ClientLink,
        empty::Empty,
        filter::{Choice, FilterBar, Tabs},
        heading::Heading,
        instant::Instant,
        navigation::Section,
        pager::Pager,
        table::{Cell, RowHead, Table},
    },
    document::Page,
    error::Failure,
    foreign,
    form::{Fields, Query},
    listing::{DONE, Listing, PAGE, known_word},
    shell::Shell,
    texts::Texts,
    visitor::{Site, Visitor},
};

/// The form for a new one.
pub const NEW_PATH: &str = "/admin/clients/new";

const STATUSES: [&str; 3] = ["pending", "active", "inactive"];

/// `GET /admin/clients?status=&search=&page_token=&done=`.
pub async fn show(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Query(query): Query,
) -> Result<Response, Failure> {
    let listing = listing(&visitor, &query);
    let request = ListClientsRequest {
        status: listing.filter("status").to_owned(),
        search: listing.filter("search").to_owned(),
        page_token: query.get(PAGE).to_owned(),
        page_size: 0,
    };
    let mut admin = site.admin();
    let call = admin.list_clients(visitor.context.request(request));
    let (shell, view) = Shell::with(&site, &visitor, &listing.url(), call).await?;
    let texts = &visitor.texts.admin.clients;
    let done = match query.get(DONE) {
        "deleted" => Some(visitor.texts.admin.client.deleted),
        _ => None,
    };
    let page = Page::new(texts.title)
        .console(&shell, Section::Clients)
        .here(listing.page(query.get(PAGE)))
        .done(done);
    Ok(page.respond(&visitor, || {
        let new = visitor.path(NEW_PATH);
        let status = &visitor.texts.console.status;
        let choices = vec![
            Choice::new("", visitor.texts.console.listing.all),
            Choice {
                count: (shell.pending_clients > 0).then(|| pending(shell.pending_clients)),
                ..Choice::new("pending", status.pending)
            },
            Choice::new("active", status.active),
            Choice::new("inactive", status.inactive),
        ];
        let list = if view.clients.is_empty() {
            nothing(&listing, &visitor).into_any()
        } else {
            table(&view.clients, &visitor).into_any()
        };
        let label = visitor.texts.console.listing.by_status;
        view! {
            <Heading title=|| texts.title>
                <a class=Kind::Primary.class() href=new>
                    {texts.new}
                </a>
            </Heading>
            <Tabs listing=&listing name="status" label choices />
            <FilterBar
                listing=&listing
                keep=&["status"]
                hint=texts.search_hint
                texts=&visitor.texts.console
            />
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

fn listing(visitor: &Visitor, query: &Fields) -> Listing {
    Listing::new(visitor.path(Section::Clients.path()))
        .with("status", known_word(query.get("status"), &STATUSES))
        .with("search", query.get("search").trim())
}

/// How many wait; beyond 99 nobody counts.
fn pending(count: u32) -> String {
    if count > 99 {
        "99+".to_owned()
    } else {
        count.to_string()
    }
}

fn nothing(listing: &Listing, visitor: &Visitor) -> impl IntoView + use<> {
    if listing.is_filtered() {
        return view! { <Empty message=&visitor.texts.console.listing.nothing_found /> }.into_any();
    }
    let texts = &visitor.texts.admin.clients;
    let new = visitor.path(NEW_PATH);
    view! {
        <Empty message=&texts.none>
            <a class=Kind::Primary.class() href=new>
                {texts.new}
            </a>
        </Empty>
    }
    .into_any()
}

fn table(clients: &[AdminClient], visitor: &Visitor) -> impl IntoView + use<> {
    let texts = &visitor.texts.admin.clients;
    let columns = vec![
        texts.name,
        texts.status,
        texts.kind,
        texts.owner,
        texts.created,
    ];
    let rows: Vec<_> = clients
        .iter()
        .map(|client| {
            let path = address::client(visitor, &client.client_id, "");
            row(client, path, visitor.texts)
        })
        .collect();
    view! {
        <Table caption=texts.title columns>
            {rows}
        </Table>
    }
    .into_any()
}

fn row(client: &AdminClient, path: String, texts: &'static Texts) -> impl IntoView + use<> {
    let text = &texts.admin.clients;
    let kind = if client.confidential {
        text.confidential
    } else {
        text.public
    };
    let owner = foreign::name(&client.owner_username);
    let owner = if owner.is_empty() {
        view! { <span class="hint">{text.no_owner}</span> }.into_any()
    } else {
        view! { <bdi>{owner}</bdi> }.into_any()
    };
    let name = view! { <ClientLink name=&client.client_name client_id=&client.client_id path /> };
    let status = view! { <StatusBadge status=&client.status texts=&texts.console.status /> };
    let created_at = client.created_at;
    view! {
        <tr>
            <RowHead>{name}</RowHead>
            <Cell label=text.status>{status}</Cell>
            <Cell label=text.kind>{kind}</Cell>
            <Cell label=text.owner>{owner}</Cell>
            <Cell label=text.created>
                <Instant at=created_at texts />
            </Cell>
        </tr>
    }
    .into_any()
}
