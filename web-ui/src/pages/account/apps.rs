//! `/apps`: the person's own apps.

use authgate_proto::v1::{ListAppsRequest, OwnApp};
use axum::{Extension, extract::State, response::Response};
use leptos::prelude::*;

use crate::{
    components::{
        badge::StatusBadge,
        button::Kind,
        client::name_of,
        empty::Empty,
        filter::FilterBar,
        heading::Heading,
        instant::Instant,
        navigation::Section,
        pager::Pager,
        table::{Cell, RowHead, Table},
    },
    document::Page,
    error::Failure,
    foreign,
    form::Query,
    listing::{self, DONE, Listing, PAGE},
    pages::account::{app, app_form},
    shell::Shell,
    visitor::{Site, Visitor},
};

/// Where it is.
pub const PATH: &str = Section::Apps.path();

/// `GET /apps?search=&page_token=`.
pub async fn show(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Query(query): Query,
) -> Result<Response, Failure> {
    let list = visitor.path(PATH);
    let listing = Listing::new(list.clone()).with("search", listing::search(&query, &list)?);
    let request = ListAppsRequest {
        search: listing.filter("search").to_owned(),
        page_size: 0,
        page_token: query.get(PAGE).to_owned(),
    };
    let mut core = site.self_service();
    let call = core.list_apps(visitor.context.request(request));
    let (shell, found) = Shell::with(&site, &visitor, &listing.url(), call).await?;
    let texts = &visitor.texts.account.apps;
    let console = &visitor.texts.console;
    let page = Page::new(texts.title)
        .console(&shell, Section::Apps)
        .here(listing.page(query.get(PAGE)))
        .done((query.get(DONE) == "deleted").then_some(texts.deleted));
    Ok(page.respond(&visitor, || {
        let rows: Vec<_> = found.apps.iter().map(|app| row(&visitor, app)).collect();
        let new_path = visitor.path(app_form::NEW_PATH);
        let new = move || {
            let href = new_path.clone();
            view! {
                <a class=Kind::Primary.class() href=href>
                    {texts.new}
                </a>
            }
        };
        let list = match (rows.is_empty(), listing.is_filtered()) {
            (true, true) => view! { <Empty message=&console.listing.nothing_found /> }.into_any(),
            (true, false) => {
                let new = new();
                view! { <Empty message=&texts.none>{new}</Empty> }.into_any()
            }
            (false, _) => {
                let columns = vec![
                    texts.name,
                    visitor.texts.client.client_id,
                    texts.status,
                    texts.created,
                ];
                view! {
                    <Table caption=texts.title columns>
                        {rows}
                    </Table>
                }
                .into_any()
            }
        };
        let any = !found.apps.is_empty() || listing.is_filtered();
        let above = any.then(new);
        view! {
            <Heading title=move || texts.title>{above}</Heading>
            <p class="lede">{texts.explain}</p>
            {any
                .then(|| view! { <FilterBar listing=&listing hint=texts.search texts=console /> })}
            {list}
            <Pager
                listing=&listing
                previous=&found.previous_page_token
                next=&found.next_page_token
                texts=&console.listing
            />
        }
    }))
}

fn row(visitor: &Visitor, app: &OwnApp) -> impl IntoView + use<> {
    let all = visitor.texts;
    let texts = &all.account.apps;
    let name = name_of(&app.name, &app.client_id);
    let path = app::path(visitor, &app.client_id);
    let client_id = foreign::word(&app.client_id);
    let status = view! { <StatusBadge status=&app.status texts=&all.console.status /> };
    let created_at = app.created_at;
    view! {
        <tr>
            <RowHead>
                <a href=path>
                    <bdi>{name}</bdi>
                </a>
            </RowHead>
            <Cell label=all.client.client_id>
                <code>{client_id}</code>
            </Cell>
            <Cell label=texts.status>{status}</Cell>
            <Cell label=texts.created>
                <Instant at=created_at texts=all />
            </Cell>
        </tr>
    }
}
