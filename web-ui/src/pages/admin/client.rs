//! `/admin/clients/{id}`: everything about one client, and what can be done to it.

use authgate_proto::v1::{
    AdminClient, AuditEntry, AuditFilter, GetClientRequest, ListAuditRequest,
};
use axum::{Extension, extract::State, response::Response};
use futures_util::future::try_join;
use leptos::prelude::*;

use super::{address, address::ClientId, client_actions::Action};
use crate::{
    components::{
        badge::StatusBadge,
        button::{Kind, PostButton},
        client::{ClientFacts, name_of},
        event::Latest,
        fact::Fact,
        heading::{Crumb, Heading},
        instant::Instant,
        navigation::Section,
        quoted::Quoted,
    },
    document::{Page, with_query},
    error::Failure,
    foreign,
    form::Query,
    listing::DONE,
    metadata::Metadata,
    shell::Shell,
    texts::{self, Texts, admin::ClientPage},
    visitor::{Site, Visitor},
};

/// Events on the page.
const EVENTS: u32 = 5;

/// `GET /admin/clients/{id}?done=`.
pub async fn show(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    ClientId(client_id): ClientId,
    Query(query): Query,
) -> Result<Response, Failure> {
    let here = address::client(&visitor, &client_id, "");
    let (mut client, mut events) = (site.admin(), site.admin());
    let call = async {
        let client_id = client_id.clone();
        let latest = latest_events(client_id.clone());
        let request = visitor.context.request(GetClientRequest { client_id });
        let client = client.get_client(request);
        let events = events.list_audit(visitor.context.request(latest));
        let (client, events) = try_join(client, events).await?;
        let both = (client.into_inner(), events.into_inner().entries);
        Ok(tonic::Response::new(both))
    };
    let (shell, (client, events)) = Shell::with(&site, &visitor, &here, call).await?;
    let texts = &visitor.texts.admin.client;
    let name = name_of(&client.client_name, &client.client_id);
    let page = Page::new(format!("“{name}”"))
        .console(&shell, Section::Clients)
        .trail([to_list(&visitor)])
        .here(here.clone())
        .done(done(query.get(DONE), texts));
    Ok(page.respond(&visitor, || {
        let metadata = Metadata::parse(&client.json);
        let status = view! {
            <StatusBadge status=&client.status texts=&visitor.texts.console.status />
        };
        let description = foreign::message(metadata.text("description"));
        let description = (!description.is_empty())
            .then(|| view! { <p class="said"><Quoted text=description /></p> });
        let edit = format!("{here}/edit");
        view! {
            <Heading title=move || view! { <Quoted text=name.clone() /> }>
                {status}
                <a class="button small" href=edit>
                    {texts.edit}
                </a>
            </Heading>
            {description}
            <Decision client=&client shell=&shell visitor=&visitor />
            <Use client=&client visitor=&visitor />
            <Settings client=&client metadata=&metadata visitor=&visitor />
            <Events client=&client events=&events visitor=&visitor />
            <Risks client=&client visitor=&visitor />
        }
    }))
}

/// The client and what surrounds its pages.
pub async fn load(
    site: &Site,
    visitor: &Visitor,
    client_id: String,
    return_to: &str,
) -> Result<(Shell, AdminClient), Failure> {
    let mut admin = site.admin();
    let call = admin.get_client(visitor.context.request(GetClientRequest { client_id }));
    Shell::with(site, visitor, return_to, call).await
}

/// The way up, to all clients.
pub fn to_list(visitor: &Visitor) -> Crumb {
    let path = visitor.path(Section::Clients.path());
    Crumb::new(visitor.texts.admin.clients.title, path)
}

/// The way up to a client, below all clients.
pub fn to_client(visitor: &Visitor, client: &AdminClient) -> Crumb {
    let path = address::client(visitor, &client.client_id, "");
    let name = name_of(&client.client_name, &client.client_id);
    Crumb::new(format!("“{name}”"), path)
}

fn done(word: &str, texts: &'static ClientPage) -> Option<&'static str> {
    match word {
        "approved" => Some(texts.approved),
        "rejected" => Some(texts.rejected),
        "activated" => Some(texts.activated),
        "deactivated" => Some(texts.deactivated),
        "saved" => Some(texts.saved),
        "created" => Some(texts.created_done),
        "revoked" => Some(texts.revoked),
        _ => None,
    }
}

/// What an admin decides about a client that waits.
#[component]
fn Decision<'a>(
    client: &'a AdminClient,
    shell: &'a Shell,
    visitor: &'a Visitor,
) -> impl IntoView + use<> {
    let texts = &visitor.texts.admin.client;
    let post = |action: Action, kind| {
        let label = action.texts(&visitor.texts.admin.actions).label;
        view! {
            <PostButton
                action=action.path(visitor, &client.client_id)
                csrf_token=shell.csrf_token()
                kind
                label
            />
        }
    };
    (client.status == "pending").then(|| {
        view! {
            <div class="card decision">
                <p>{texts.pending}</p>
                <div class="buttons">
                    {post(Action::Approve, Kind::Primary)}
                    {post(Action::Reject, Kind::Secondary)}
                </div>
            </div>
        }
    })
}

