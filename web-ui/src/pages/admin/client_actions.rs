//! `/admin/clients/{id}/{action}`: what is done to a client. The page says what will
//! happen; the post does it.

use authgate_proto::v1::{
    AdminClient, AdminDeleteClientRequest, ApproveClientRequest, DeactivateClientRequest,
    RegenerateClientSecretRequest, RejectClientRequest, RevokeClientTokensRequest,
};
use axum::{Extension, extract::State, response::Response};
use http::StatusCode;
use leptos::prelude::*;
use tonic::{Code, Status};

use super::{
    address::{self, ClientId, Parameters},
    client, client_form,
};
use crate::{
    components::{client::name_of, confirm::Confirm, navigation::Section, quoted::Quoted},
    document::{Page, see_other, with_query},
    error::Failure,
    form::{Fields, Form, UPDATED_AT},
    listing::DONE,
    pages::twice,
    shell::Shell,
    texts::{
        self,
        admin::{Action as ActionTexts, Actions},
    },
    visitor::{Site, Visitor},
};

/// What can be done to a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// One that waits.
    Approve,
    Reject,
    /// One that is switched off.
    Activate,
    Deactivate,
    Regenerate,
    RevokeAll,
    Delete,
}

impl Action {
    const ALL: [Self; 7] = [
        Self::Approve,
        Self::Reject,
        Self::Activate,
        Self::Deactivate,
        Self::Regenerate,
        Self::RevokeAll,
        Self::Delete,
    ];

    /// The last segment of its path.
    const fn word(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::Activate => "activate",
            Self::Deactivate => "deactivate",
            Self::Regenerate => "regenerate-secret",
            Self::RevokeAll => "revoke-all",
            Self::Delete => "delete",
        }
    }

    /// Its page and what the form there posts to.
    pub fn path(self, visitor: &Visitor, client_id: &str) -> String {
        address::client(visitor, client_id, &format!("/{}", self.word()))
    }

    /// What it is called and does.
    pub const fn texts(self, texts: &Actions) -> &ActionTexts {
        match self {
            Self::Approve => &texts.approve,
            Self::Reject => &texts.reject,
            Self::Activate => &texts.activate,
            Self::Deactivate => &texts.deactivate,
            Self::Regenerate => &texts.regenerate,
            Self::RevokeAll => &texts.revoke_all,
            Self::Delete => &texts.delete,
        }
    }

    /// The same as it is called for a client of that status.
    fn of_client(self, status: &str) -> Self {
        match (self, status) {
            (Self::Approve, "inactive") => Self::Activate,
            (Self::Activate, "pending") => Self::Approve,
            (action, _) => action,
        }
    }

    /// Whether tokens of people stop working.
    const fn ends_tokens(self) -> bool {
        matches!(self, Self::Deactivate | Self::RevokeAll | Self::Delete)
    }

    fn of(parameters: &Parameters) -> Result<Self, Failure> {
        let word = parameters.0.get(1).map(String::as_str);
        Self::ALL
            .into_iter()
            .find(|action| word == Some(action.word()))
            .ok_or(Failure::NoPage)
    }
}

/// `GET /admin/clients/{id}/{action}`.
pub async fn show(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    ClientId(client_id): ClientId,
    parameters: Parameters,
) -> Result<Response, Failure> {
    let action = Action::of(&parameters)?;
    let back = address::client(&visitor, &client_id, "");
    let (shell, client) = client::load(&site, &visitor, client_id, &visitor.here).await?;
    let action = action.of_client(&client.status);
    Ok(confirm(&visitor, &shell, &client, action, back))
}

