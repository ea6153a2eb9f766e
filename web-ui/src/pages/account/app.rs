//! `/apps/{id}`: everything about one app of the person's own, and how to end it.

use authgate_proto::v1::{DeleteAppRequest, GetAppRequest, OwnApp};
use axum::{Extension, extract::State, response::Response};
use leptos::prelude::*;

use crate::{
    components::{
        alert::Notice,
        badge::StatusBadge,
        button::Kind,
        client::{ClientFacts, name_of},
        confirm::Confirm,
        fact::Fact,
        heading::{Crumb, Heading},
        instant::Instant,
        navigation::Section,
    },
    document::{Page, see_other, with_query},
    error::Failure,
    foreign,
    form::{Form, Id, Query, UPDATED_AT},
    listing::{self, DONE},
    metadata::Metadata,
    pages::account::apps,
    shell::Shell,
    visitor::{Site, Visitor},
};

/// Where the app of that id is.
pub fn path(visitor: &Visitor, client_id: &str) -> String {
    listing::below(&visitor.path(apps::PATH), &[client_id])
}

/// Where `action` of that app is.
pub fn action_path(visitor: &Visitor, client_id: &str, action: &str) -> String {
    listing::below(&visitor.path(apps::PATH), &[client_id, action])
}

/// The pages above that of an app.
pub fn trail(visitor: &Visitor, app: Option<&OwnApp>) -> Vec<Crumb> {
    let list = Crumb::new(visitor.texts.account.apps.title, visitor.path(apps::PATH));
    let app = app.map(|app| {
        let name = name_of(&app.name, &app.client_id);
        Crumb::new(name, path(visitor, &app.client_id))
    });
    [Some(list), app].into_iter().flatten().collect()
}

/// Loads the app with the surroundings.
pub async fn load(
    site: &Site,
    visitor: &Visitor,
    client_id: String,
) -> Result<(Shell, OwnApp), Failure> {
    let mut core = site.self_service();
    let call = core.get_app(visitor.context.request(GetAppRequest { client_id }));
    Shell::with(site, visitor, &visitor.here, call).await
}

/// `GET /apps/{id}`.
pub async fn show(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Id(client_id): Id,
    Query(query): Query,
) -> Result<Response, Failure> {
    let (shell, app) = load(&site, &visitor, client_id).await?;
    let texts = &visitor.texts.account.apps;
    let name = name_of(&app.name, &app.client_id);
    let page = Page::new(name.clone())
        .console(&shell, Section::Apps)
        .trail(trail(&visitor, None))
        .done((query.get(DONE) == "saved").then_some(texts.saved));
    Ok(page.respond(&visitor, || {
        let notice = match app.status.as_str() {
            "pending" => Some(texts.pending_explain),
            "inactive" => Some(texts.inactive_explain),
            _ => None,
        };
        let notice = notice.map(|text| view! { <Notice text /> });
        let metadata = Metadata::parse(&app.metadata_json);
        let all = visitor.texts;
        let status = view! { <StatusBadge status=&app.status texts=&all.console.status /> };
        let edit_path = action_path(&visitor, &app.client_id, "edit");
        let client_id = foreign::word(&app.client_id);
        let description = foreign::message(metadata.text("description"));
        let description = (!description.is_empty())
            .then(|| view! { <Fact name=all.client.fields.description>{description}</Fact> });
        let facts = view! { <ClientFacts metadata=&metadata admin=false texts=all /> };
        let (created_at, updated_at) = (app.created_at, app.updated_at);
        view! {
            <Heading title=move || {
                view! { <bdi>{name.clone()}</bdi> }
            }>
                {status} <a class=Kind::Secondary.class() href=edit_path>
                    {texts.edit}
                </a>
            </Heading>
            {notice}
            <div class="card">
                <dl class="facts">
                    <Fact name=all.client.client_id>
                        <code>{client_id}</code>
                    </Fact>
                    {description} {facts}
                    <Fact name=texts.created>
                        <Instant at=created_at texts=all />
                    </Fact>
                    <Fact name=texts.changed>
                        <Instant at=updated_at texts=all />
                    </Fact>
                </dl>
            </div>
            {danger(&visitor, &app, &metadata)}
        }
    }))
}

/// What can't be undone, apart from the rest.
fn danger(visitor: &Visitor, app: &OwnApp, metadata: &Metadata) -> impl IntoView + use<> {
    let texts = &visitor.texts.account.apps;
    let link = |action: &str, label: &'static str, effect: &'static str| {
        view! {
            <div class="risk">
                <p>{effect}</p>
                <a
                    class=Kind::SmallDanger.class()
                    href=action_path(visitor, &app.client_id, action)
                >
                    {label}
                </a>
            </div>
        }
    };
    let confidential = metadata.text("token_endpoint_auth_method") != "none";
    let regenerate = confidential.then(|| {
        link(
            "regenerate-secret",
            texts.regenerate,
            texts.regenerate_effect,
        )
    });
    let delete = if app.status == "active" {
        view! {
            <div class="risk">
                <p>{texts.delete_refused}</p>
            </div>
        }
        .into_any()
    } else {
        link("delete", texts.delete, texts.delete_effect).into_any()
    };
    view! {
        <section class="card">
            <h2>{texts.danger}</h2>
            {regenerate}
            {delete}
        </section>
    }
}

/// `GET /apps/{id}/delete`.
pub async fn confirm_delete(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Id(client_id): Id,
) -> Result<Response, Failure> {
    let (shell, app) = load(&site, &visitor, client_id).await?;
    let texts = &visitor.texts.account.apps;
    Ok(confirm(
        &visitor,
        &shell,
        &app,
        "delete",
        texts.delete,
        texts.delete_effect,
    ))
}

/// `GET /apps/{id}/regenerate-secret`.
pub async fn confirm_regenerate(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Id(client_id): Id,
) -> Result<Response, Failure> {
    let (shell, app) = load(&site, &visitor, client_id).await?;
    let texts = &visitor.texts.account.apps;
    let (label, effect) = (texts.regenerate, texts.regenerate_effect);
    Ok(confirm(
        &visitor,
        &shell,
        &app,
        "regenerate-secret",
        label,
        effect,
    ))
}

/// Asks before `action`, which `label` names.
fn confirm(
    visitor: &Visitor,
    shell: &Shell,
    app: &OwnApp,
    action: &str,
    label: &'static str,
    effect: &'static str,
) -> Response {
    let name = name_of(&app.name, &app.client_id);
    let page = Page::new(label)
        .console(shell, Section::Apps)
        .trail(trail(visitor, Some(app)));
    page.respond(visitor, || {
        view! {
            <Confirm
                title=move || label
                lede=move || {
                    view! {
                        <b>
                            <bdi>{name.clone()}</bdi>
                        </b>
                    }
                }
                effects=vec![effect.to_owned()]
                action=action_path(visitor, &app.client_id, action)
                csrf_token=shell.csrf_token()
                fields=vec![(UPDATED_AT, app.updated_at.to_string())]
                submit=label
                cancel=path(visitor, &app.client_id)
                texts=&visitor.texts.console
            />
        }
    })
}

/// `POST /apps/{id}/delete`.
pub async fn delete(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Id(client_id): Id,
    Form(fields): Form,
) -> Result<Response, Failure> {
    let return_to = path(&visitor, &client_id);
    site.self_service()
        .delete_app(visitor.change(&fields, DeleteAppRequest { client_id }))
        .await
        .map_err(Failure::console(return_to))?;
    let next = with_query(&visitor.path(apps::PATH), &[(DONE, "deleted")]);
    Ok(see_other(&visitor, &next, None))
}
