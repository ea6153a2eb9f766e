//! `/account/sessions`: the browsers that are signed in, this one first, and the
//! apps that act for the person; each can be ended where it stands.

use authgate_proto::v1::{
    Grant, ListGrantsRequest, ListGrantsResponse, ListSignInsRequest, SignIn,
};
use axum::{Extension, extract::State, response::Response};
use futures_util::future::join;
use leptos::prelude::*;

use crate::{
    components::{
        app,
        badge::{Badge, StatusBadge, Tone},
        button::{Kind, PostButton},
        confirm_here::ConfirmHere,
        empty::Empty,
        entry::{Entry, Meta},
        filter::{Choice, FilterBar, Tabs},
        heading::Heading,
        instant::{Day, Instant},
        navigation::Section,
        pager::Pager,
        quoted::Quoted,
        scope_words::ScopeWords,
    },
    document::Page,
    error::Failure,
    foreign,
    form::{Fields, Query},
    listing::{self, DONE, Listing, PAGE, known_word},
    pages::{
        account::{revoke_all, session_actions},
        logout,
    },
    shell::Shell,
    texts::Texts,
    user_agent,
    visitor::{Site, Visitor},
};

/// Where it is.
pub const PATH: &str = Section::Sessions.path();

/// Apps on a page: each takes a few lines.
const PAGE_SIZE: u32 = 10;

/// What apps can be narrowed down to; empty: those that are not over.
const STATUSES: [&str; 4] = ["active", "disabled", "revoked", "expired"];

/// `GET /account/sessions?search=&status=&page_token=`.
pub async fn show(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Query(query): Query,
) -> Result<Response, Failure> {
    let listing = Listing::new(visitor.path(PATH))
        .with("status", known_word(query.get("status"), &STATUSES))
        .with("search", listing::search(&query, &visitor.path(PATH))?);
    let sign_ins = async {
        let mut core = site.self_service();
        let request = visitor.context.request(ListSignInsRequest {});
        core.list_sign_ins(request).await
    };
    let grants = async {
        let mut core = site.self_service();
        let request = ListGrantsRequest {
            search: listing.filter("search").to_owned(),
            status: listing.filter("status").to_owned(),
            page_size: PAGE_SIZE,
            page_token: query.get(PAGE).to_owned(),
        };
        core.list_grants(visitor.context.request(request)).await
    };
    let both = async {
        let (sign_ins, grants) = join(sign_ins, grants).await;
        let sign_ins = sign_ins?.into_inner().sign_ins;
        Ok(tonic::Response::new((sign_ins, grants?.into_inner())))
    };
    let (shell, (sign_ins, grants)) = Shell::with(&site, &visitor, &listing.url(), both).await?;
    // Browsers stand above the first page only.
    let sign_ins = if query.get(PAGE).is_empty() {
        sign_ins
    } else {
        Vec::new()
    };
    Ok(page(&visitor, &query, &shell, &listing, sign_ins, &grants))
}

fn page(
    visitor: &Visitor,
    query: &Fields,
    shell: &Shell,
    listing: &Listing,
    sign_ins: Vec<SignIn>,
    grants: &ListGrantsResponse,
) -> Response {
    let texts = &visitor.texts.account.sessions;
    let console = &visitor.texts.console;
    let page = Page::new(texts.title)
        .console(shell, Section::Sessions)
        .here(listing.page(query.get(PAGE)))
        .done(session_actions::done(query.get(DONE), visitor.texts));
    page.respond(visitor, || {
        let browsers = (!sign_ins.is_empty()).then(|| {
            let rows: Vec<_> = sign_ins
                .iter()
                .map(|sign_in| browser(visitor, shell, sign_in))
                .collect();
            view! {
                <section class="part">
                    <h2>{texts.browsers}</h2>
                    <ul class="card entries">{rows}</ul>
                </section>
            }
        });
        let rows: Vec<_> = grants
            .grants
            .iter()
            .map(|grant| app_row(visitor, shell, grant))
            .collect();
        let statuses = vec![
            Choice::new("", texts.live),
            Choice::new("active", console.status.active),
            Choice::new("disabled", console.status.disabled),
            Choice::new("revoked", console.status.revoked),
            Choice::new("expired", console.status.expired),
        ];
        let list = if rows.is_empty() {
            let message = if listing.is_filtered() {
                &console.listing.nothing_found
            } else {
                &texts.none
            };
            view! { <Empty message /> }.into_any()
        } else {
            view! { <ul class="card entries">{rows}</ul> }.into_any()
        };
        let revoke_all = visitor.path(revoke_all::PATH);
        view! {
            <Heading title=move || texts.title>
                <a class=Kind::Secondary.class() href=revoke_all>
                    {texts.revoke_all}
                </a>
            </Heading>
            <p class="lede">{texts.explain}</p>
            {browsers}
            <section class="part">
                <h2>{texts.apps}</h2>
                <p class="hint">{texts.apps_explain}</p>
                <Tabs listing name="status" label=console.listing.by_status choices=statuses />
                <FilterBar listing keep=&["status"] hint=texts.search texts=console />
                {list}
                <Pager
                    listing
                    previous=&grants.previous_page_token
                    next=&grants.next_page_token
                    texts=&console.listing
                />
            </section>
        }
    })
}