fn confirm(
    visitor: &Visitor,
    shell: &Shell,
    client: &AdminClient,
    action: Action,
    back: String,
) -> Response {
    let all = &visitor.texts.admin.actions;
    let texts = action.texts(all);
    let page = Page::new(texts.title)
        .console(shell, Section::Clients)
        .trail([client::to_list(visitor), client::to_client(visitor, client)]);
    page.respond(visitor, || {
        let name = name_of(&client.client_name, &client.client_id);
        let counted = |count| texts::counted(count, client.counted_to, &visitor.texts.console);
        let mut effects = vec![texts.effect.to_owned()];
        if action.ends_tokens() {
            effects.push((all.people)(&counted(client.users)));
            effects.push((all.tokens)(&counted(client.live_tokens)));
        }
        effects.push(texts.undo.to_owned());
        view! {
            <Confirm
                title=|| texts.title
                lede=move || view! { <Quoted text=name.clone() /> }
                effects
                action=action.path(visitor, &client.client_id)
                csrf_token=shell.csrf_token()
                fields=vec![(UPDATED_AT, client.updated_at.to_string())]
                submit=texts.label
                cancel=back
                texts=&visitor.texts.console
            />
        }
    })
}

/// `POST /admin/clients/{id}/{action}`.
pub async fn submit(
    State(site): State<Site>,
    Extension(visitor): Extension<Visitor>,
    ClientId(client_id): ClientId,
    parameters: Parameters,
    Form(fields): Form,
) -> Result<Response, Failure> {
    let action = Action::of(&parameters)?;
    let page = address::client(&visitor, &client_id, "");
    if action == Action::Regenerate {
        return regenerate(&site, &visitor, &fields, client_id, page).await;
    }
    let word = perform(&site, &visitor, &fields, client_id, action)
        .await
        .map_err(Failure::console(page.clone()))?;
    let from_queue = fields.get("from") == "registrations";
    let next = match action {
        Action::Delete => visitor.path(Section::Clients.path()),
        _ if from_queue => visitor.path(Section::Registrations.path()),
        _ => page,
    };
    Ok(see_other(
        &visitor,
        &with_query(&next, &[(DONE, word)]),
        None,
    ))
}

/// Makes a new secret and shows it; not for a form from before the client had the one it has.
async fn regenerate(
    site: &Site,
    visitor: &Visitor,
    fields: &Fields,
    client_id: String,
    page: String,
) -> Result<Response, Failure> {
    let request = RegenerateClientSecretRequest {
        client_id: client_id.clone(),
        updated_at: fields.updated_at(),
    };
    let answer = site
        .admin()
        .regenerate_client_secret(visitor.change(fields, request))
        .await;
    let shell = Shell::load(site, visitor, &page).await?;
    let client = match answer {
        Ok(client) => client.into_inner(),
        Err(status) if status.code() == Code::Aborted => {
            let place = client_form::place(visitor, &client_id);
            let message = &visitor.texts.console.twice.secret;
            let status = StatusCode::CONFLICT;
            return Ok(twice::respond(visitor, &shell, status, message, place));
        }
        Err(status) => return Err(Failure::console(page)(status)),
    };
    let texts = &visitor.texts.admin.client_form;
    let (title, explain) = (texts.regenerated_title, texts.regenerated_explain);
    Ok(client_form::secret_page(
        visitor, &shell, &client, title, explain,
    ))
}

/// Does it, and gives the word for it on the next page.
async fn perform(
    site: &Site,
    visitor: &Visitor,
    fields: &Fields,
    client_id: String,
    action: Action,
) -> Result<&'static str, Status> {
    let mut admin = site.admin();
    match action {
        Action::Approve | Action::Activate => {
            let request = ApproveClientRequest { client_id };
            let request = visitor.change(fields, request);
            admin.approve_client(request).await?;
            Ok(match action {
                Action::Activate => "activated",
                _ => "approved",
            })
        }
        Action::Reject => {
            let request = RejectClientRequest { client_id };
            admin.reject_client(visitor.change(fields, request)).await?;
            Ok("rejected")
        }
        Action::Deactivate => {
            let request = DeactivateClientRequest { client_id };
            let request = visitor.change(fields, request);
            admin.deactivate_client(request).await?;
            Ok("deactivated")
        }
        Action::RevokeAll => {
            let request = RevokeClientTokensRequest { client_id };
            let request = visitor.change(fields, request);
            admin.revoke_client_tokens(request).await?;
            Ok("revoked")
        }
        Action::Delete => {
            let request = AdminDeleteClientRequest { client_id };
            admin.delete_client(visitor.change(fields, request)).await?;
            Ok("deleted")
        }
        Action::Regenerate => Err(Status::internal("it has a page of its own")),
    }
}
