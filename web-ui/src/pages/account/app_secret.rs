//! The secret of an app, shown once: after it was made, in the answer to the form.

use authgate_proto::v1::{OwnApp, RegenerateAppSecretRequest};
use axum::{Extension, extract::State, response::Response};
use http::StatusCode;
use leptos::prelude::*;
use tonic::Code;

use crate::{
    components::{
        alert::Notice, button::Kind, client::name_of, fact::Fact, heading::Heading,
        navigation::Section, secret::Secret,
    },
    document::Page,
    error::Failure,
    foreign,
    form::{Form, Id},
    pages::{account::app, twice},
    shell::Shell,
    visitor::{Site, Visitor},
};

/// `POST /apps/{id}/regenerate-secret`.
pub async fn regenerate(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    Id(client_id): Id,
    Form(fields): Form,
) -> Result<Response, Failure> {
    let return_to = app::path(&visitor, &client_id);
    let request = RegenerateAppSecretRequest {
        client_id: client_id.clone(),
        updated_at: fields.updated_at(),
    };
    let answer = site
        .self_service()
        .regenerate_app_secret(visitor.change(&fields, request))
        .await;
    let shell = Shell::load(&site, &visitor, &return_to).await?;
    let app = match answer {
        Ok(app) => app.into_inner(),
        Err(status) if status.code() == Code::Aborted => {
            let place = place(&visitor, &client_id);
            let message = &visitor.texts.console.twice.secret;
            let status = StatusCode::CONFLICT;
            return Ok(twice::respond(&visitor, &shell, status, message, place));
        }
        Err(status) => return Err(Failure::console(return_to)(status)),
    };
    let title = visitor.texts.account.apps.regenerated;
    Ok(page(&visitor, &shell, &app, title))
}

/// Where a form about that app belongs.
pub fn place(visitor: &Visitor, client_id: &str) -> twice::Place {
    twice::Place {
        section: Section::Apps,
        trail: app::trail(visitor, None),
        path: app::path(visitor, client_id),
        label: visitor.texts.account.apps.back,
    }
}

/// The page with the secret in `app`, if it has one, and its client ID.
pub fn page(visitor: &Visitor, shell: &Shell, app: &OwnApp, title: &'static str) -> Response {
    let texts = &visitor.texts.account.apps;
    let client = &visitor.texts.client;
    let path = app::path(visitor, &app.client_id);
    let page = Page::new(title)
        .console(shell, Section::Apps)
        .trail(app::trail(visitor, Some(app)))
        .here(path.clone());
    page.respond(visitor, || {
        let secret = (!app.client_secret.is_empty()).then(|| {
            view! {
                <Secret
                    id="client_secret"
                    label=client.secret
                    value=app.client_secret.clone()
                    texts=&visitor.texts.console.secret
                />
            }
        });
        let pending =
            (app.status == "pending").then(|| view! { <Notice text=texts.pending_explain /> });
        let name = name_of(&app.name, &app.client_id);
        let client_id = foreign::word(&app.client_id);
        view! {
            <Heading title=move || title />
            <div class="card narrow">
                <dl class="facts">
                    <Fact name=texts.name>
                        <bdi>{name}</bdi>
                    </Fact>
                    <Fact name=client.client_id>
                        <code>{client_id}</code>
                    </Fact>
                </dl>
                {secret}
                {pending}
                <div class="actions">
                    <a class=Kind::Secondary.class() href=path>
                        {texts.back}
                    </a>
                </div>
            </div>
        }
    })
}