/// A browser that is signed in.
fn browser(visitor: &Visitor, shell: &Shell, sign_in: &SignIn) -> impl IntoView + use<> {
    let all = visitor.texts;
    let texts = &all.account.sessions;
    let name = user_agent::short(&sign_in.user_agent, &all.console);
    let actions = if sign_in.current {
        // The cookie of this browser goes too.
        visitor.path(logout::PATH)
    } else {
        session_actions::end_path(visitor, &sign_in.id)
    };
    let actions = view! {
        <PostButton
            action=actions
            csrf_token=shell.csrf_token()
            kind=Kind::Small
            label=texts.end
            about=name.clone()
        />
    };
    let title = view! {
        <b>
            <bdi>{name}</bdi>
        </b>
        {sign_in.current.then(|| view! { " " <Badge tone=Tone::Good label=texts.this_browser /> })}
    };
    let meta = browser_facts(sign_in, all);
    view! {
        <Entry title=title.into_any() actions=Some(actions.into_any())>
            <Meta items=meta />
        </Entry>
    }
}

/// What is known of a browser that is signed in.
pub fn browser_facts(sign_in: &SignIn, all: &'static Texts) -> Vec<AnyView> {
    let texts = &all.account.sessions;
    let (created_at, last_used_at, expires_at) =
        (sign_in.created_at, sign_in.last_used_at, sign_in.expires_at);
    let mut facts = Vec::new();
    facts.extend(place(&sign_in.client_ip, all));
    facts.push(view! { {texts.since} " " <Day at=created_at texts=all /> }.into_any());
    if last_used_at > 0 {
        facts
            .push(view! { {texts.last_used} " " <Instant at=last_used_at texts=all /> }.into_any());
    }
    facts.push(view! { {texts.ends} " " <Instant at=expires_at texts=all /> }.into_any());
    if sign_in.remembered {
        facts.push(texts.remembered.into_any());
    }
    facts
}

/// Where something came from, when that is known.
fn place(client_ip: &str, all: &'static Texts) -> Option<AnyView> {
    let client_ip = foreign::host(client_ip);
    (!client_ip.is_empty())
        .then(|| view! { {all.account.sessions.on} " " <bdi>{client_ip}</bdi> }.into_any())
}

/// A sign-in of an app.
fn app_row(visitor: &Visitor, shell: &Shell, grant: &Grant) -> impl IntoView + use<> {
    let all = visitor.texts;
    let texts = &all.account.sessions;
    let name = grant.app.as_ref().map(app::name_of).unwrap_or_default();
    let post = |action: &str, label| {
        view! {
            <PostButton
                action=session_actions::grant_path(visitor, &grant.id, action)
                csrf_token=shell.csrf_token()
                kind=Kind::Small
                label
                about=name.clone()
                fields=vec![(listing::RETURN_TO, visitor.here.clone())]
            />
        }
    };
    let switch = match grant.status.as_str() {
        "active" => Some(post("disable", texts.disable)),
        "disabled" => Some(post("enable", texts.enable)),
        _ => None,
    };
    let actions = switch.map(|switch| {
        view! {
            {switch}
            <ConfirmHere
                label=texts.revoke
                about=name.clone()
                effect=texts.revoke_effect.to_owned()
                action=session_actions::grant_path(visitor, &grant.id, "revoke")
                csrf_token=shell.csrf_token()
                fields=vec![(listing::RETURN_TO, visitor.here.clone())]
            />
        }
        .into_any()
    });
    let title = view! {
        <Quoted text=name.clone() />
        " "
        <StatusBadge status=&grant.status texts=&all.console.status />
    };
    let facts = grant_facts(grant, all);
    let scopes = view! { <ScopeWords scopes=&grant.scopes texts=&all.account.scopes /> };
    view! {
        <Entry title=title.into_any() actions>
            <Meta items=facts />
            {scopes}
        </Entry>
    }
}

fn grant_facts(grant: &Grant, all: &'static Texts) -> Vec<AnyView> {
    let texts = &all.account.sessions;
    let (created_at, last_used_at, expires_at) =
        (grant.created_at, grant.last_used_at, grant.expires_at);
    let mut facts = Vec::new();
    if !grant.user_agent.is_empty() {
        let program = user_agent::short(&grant.user_agent, &all.console);
        facts.push(view! { <bdi>{program}</bdi> }.into_any());
    }
    facts.extend(place(&grant.client_ip, all));
    facts.push(view! { {texts.since} " " <Day at=created_at texts=all /> }.into_any());
    if last_used_at > 0 {
        facts
            .push(view! { {texts.last_used} " " <Instant at=last_used_at texts=all /> }.into_any());
    }
    let over = matches!(grant.status.as_str(), "revoked" | "expired");
    if expires_at > 0 && grant.status != "revoked" {
        let label = if over { texts.ended } else { texts.ends };
        facts.push(view! { {label} " " <Instant at=expires_at texts=all /> }.into_any());
    }
    if grant.refreshable && !over {
        facts.push(texts.refreshable.into_any());
    }
    facts
}
