//! `/admin/clients/new` and `/admin/clients/{id}/edit`: the form of a client, and the
//! page that shows a secret once.

use authgate_proto::v1::{AdminClient, AdminUpdateClientRequest, CreateClientRequest};
use axum::{Extension, extract::State, response::Response};
use http::StatusCode;
use leptos::prelude::*;
use tonic::{Code, Status};

use super::{
    address::{self, ClientId},
    client::{load, to_client, to_list},
    clients,
};
use crate::{
    components::{
        button::{Button, Hidden, Kind},
        client_fields::ClientFields,
        fact::Fact,
        form::{ErrorSummary, Field, TextField},
        heading::Heading,
        navigation::Section,
        secret::Secret,
    },
    document::{Page, see_other, with_query},
    error::Failure,
    foreign,
    form::{FORM_ID, Fields, Form},
    listing::DONE,
    metadata::{self, Draft, Metadata},
    pages::twice,
    problems::Problems,
    shell::Shell,
    visitor::{Site, Visitor},
};

/// `GET /admin/clients/new`.
pub async fn show_new(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Failure> {
    let shell = Shell::load(&site, &visitor, &visitor.here).await?;
    if !shell.is_admin() {
        return Err(Failure::AdminsOnly);
    }
    let form = NewForm {
        draft: Draft::new(),
        client_id: String::new(),
        form_id: Fields::default().form_id(),
        problems: Problems::default(),
    };
    Ok(form.page(&visitor, &shell))
}

/// `POST /admin/clients`: creates one.
pub async fn create(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form,
) -> Result<Response, Failure> {
    let here = visitor.path(clients::NEW_PATH);
    let draft = Draft::typed(&fields);
    let client_id = fields.get("client_id").trim().to_owned();
    let form_id = fields.form_id();
    let again = |problems| NewForm {
        draft: draft.clone(),
        client_id: client_id.clone(),
        form_id: form_id.clone(),
        problems,
    };
    let request = CreateClientRequest {
        metadata_json: draft.created(&client_id, true),
        form_id: form_id.clone(),
    };
    let answer = site
        .admin()
        .create_client(visitor.change(&fields, request))
        .await;
    let client = match answer {
        Ok(answer) => answer.into_inner(),
        Err(status) => {
            let problems = problems(&visitor, &draft, status, &here)?;
            let shell = Shell::load(&site, &visitor, &here).await?;
            return Ok(again(problems).page(&visitor, &shell));
        }
    };
    let texts = &visitor.texts.admin.client_form;
    if client.existed && client.confidential {
        let shell = Shell::load(&site, &visitor, &here).await?;
        let place = place(&visitor, &client.client_id);
        let message = &visitor.texts.console.twice.created;
        let status = StatusCode::OK;
        return Ok(twice::respond(&visitor, &shell, status, message, place));
    }
    if client.client_secret.is_empty() {
        let page = address::client(&visitor, &client.client_id, "");
        let page = with_query(&page, &[(DONE, "created")]);
        return Ok(see_other(&visitor, &page, None));
    }
    let shell = Shell::load(&site, &visitor, &here).await?;
    let (title, explain) = (texts.created_title, texts.created_explain);
    Ok(secret_page(&visitor, &shell, &client, title, explain))
}

/// `GET /admin/clients/{id}/edit`.
pub async fn show_edit(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    ClientId(client_id): ClientId,
) -> Result<Response, Failure> {
    let (shell, client) = load(&site, &visitor, client_id, &visitor.here).await?;
    let form = EditForm {
        draft: Draft::of(&Metadata::parse(&client.json)),
        updated_at: client.updated_at,
        problems: Problems::default(),
        status: StatusCode::OK,
    };
    Ok(form.page(&visitor, &shell, &client))
}

/// `POST /admin/clients/{id}`: saves what was edited. What the form does not show stays
/// as it is on record.
pub async fn update(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    ClientId(client_id): ClientId,
    Form(fields): Form,
) -> Result<Response, Failure> {
    let here = address::client(&visitor, &client_id, "/edit");
    let (shell, client) = load(&site, &visitor, client_id.clone(), &here).await?;
    let draft = Draft::typed(&fields);
    // 0 would mean to the core: whatever is on record.
    let updated_at = fields.get("updated_at").parse().unwrap_or(-1);
    let again = |problems| EditForm {
        draft: draft.clone(),
        updated_at,
        problems,
        status: StatusCode::BAD_REQUEST,
    };
    let request = AdminUpdateClientRequest {
        client_id: client_id.clone(),
        metadata_json: draft.put_into(Metadata::parse(&client.json), true),
        updated_at,
    };
    let answer = site
        .admin()
        .update_client(visitor.change(&fields, request))
        .await;
    match answer {
        // It had none and is confidential from now on.
        Ok(answer) if !answer.get_ref().client_secret.is_empty() => {
            let client = answer.into_inner();
            let texts = &visitor.texts.admin.client_form;
            let (title, explain) = (texts.regenerated_title, texts.regenerated_explain);
            Ok(secret_page(&visitor, &shell, &client, title, explain))
        }
        Ok(_) => {
            let page = address::client(&visitor, &client_id, "");
            let page = with_query(&page, &[(DONE, "saved")]);
            Ok(see_other(&visitor, &page, None))
        }
        Err(status) if status.code() == Code::Aborted => {
            let (shell, client) = load(&site, &visitor, client_id, &here).await?;
            Ok(changed_meanwhile(&visitor, &shell, &client))
        }
        Err(status) => {
            let problems = problems(&visitor, &draft, status, &here)?;
            Ok(again(problems).page(&visitor, &shell, &client))
        }
    }
}

/// The form with what is on record now, after somebody else changed it.
fn changed_meanwhile(visitor: &Visitor, shell: &Shell, client: &AdminClient) -> Response {
    let text = visitor.texts.console.form.changed_meanwhile;
    let form = EditForm {
        draft: Draft::of(&Metadata::parse(&client.json)),
        updated_at: client.updated_at,
        problems: Problems::ours(None, text),
        status: StatusCode::CONFLICT,
    };
    form.page(visitor, shell, client)
}

/// What the core found wrong with `draft`: it is asked first in any case, because it knows
/// who may ask.
fn problems(
    visitor: &Visitor,
    draft: &Draft,
    status: Status,
    here: &str,
) -> Result<Problems, Failure> {
    if status.code() == Code::InvalidArgument && !draft.has_grant() {
        let text = visitor.texts.client.no_grant;
        return Ok(Problems::ours(Some("grants"), text));
    }
    Problems::of(status, &metadata::fields(visitor.texts))
        .map_err(|status| Failure::console(here)(*status))
}

/// Where a form about that client belongs.
pub fn place(visitor: &Visitor, client_id: &str) -> twice::Place {
    twice::Place {
        section: Section::Clients,
        trail: vec![to_list(visitor)],
        path: address::client(visitor, client_id, ""),
        label: visitor.texts.admin.client_form.to_client,
    }
}

/// The form of a new client.
struct NewForm {
    draft: Draft,
    client_id: String,
    form_id: String,
    problems: Problems,
}

impl NewForm {
    fn page(self, visitor: &Visitor, shell: &Shell) -> Response {
        let texts = &visitor.texts.admin.client_form;
        let status = if self.problems.is_empty() {
            StatusCode::OK
        } else {
            StatusCode::BAD_REQUEST
        };
        let page = Page::new(texts.new_title)
            .status(status)
            .console(shell, Section::Clients)
            .trail([to_list(visitor)])
            .here(visitor.path(clients::NEW_PATH));
        let client_id = Field::new("client_id", texts.client_id).hint(texts.client_id_hint);
        page.respond(visitor, || {
            let clients = visitor.path(Section::Clients.path());
            let problems = &self.problems;
            view! {
                <Heading title=|| texts.new_title />
                <p class="lede">{texts.new_explain}</p>
                <form class="narrow" method="post" action=clients.clone()>
                    <ErrorSummary problems texts=&visitor.texts.console />
                    <Hidden name="csrf_token" value=shell.csrf_token() />
                    <Hidden name=FORM_ID value=self.form_id />
                    <ClientFields draft=&self.draft admin=true problems texts=visitor.texts />
                    <section class="card">
                        <TextField
                            field=client_id
                            value=self.client_id
                            problems
                            texts=&visitor.texts.console
                        />
                    </section>
                    <Submit label=texts.create cancel=clients.clone() visitor />
                </form>
            }
        })
    }
}

/// The form of a client that there is.
struct EditForm {
    draft: Draft,
    updated_at: i64,
    problems: Problems,
    status: StatusCode,
}

impl EditForm {
    fn page(self, visitor: &Visitor, shell: &Shell, client: &AdminClient) -> Response {
        let texts = &visitor.texts.admin.client_form;
        let path = address::client(visitor, &client.client_id, "");
        let page = Page::new(texts.edit_title)
            .status(self.status)
            .console(shell, Section::Clients)
            .trail([to_list(visitor), to_client(visitor, client)])
            .here(format!("{path}/edit"));
        page.respond(visitor, || {
            let problems = &self.problems;
            view! {
                <Heading title=|| texts.edit_title />
                <form class="narrow" method="post" action=path.clone()>
                    <ErrorSummary problems texts=&visitor.texts.console />
                    <Hidden name="csrf_token" value=shell.csrf_token() />
                    <Hidden name="updated_at" value=self.updated_at.to_string() />
                    <ClientFields draft=&self.draft admin=true problems texts=visitor.texts />
                    <Submit label=visitor.texts.console.form.save cancel=path.clone() visitor />
                </form>
            }
        })
    }
}

#[component]
fn Submit<'a>(label: &'static str, cancel: String, visitor: &'a Visitor) -> impl IntoView + use<> {
    view! {
        <div class="buttons">
            <Button kind=Kind::Primary label />
            <a class=Kind::Secondary.class() href=cancel>
                {visitor.texts.console.form.cancel}
            </a>
        </div>
    }
    .into_any()
}

/// A client's id and its new secret, which no other page will show.
pub fn secret_page(
    visitor: &Visitor,
    shell: &Shell,
    client: &AdminClient,
    title: &'static str,
    explain: &'static str,
) -> Response {
    let texts = &visitor.texts.admin.client_form;
    let path = address::client(visitor, &client.client_id, "");
    let page = Page::new(title)
        .console(shell, Section::Clients)
        .trail([to_list(visitor), to_client(visitor, client)])
        // To load it again would not show the secret again.
        .here(path.clone());
    page.respond(visitor, || {
        let client_id = foreign::message(&client.client_id);
        view! {
            <div class="card narrow">
                <h1 class="outcome good">{title}</h1>
                <p class="lede">{explain}</p>
                <dl class="facts">
                    <Fact name=visitor.texts.client.client_id>
                        <code>{client_id}</code>
                    </Fact>
                </dl>
                <Secret
                    id="secret"
                    label=visitor.texts.client.secret
                    value=client.client_secret.clone()
                    texts=&visitor.texts.console.secret
                />
                <div class="buttons">
                    <a class=Kind::Secondary.class() href=path>
                        {texts.to_client}
                    </a>
                </div>
            </div>
        }
    })
}