/// Who uses it, and where to see that.
#[component]
fn Use<'a>(client: &'a AdminClient, visitor: &'a Visitor) -> impl IntoView + use<> {
    let texts = &visitor.texts.admin.client;
    let id = client.client_id.as_str();
    let counted = |count| texts::counted(count, client.counted_to, &visitor.texts.console);
    let tokens = [("client_id", id), ("status", "active")];
    let cards = [
        (
            address::client(visitor, id, "/authorizations"),
            texts.users,
            counted(client.users),
            texts.users_detail,
        ),
        (
            with_query(&visitor.path(Section::Tokens.path()), &tokens),
            texts.tokens,
            counted(client.live_tokens),
            texts.tokens_detail,
        ),
    ]
    .map(|(path, label, count, detail)| {
        view! {
            <li>
                <a class="card" href=path>
                    <span>{label}</span>
                    <b>{count}</b>
                    <span>{detail}</span>
                </a>
            </li>
        }
    });
    view! { <ul class="stats">{cards.into_iter().collect_view()}</ul> }
}

#[component]
fn Settings<'a>(
    client: &'a AdminClient,
    metadata: &'a Metadata,
    visitor: &'a Visitor,
) -> impl IntoView + use<> {
    let all: &'static Texts = visitor.texts;
    let texts = &all.admin.client;
    let owner = foreign::name(&client.owner_username);
    let owner = if owner.is_empty() {
        all.admin.clients.no_owner.to_owned()
    } else {
        owner
    };
    let (created_at, updated_at) = (client.created_at, client.updated_at);
    let client_id = foreign::message(&client.client_id);
    view! {
        <section class="card">
            <h2>{texts.settings}</h2>
            <dl class="facts">
                <Fact name=all.client.client_id>
                    <code>{client_id}</code>
                </Fact>
                <ClientFacts metadata admin=true texts=all />
                <Fact name=texts.registered_by>
                    <bdi>{owner}</bdi>
                </Fact>
                <Fact name=texts.created>
                    <Instant at=created_at texts=all />
                </Fact>
                <Fact name=texts.updated>
                    <Instant at=updated_at texts=all />
                </Fact>
            </dl>
            <details>
                <summary>{texts.document}</summary>
                <pre>{metadata.pretty()}</pre>
            </details>
        </section>
    }
    .into_any()
}

/// What the list of events begins with.
fn latest_events(client_id: String) -> ListAuditRequest {
    ListAuditRequest {
        filter: Some(AuditFilter {
            resource_type: "CLIENT".to_owned(),
            resource_id: client_id,
            ..AuditFilter::default()
        }),
        page_size: EVENTS,
        ..ListAuditRequest::default()
    }
}

/// What happened to it lately, and the way to all of it.
#[component]
fn Events<'a>(
    client: &'a AdminClient,
    events: &'a [AuditEntry],
    visitor: &'a Visitor,
) -> impl IntoView + use<> {
    let all: &'static Texts = visitor.texts;
    let texts = &all.admin.client;
    let filter = [
        ("resource_type", "CLIENT"),
        ("resource_id", client.client_id.as_str()),
    ];
    let log = with_query(&visitor.path(Section::Audit.path()), &filter);
    view! {
        <section class="card">
            <div class="heading">
                <h2>{texts.events}</h2>
                <a href=log>{texts.all_events}</a>
            </div>
            <Latest entries=events none=texts.no_events texts=all />
        </section>
    }
    .into_any()
}

/// What has consequences, each with its effect in words.
#[component]
fn Risks<'a>(client: &'a AdminClient, visitor: &'a Visitor) -> impl IntoView + use<> {
    let active = client.status == "active";
    let risks: Vec<_> = [
        (Action::Activate, client.status == "inactive"),
        (Action::Regenerate, client.confidential),
        (Action::RevokeAll, true),
        (Action::Deactivate, active),
        (Action::Delete, true),
    ]
    .into_iter()
    .filter(|(_, fitting)| *fitting)
    .map(|(action, _)| {
        let texts = action.texts(&visitor.texts.admin.actions);
        let label = texts.label;
        let class = match action {
            Action::Activate => "button",
            _ => "button danger",
        };
        view! {
            <li class="risk">
                <p>{texts.effect}</p>
                <a class=class href=action.path(visitor, &client.client_id)>
                    {label}
                </a>
            </li>
        }
    })
    .collect();
    view! {
        <section class="card">
            <h2>{visitor.texts.admin.client.risks}</h2>
            <ul class="risks">{risks}</ul>
        </section>
    }
    .into_any()
}
