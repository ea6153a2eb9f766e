//! `/admin/tokens`: every token on record.

use authgate_proto::v1::{AdminToken, ListTokensRequest};
use axum::{Extension, extract::State, response::Response};
use leptos::prelude::*;

use crate::{
    components::{
        badge::StatusBadge,
        button::{Kind, PostButton},
        client::name_of,
        confirm_here::ConfirmHere,
        empty::Empty,
        filter::{Choice, FilterBar, FilterSelect, Tabs},
        heading::Heading,
        instant::Instant,
        navigation::Section,
        pager::Pager,
        quoted::Quoted,
        scope_words::ScopeNames,
        table::{Actions, Cell, RowHead, Table},
    },
    document::Page,
    error::Failure,
    foreign,
    form::Query,
    listing::{self, DONE, Listing, PAGE, known_word},
    pages::admin::{address, token_actions, user},
    shell::Shell,
    visitor::{Site, Visitor},
};

/// Where it is.
pub const PATH: &str = Section::Tokens.path();

/// What tokens can be narrowed down to.
const STATUSES: [&str; 4] = ["active", "disabled", "revoked", "expired"];

/// Filters that links elsewhere set, each for one value of a token.
const CHIPS: [&str; 3] = ["user", "client_id", "scope"];

/// `GET /admin/tokens?search=&status=&category=&user=&client_id=&scope=&page_token=`.
pub async fn show(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Query(query): Query,
) -> Result<Response, Failure> {
    let list = visitor.path(PATH);
    let mut listing = Listing::new(list.clone())
        .with("category", known_word(query.get("category"), &["refresh"]))
        .with("status", known_word(query.get("status"), &STATUSES))
        .with("search", listing::search(&query, &list)?);
    for name in CHIPS {
        listing = listing.with(name, query.get(name).trim());
    }
    let filter = |name| listing.filter(name).to_owned();
    let request = ListTokensRequest {
        user: filter("user"),
        client_id: filter("client_id"),
        scope: filter("scope"),
        status: filter("status"),
        category: category(&listing).to_owned(),
        page_size: 0,
        page_token: query.get(PAGE).to_owned(),
        search: filter("search"),
    };
    let mut core = site.admin();
    let call = core.list_tokens(visitor.context.request(request));
    let (shell, found) = Shell::with(&site, &visitor, &listing.url(), call).await?;
    let all = visitor.texts;
    let texts = &all.people.tokens;
    let page = Page::new(texts.title)
        .console(&shell, Section::Tokens)
        .here(listing.page(query.get(PAGE)))
        .done(token_actions::done(query.get(DONE), all));
    Ok(page.respond(&visitor, || {
        let rows: Vec<_> = found
            .tokens
            .iter()
            .map(|token| row(&visitor, &shell, token))
            .collect();
        let incomplete = found.incomplete.then(|| {
            view! { <p class="notice">{all.console.listing.incomplete}</p> }
        });
        let list = match (rows.is_empty(), found.incomplete) {
            (true, true) => None,
            (true, false) => {
                let message = if narrowed(&listing) {
                    &all.console.listing.nothing_found
                } else {
                    &texts.none
                };
                Some(view! { <Empty message /> }.into_any())
            }
            (false, _) => {
                let columns = vec![
                    texts.token,
                    texts.scopes,
                    texts.status,
                    texts.created,
                    texts.expires,
                    all.console.actions,
                ];
                let table = view! {
                    <Table caption=texts.title columns>
                        {rows}
                    </Table>
                };
                Some(table.into_any())
            }
        };
        let categories = vec![
            Choice::new("", texts.access),
            Choice::new("refresh", texts.refresh),
        ];
        let statuses = vec![
            Choice::new("", all.people.users.any_status),
            Choice::new("active", all.console.status.active),
            Choice::new("disabled", all.console.status.disabled),
            Choice::new("revoked", all.console.status.revoked),
            Choice::new("expired", all.console.status.expired),
        ];
        let status = view! {
            <FilterSelect listing=&listing name="status" label=texts.status choices=statuses />
        };
        view! {
            <Heading title=move || texts.title />
            <p class="lede">{texts.explain}</p>
            <Tabs listing=&listing name="category" label=texts.kind choices=categories />
            <FilterBar
                listing=&listing
                keep=&["category", "user", "client_id", "scope"]
                hint=texts.search_hint
                texts=&all.console
            >
                {status}
            </FilterBar>
            {chips(&visitor, &listing)}
            {incomplete}
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

/// The category that the list shows.
fn category(listing: &Listing) -> &'static str {
    if listing.filter("category") == "refresh" {
        "refresh"
    } else {
        "access"
    }
}

/// Whether anything but the category is chosen.
fn narrowed(listing: &Listing) -> bool {
    listing
        .filters()
        .iter()
        .any(|(name, _)| *name != "category")
}

/// Filters that stand for one value each, to be taken away again.
fn chips(visitor: &Visitor, listing: &Listing) -> impl IntoView + use<> {
    let texts = &visitor.texts.people.tokens;
    let items: Vec<_> = CHIPS
        .into_iter()
        .zip([texts.user, texts.client, texts.scope])
        .filter_map(|(name, label)| {
            let value = foreign::word(listing.filter(name));
            if value.is_empty() {
                return None;
            }
            let without = listing.clone().with(name, "").url();
            Some(view! {
                <li>
                    <a href=without>
                        {label} ": " <bdi>{value}</bdi>
                        <span class="unseen">" " {texts.remove_filter}</span>
                    </a>
                </li>
            })
        })
        .collect();
    (!items.is_empty()).then(|| view! { <ul class="filter-chips">{items}</ul> })
}

fn row(visitor: &Visitor, shell: &Shell, token: &AdminToken) -> impl IntoView + use<> {
    let all = visitor.texts;
    let texts = &all.people.tokens;
    let username = foreign::name(&token.username);
    let who = if token.user_id.is_empty() {
        view! { <span>{texts.own}</span> }.into_any()
    } else {
        let name = if username.is_empty() {
            foreign::word(&token.user_id)
        } else {
            username.clone()
        };
        view! {
            <a href=user::path(visitor, &token.user_id)>
                <bdi>{name}</bdi>
            </a>
        }
        .into_any()
    };
    let id = foreign::word(&token.id);
    let client = name_of(&token.client_name, &token.client_id);
    let client_path = address::client(visitor, &token.client_id, "");
    let scopes = view! { <ScopeNames scopes=&token.scopes /> };
    let status = view! { <StatusBadge status=&token.status texts=&all.console.status /> };
    let (created_at, expires_at, used_at) =
        (token.created_at, token.expires_at, token.last_used_at);
    let used = (used_at > 0).then(|| {
        view! {
            <span class="hint below">{texts.last_used} " " <Instant at=used_at texts=all /></span>
        }
    });
    let actions = actions(visitor, shell, token, &format!("{username} {client}"));
    view! {
        <tr>
            <RowHead>
                {who} " – " <a href=client_path>
                    <Quoted text=client />
                </a> <code class="hint">{id}</code>
            </RowHead>
            <Cell label=texts.scopes>{scopes}</Cell>
            <Cell label=texts.status>{status}</Cell>
            <Cell label=texts.created>
                <div>
                    <Instant at=created_at texts=all />
                    {used}
                </div>
            </Cell>
            <Cell label=texts.expires>
                <Instant at=expires_at texts=all />
            </Cell>
            <Actions>{actions}</Actions>
        </tr>
    }
}

/// What can be done with a token that is not over.
fn actions(
    visitor: &Visitor,
    shell: &Shell,
    token: &AdminToken,
    about: &str,
) -> Option<impl IntoView + use<>> {
    let texts = &visitor.texts.people.tokens;
    let path = |action: &str| {
        let category = match token.category.as_str() {
            "refresh" => "refresh",
            _ => "access",
        };
        listing::below(&visitor.path(PATH), &[category, &token.id, action])
    };
    let fields = || vec![(listing::RETURN_TO, visitor.here.clone())];
    let (switch, label) = match token.status.as_str() {
        "active" => ("disable", texts.disable),
        "disabled" => ("enable", texts.enable),
        _ => return None,
    };
    let effect = match token.category.as_str() {
        "refresh" => texts.revoke_refresh_effect,
        _ => texts.revoke_effect,
    };
    Some(view! {
        <PostButton
            action=path(switch)
            csrf_token=shell.csrf_token()
            kind=Kind::Small
            label
            about=about.to_owned()
            fields=fields()
        />
        <ConfirmHere
            label=texts.revoke
            about=about.to_owned()
            effect=effect.to_owned()
            action=path("revoke")
            csrf_token=shell.csrf_token()
            fields=fields()
        />
    })
}
