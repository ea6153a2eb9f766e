//! `/apps/new` and `/apps/{id}/edit`: the settings of an app as a form.

use authgate_proto::v1::{CreateAppRequest, GetAppRequest, OwnApp, UpdateAppRequest};
use axum::{Extension, extract::State, response::Response};
use http::StatusCode;
use leptos::prelude::*;
use serde_json::{Map, Value};
use tonic::{Code, Status};

use crate::{
    app_form::{AppForm, GRANTS, SCOPES, metadata},
    components::{
        alert::Alert,
        button::{Button, Hidden, Kind},
        form::{Check, ErrorSummary, Field, Group, TextArea, TextField},
        heading::Heading,
        navigation::Section,
        radio::Radio,
    },
    document::{Page, see_other, with_query},
    error::Failure,
    form::{Fields, Form, Id},
    listing::DONE,
    pages::account::{app, app_secret, apps},
    problems::Problems,
    shell::Shell,
    visitor::{Site, Visitor},
};

/// Where the form of a new app is.
pub const NEW_PATH: &str = "/apps/new";

/// What the core calls the values, and the form's fields for them.
const FIELDS: [(&str, &str); 11] = [
    ("client_name", "client_name"),
    ("description", "description"),
    ("token_endpoint_auth_method", "client_type"),
    ("grant_types", "grants"),
    ("response_types", "grants"),
    ("redirect_uris", "redirect_uris"),
    ("scope", "scopes"),
    ("client_uri", "client_uri"),
    ("logo_uri", "logo_uri"),
    ("policy_uri", "policy_uri"),
    ("tos_uri", "tos_uri"),
];

