//! `/apps/new` and `/apps/{id}/edit`: the settings of an app as a form.

use authgate_proto::v1::{CreateAppRequest, GetAppRequest, OwnApp, UpdateAppRequest};
use axum::{Extension, extract::State, response::Response};
use http::StatusCode;
use leptos::prelude::*;
use tonic::{Code, Status};

use crate::{
    components::{
        alert::Alert,
        button::{Button, Hidden, Kind},
        client_fields::ClientFields,
        form::ErrorSummary,
        heading::Heading,
        navigation::Section,
        owner_scopes,
    },
    document::{Page, see_other, with_query},
    error::Failure,
    form::{FORM_ID, Fields, Form, Id, UPDATED_AT},
    listing::DONE,
    metadata::{self, Draft, Metadata},
    pages::{
        account::{app, app_secret, apps},
        twice,
    },
    problems::Problems,
    shell::Shell,
    visitor::{Site, Visitor},
};

/// Where the form of a new app is.
pub const NEW_PATH: &str = "/apps/new";

/// `GET /apps/new`.
pub async fn new(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
) -> Result<Response, Failure> {
    let shell = Shell::load(&site, &visitor, &visitor.path(NEW_PATH)).await?;
    let view = FormView::of(Draft::new(), None);
    Ok(view.respond(&visitor, &shell))
}

/// `POST /apps`.
pub async fn create(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Form(fields): Form,
) -> Result<Response, Failure> {
    let new_path = visitor.path(NEW_PATH);
    let before = Metadata::default();
    let draft = typed(&fields, &before);
    if !draft.has_grant() {
        let shell = Shell::load(&site, &visitor, &new_path).await?;
        let mut view = FormView::of(draft, None).refused(no_grant(&visitor));
        view.form_id = fields.form_id();
        return Ok(view.respond(&visitor, &shell));
    }
    let form_id = fields.form_id();
    let request = CreateAppRequest {
        metadata_json: draft.put_into(before, false),
        form_id: form_id.clone(),
    };
    let created = site
        .self_service()
        .create_app(visitor.change(&fields, request))
        .await;
    match created {
        Ok(app) => {
            let shell = Shell::load(&site, &visitor, &visitor.path(apps::PATH)).await?;
            if app.get_ref().existed {
                let place = app_secret::place(&visitor, &app.get_ref().client_id);
                let message = &visitor.texts.console.twice.created;
                let status = StatusCode::OK;
                return Ok(twice::respond(&visitor, &shell, status, message, place));
            }
            let title = visitor.texts.account.apps.created_title;
            Ok(app_secret::page(&visitor, &shell, &app.into_inner(), title))
        }
        Err(status) => {
            let problems = problems(&visitor, status, new_path.clone())?;
            let shell = Shell::load(&site, &visitor, &new_path).await?;
            let mut view = FormView::of(draft, None).refused(problems);
            view.form_id = form_id;
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
    let draft = Draft::of(&Metadata::parse(&app.metadata_json));
    Ok(FormView::of(draft, Some(app)).respond(&visitor, &shell))
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
    let before = Metadata::parse(&app.metadata_json);
    let draft = typed(&fields, &before);
    let request = UpdateAppRequest {
        client_id: client_id.clone(),
        metadata_json: draft.put_into(before, false),
        updated_at: fields.updated_at(),
    };
    let problems = if draft.has_grant() {
        let updated = site
            .self_service()
            .update_app(visitor.change(&fields, request))
            .await;
        match updated {
            Ok(app) => return saved(&site, &visitor, &app.into_inner()).await,
            Err(status) if status.code() == Code::Aborted => {
                return outdated(&site, &visitor, &client_id, &edit_path).await;
            }
            Err(status) => problems(&visitor, status, edit_path.clone())?,
        }
    } else {
        no_grant(&visitor)
    };
    let shell = Shell::load(&site, &visitor, &edit_path).await?;
    // What was shown stays what the next try stands on.
    let app = OwnApp {
        updated_at: fields.updated_at(),
        ..app
    };
    let view = FormView::of(draft, Some(app)).refused(problems);
    Ok(view.respond(&visitor, &shell))
}

/// On to the app; first to its secret, when it needs one from now on.
async fn saved(site: &Site, visitor: &Visitor, app: &OwnApp) -> Result<Response, Failure> {
    let path = app::path(visitor, &app.client_id);
    if app.client_secret.is_empty() {
        let next = with_query(&path, &[(DONE, "saved")]);
        return Ok(see_other(visitor, &next, None));
    }
    let shell = Shell::load(site, visitor, &path).await?;
    let title = visitor.texts.account.apps.regenerated;
    Ok(app_secret::page(visitor, &shell, app, title))
}

/// What was typed, and the scopes of `before` that only an admin gives.
fn typed(fields: &Fields, before: &Metadata) -> Draft {
    Draft {
        scope: owner_scopes::typed(fields, &before.scopes()),
        ..Draft::typed(fields)
    }
}

fn no_grant(visitor: &Visitor) -> Problems {
    Problems::ours(Some("grants"), visitor.texts.client.no_grant)
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
    let draft = Draft::of(&Metadata::parse(&app.metadata_json));
    let mut view = FormView::of(draft, Some(app));
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

fn problems(visitor: &Visitor, status: Status, return_to: String) -> Result<Problems, Failure> {
    let fields = metadata::fields(visitor.texts);
    Problems::of(status, &fields).map_err(|status| Failure::console(return_to)(*status))
}

/// The form, for a new app or one that there is.
struct FormView {
    draft: Draft,
    app: Option<OwnApp>,
    /// Of a new app.
    form_id: String,
    problems: Problems,
    status: StatusCode,
}

impl FormView {
    fn of(draft: Draft, app: Option<OwnApp>) -> Self {
        Self {
            draft,
            app,
            form_id: Fields::default().form_id(),
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
        let texts = &visitor.texts.account.apps;
        let console = &visitor.texts.console;
        let (title, here, action, cancel) = match &self.app {
            None => (
                texts.new,
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
            let submit = if self.app.is_none() {
                texts.create
            } else {
                console.form.save
            };
            let explain = self.app.is_none().then(|| {
                view! { <p class="lede">{texts.new_explain}</p> }
            });
            let (name, value) = match &self.app {
                Some(app) => (UPDATED_AT, app.updated_at.to_string()),
                None => (FORM_ID, self.form_id.clone()),
            };
            view! {
                <Heading title=move || title />
                {explain}
                {changed.then(|| view! { <Alert text=console.form.changed_meanwhile /> })}
                <ErrorSummary problems=&self.problems texts=console />
                <form class="narrow" method="post" action=action>
                    <Hidden name="csrf_token" value=shell.csrf_token() />
                    <Hidden name value />
                    <ClientFields
                        draft=&self.draft
                        admin=false
                        problems=&self.problems
                        texts=visitor.texts
                    />
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
}
