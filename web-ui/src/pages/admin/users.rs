//! `/admin/users`: everybody who has an account.

use authgate_proto::v1::{AdminUser, ListUsersRequest};
use axum::{Extension, extract::State, response::Response};
use leptos::prelude::*;

use crate::{
    components::{
        badge::StatusBadge,
        button::Kind,
        empty::Empty,
        filter::{Choice, FilterBar, FilterSelect, Tabs},
        heading::Heading,
        instant::Instant,
        navigation::Section,
        pager::Pager,
        source_select::SourceSelect,
        table::{Cell, RowHead, Table},
    },
    document::Page,
    error::Failure,
    foreign,
    form::Query,
    listing::{self, DONE, Listing, PAGE, known_word},
    pages::admin::{user, user_new},
    shell::Shell,
    texts::Texts,
    visitor::{Site, Visitor},
};

/// Where it is.
pub const PATH: &str = Section::Users.path();

/// The source of accounts that are kept here.
pub const LOCAL: &str = "local";

/// `GET /admin/users?search=&role=&status=&auth_source=&page_token=`.
pub async fn show(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Query(query): Query,
) -> Result<Response, Failure> {
    let list = visitor.path(PATH);
    let listing = Listing::new(list.clone())
        .with("role", known_word(query.get("role"), &["user", "admin"]))
        .with(
            "status",
            known_word(query.get("status"), &["active", "disabled"]),
        )
        .with("auth_source", query.get("auth_source"))
        .with("search", listing::search(&query, &list)?);
    let request = ListUsersRequest {
        page_size: 0,
        page_token: query.get(PAGE).to_owned(),
        search: listing.filter("search").to_owned(),
        role: listing.filter("role").to_owned(),
        auth_source: listing.filter("auth_source").to_owned(),
        status: listing.filter("status").to_owned(),
    };
    let mut core = site.admin();
    let call = core.list_users(visitor.context.request(request));
    let (shell, found) = Shell::with(&site, &visitor, &listing.url(), call).await?;
    let all = visitor.texts;
    let texts = &all.people.users;
    let page = Page::new(texts.title)
        .console(&shell, Section::Users)
        .here(listing.page(query.get(PAGE)))
        .done((query.get(DONE) == "deleted").then_some(all.people.user.deleted));
    Ok(page.respond(&visitor, || {
        let rows: Vec<_> = found.users.iter().map(|user| row(&visitor, user)).collect();
        let list = if rows.is_empty() {
            let message = if listing.is_filtered() {
                &all.console.listing.nothing_found
            } else {
                &texts.none
            };
            view! { <Empty message /> }.into_any()
        } else {
            let columns = vec![
                texts.username,
                texts.email,
                texts.role,
                texts.status,
                texts.source,
                texts.created,
            ];
            view! {
                <Table caption=texts.title columns>
                    {rows}
                </Table>
            }
            .into_any()
        };
        let new = visitor.path(user_new::PATH);
        let roles = vec![
            Choice::new("", all.console.listing.all),
            Choice::new("user", texts.users),
            Choice::new("admin", texts.admins),
        ];
        let statuses = vec![
            Choice::new("", texts.any_status),
            Choice::new("active", all.console.status.active),
            Choice::new("disabled", all.console.status.disabled),
        ];
        let status = view! {
            <FilterSelect listing=&listing name="status" label=texts.status choices=statuses />
            <SourceSelect listing=&listing sources=&found.auth_sources texts />
        };
        view! {
            <Heading title=move || texts.title>
                <a class=Kind::Primary.class() href=new>
                    {texts.new}
                </a>
            </Heading>
            <Tabs listing=&listing name="role" label=texts.role choices=roles />
            <FilterBar
                listing=&listing
                keep=&["role"]
                hint=texts.search_hint
                texts=&all.console
            >
                {status}
            </FilterBar>
            {list}
            <Pager
                listing=&listing
                previous=&found.previous_page_token
                next=&found.next_page_token
                texts=&all.console.listing
            />
        }
    }))
}

fn row(visitor: &Visitor, user: &AdminUser) -> impl IntoView + use<> {
    let all = visitor.texts;
    let texts = &all.people.users;
    let username = foreign::name(&user.username);
    let name = foreign::name(&user.name);
    let name = (!name.is_empty()).then(|| view! { <bdi class="hint">{name}</bdi> });
    let email = foreign::host(&user.email);
    let path = user::path(visitor, &user.user_id);
    let status = view! { <StatusBadge status=status_of(user) texts=&all.console.status /> };
    let role = role_label(&user.role, all);
    let source = source_label(&user.auth_source, all);
    let created_at = user.created_at;
    view! {
        <tr>
            <RowHead>
                <a href=path>
                    <bdi>{username}</bdi>
                </a>
                {name}
            </RowHead>
            <Cell label=texts.email>
                <bdi>{email}</bdi>
            </Cell>
            <Cell label=texts.role>{role}</Cell>
            <Cell label=texts.status>{status}</Cell>
            <Cell label=texts.source>{source}</Cell>
            <Cell label=texts.created>
                <Instant at=created_at texts=all />
            </Cell>
        </tr>
    }
}

/// The state of an account, as a word that badges know.
pub const fn status_of(user: &AdminUser) -> &'static str {
    if user.active { "active" } else { "disabled" }
}

/// What a role is called.
pub fn role_label(role: &str, texts: &'static Texts) -> &'static str {
    match role {
        "admin" => texts.people.users.role_admin,
        _ => texts.people.users.role_user,
    }
}

/// What an identity source is called.
pub fn source_label(source: &str, texts: &'static Texts) -> String {
    if source == LOCAL {
        texts.people.users.local.to_owned()
    } else {
        foreign::name(source)
    }
}