/// `GET /apps/new`.
pub async fn new(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Failure> {
    let shell = Shell::load(&site, &visitor, &visitor.path(NEW_PATH)).await?;
    let view = FormView::of(AppForm::fresh(), None);
    Ok(view.respond(&visitor, &shell))
}

/// `POST /apps`.
pub async fn create(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form,
) -> Result<Response, Failure> {
    let form = AppForm::of_fields(&fields);
    let request = CreateAppRequest {
        metadata_json: Value::Object(form.to_metadata(&Map::new())).to_string(),
    };
    let new_path = visitor.path(NEW_PATH);
    let created = site
        .self_service()
        .create_app(visitor.change(&fields, request))
        .await;
    match created {
        Ok(app) => {
            let shell = Shell::load(&site, &visitor, &visitor.path(apps::PATH)).await?;
            let title = visitor.texts.account.apps.created_title;
            Ok(app_secret::page(&visitor, &shell, &app.into_inner(), title))
        }
        Err(status) => {
            let problems = problems(status, new_path.clone())?;
            let shell = Shell::load(&site, &visitor, &new_path).await?;
            let view = FormView::of(form, None).refused(problems);
            Ok(view.respond(&visitor, &shell))
        }
    }
}

/// `GET /apps/{id}/edit`.
pub async fn edit(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Id(client_id): Id,
) -> Result<Response, Failure> {
    let (shell, app) = app::load(&site, &visitor, client_id).await?;
    let form = AppForm::of_metadata(&metadata(&app.metadata_json));
    Ok(FormView::of(form, Some(app)).respond(&visitor, &shell))
}

/// `POST /apps/{id}`.
pub async fn update(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Id(client_id): Id,
    Form(fields): Form,
) -> Result<Response, Failure> {
    let edit_path = app::action_path(&visitor, &client_id, "edit");
    let app = current(&site, &visitor, &client_id, &edit_path).await?;
    let form = AppForm::of_fields(&fields);
    let metadata = form.to_metadata(&metadata(&app.metadata_json));
    let request = UpdateAppRequest {
        client_id: client_id.clone(),
        metadata_json: Value::Object(metadata).to_string(),
        updated_at: updated_at(&fields),
    };
    let updated = site
        .self_service()
        .update_app(visitor.change(&fields, request))
        .await;
    let Err(status) = updated else {
        let next = with_query(&app::path(&visitor, &client_id), &[(DONE, "saved")]);
        return Ok(see_other(&visitor, &next, None));
    };
    if status.code() == Code::Aborted {
        return outdated(&site, &visitor, &client_id, &edit_path).await;
    }
    let problems = problems(status, edit_path.clone())?;
    let shell = Shell::load(&site, &visitor, &edit_path).await?;
    // What was shown stays what the next try stands on.
    let app = OwnApp {
        updated_at: updated_at(&fields),
        ..app
    };
    let view = FormView::of(form, Some(app)).refused(problems);
    Ok(view.respond(&visitor, &shell))
}

/// The form as it is now, after somebody else changed the app.
async fn outdated(
    site: &Site,
    visitor: &Visitor,
    client_id: &str,
    edit_path: &str,
) -> Result<Response, Failure> {
    let app = current(site, visitor, client_id, edit_path).await?;
    let shell = Shell::load(site, visitor, edit_path).await?;
    let form = AppForm::of_metadata(&metadata(&app.metadata_json));
    let mut view = FormView::of(form, Some(app));
    view.status = StatusCode::CONFLICT;
    Ok(view.respond(visitor, &shell))
}

async fn current(
    site: &Site,
    visitor: &Visitor,
    client_id: &str,
    edit_path: &str,
) -> Result<OwnApp, Failure> {
    let request = GetAppRequest {
        client_id: client_id.to_owned(),
    };
    let app = site
        .self_service()
        .get_app(visitor.context.request(request))
        .await
        .map_err(Failure::console(edit_path))?;
    Ok(app.into_inner())
}

/// When the app was changed that the form showed; nonsense is never now.
fn updated_at(fields: &Fields) -> i64 {
    fields.get("updated_at").parse().unwrap_or(-1)
}

fn problems(status: Status, return_to: String) -> Result<Problems, Failure> {
    Problems::of(status, &FIELDS).map_err(|status| Failure::console(return_to)(*status))
}

/// The form, for a new app or one that there is.
struct FormView {
    form: AppForm,
    app: Option<OwnApp>,
    problems: Problems,
    status: StatusCode,
}

impl FormView {
    fn of(form: AppForm, app: Option<OwnApp>) -> Self {
        Self {
            form,
            app,
            problems: Problems::default(),
            status: StatusCode::OK,
        }
    }

    fn refused(mut self, problems: Problems) -> Self {
        self.problems = problems;
        self.status = StatusCode::BAD_REQUEST;
        self
    }

    fn respond(self, visitor: &Visitor, shell: &Shell) -> Response {
        let texts = &visitor.texts.account.app_form;
        let console = &visitor.texts.console;
        let (title, here, action, cancel) = match &self.app {
            None => (
                visitor.texts.account.apps.new,
                visitor.path(NEW_PATH),
                visitor.path(apps::PATH),
                visitor.path(apps::PATH),
            ),
            Some(app) => (
                texts.edit_title,
                app::action_path(visitor, &app.client_id, "edit"),
                app::path(visitor, &app.client_id),
                app::path(visitor, &app.client_id),
            ),
        };
        let page = Page::new(title)
            .status(self.status)
            .console(shell, Section::Apps)
            .trail(app::trail(visitor, self.app.as_ref()))
            .here(here);
        let changed = self.status == StatusCode::CONFLICT;
        page.respond(visitor, || {
            let submit = if self.app.is_none() { texts.create } else { console.form.save };
            let explain = self.app.is_none().then(|| {
                view! { <p class="lede">{visitor.texts.account.apps.new_explain}</p> }
            });
            let updated_at = self.app.as_ref().map(|app| {
                view! { <Hidden name="updated_at" value=app.updated_at.to_string() /> }
            });
            view! {
                <Heading title=move || title />
                {explain}
                {changed.then(|| view! { <Alert text=console.form.changed_meanwhile /> })}
                <ErrorSummary problems=&self.problems texts=console />
                <form class="card narrow" method="post" action=action>
                    <Hidden name="csrf_token" value=shell.csrf_token() />
                    {updated_at}
                    {self.fields(visitor)}
                    <div class="actions">
                        <Button kind=Kind::Primary label=submit />
                        <a class=Kind::Secondary.class() href=cancel>
                            {console.form.cancel}
                        </a>
                    </div>
                </form>
            }
        })
    }

    fn fields(&self, visitor: &Visitor) -> impl IntoView + use<> {
        let texts = &visitor.texts.account.app_form;
        let console = &visitor.texts.console;
        let (form, problems) = (&self.form, &self.problems);
        let line = |field: Field, kind: &'static str| {
            let value = form.text(field.name).to_owned();
            view! { <TextField field value problems texts=console kind /> }
        };
        let addresses = [
            ("client_uri", texts.client_uri),
            ("logo_uri", texts.logo_uri),
            ("policy_uri", texts.policy_uri),
            ("tos_uri", texts.tos_uri),
        ]
        .map(|(name, label)| line(Field::new(name, label).max_length(2048), "url"))
        .into_iter()
        .collect_view();
        let grants: Vec<_> = GRANTS
            .iter()
            .zip([
                texts.grant_authorization_code,
                texts.grant_device_code,
                texts.grant_refresh_token,
            ])
            .map(|(choice, label)| {
                let checked = form.grants.contains(&choice.word);
                view! { <Check name=choice.field label checked /> }
            })
            .collect();
        let scopes: Vec<_> = SCOPES
            .iter()
            .zip(scope_labels(visitor))
            .map(|(choice, label)| {
                let checked = form.scopes.contains(&choice.word);
                view! { <Check name=choice.field label checked /> }
            })
            .collect();
        let confidential = form.confidential;
        let name = Field::new("client_name", texts.name).hint(texts.name_hint);
        let description = Field::new("description", texts.description)
            .hint(texts.description_hint)
            .max_length(1024);
        let redirect_uris = Field::new("redirect_uris", texts.redirect_uris)
            .hint(texts.redirect_uris_hint)
            .max_length(8192);
        view! {
            {line(name.required(), "text")}
            <TextArea
                field=description
                value=form.text("description").to_owned()
                rows=2
                problems
                texts=console
            />
            <Group name="client_type" legend=texts.kind problems>
                <Radio
                    name="client_type"
                    value="public"
                    label=texts.kind_public
                    hint=texts.kind_public_hint
                    checked=!confidential
                />
                <Radio
                    name="client_type"
                    value="confidential"
                    label=texts.kind_confidential
                    hint=texts.kind_confidential_hint
                    checked=confidential
                />
            </Group>
            <Group name="grants" legend=texts.grants hint=texts.grants_hint problems>
                {grants}
            </Group>
            <TextArea
                field=redirect_uris
                value=form.redirect_uris.clone()
                rows=3
                problems
                texts=console
            />
            <Group name="scopes" legend=texts.scopes hint=texts.scopes_hint problems>
                {scopes}
            </Group>
            <Group name="about" legend=texts.about problems>
                {addresses}
            </Group>
        }
    }
}

/// What the scopes of [`SCOPES`] are for, as people are asked later.
fn scope_labels(visitor: &Visitor) -> [&'static str; SCOPES.len()] {
    let texts = &visitor.texts.scopes;
    [
        texts.openid,
        texts.profile,
        texts.email,
        texts.offline_access,
    ]
}
