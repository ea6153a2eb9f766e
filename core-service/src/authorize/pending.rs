//! Requests that wait: for sign-in, for consent. Stored, so that nothing of them
//! can be changed on the way and the URL stays short; the `request_uri` that
//! names one has the form of RFC 9126 section 2.2.

use authgate_proto::{
    v1::{App, PendingRequest},
    vocabulary::{REQUEST_URI_PREFIX, path},
};
use url::Url;

use super::{
    app::app,
    form_action_source,
    request::{Prompt, ValidRequest},
};
use crate::{
    Core, Ctx,
    account::redirect,
    domain::{
        client::Client,
        grant::PendingAuthorization,
        id::{ClientId, UserId},
        secret::PlainToken,
        time::Timestamp,
    },
    error::Error,
    store::{authorization_requests, clients},
};

/// A valid request, new or come back.
pub(super) struct Pending {
    pub(super) request: ValidRequest,
    stored: Option<Stored>,
}

struct Stored {
    record_id: String,
    reference: String,
    at: Timestamp,
}

impl Pending {
    /// A request that just came.
    pub(super) fn new(request: ValidRequest) -> Self {
        Self {
            request,
            stored: None,
        }
    }

    /// When the request was stored; none for one that just came.
    pub(super) fn stored_at(&self) -> Option<Timestamp> {
        self.stored.as_ref().map(|stored| stored.at)
    }

    /// Its record, to be deleted once it is answered; none for one that just came.
    pub(super) fn record_id(&self) -> Option<&str> {
        self.stored.as_ref().map(|stored| stored.record_id.as_str())
    }
}

/// Whether `request_uri` could be one of ours.
pub(super) fn is_reference(request_uri: &str) -> bool {
    request_uri.starts_with(REQUEST_URI_PREFIX)
}

/// The stored request, if it is of that client, which is still active, and not too old.
pub(super) async fn find(
    core: &Core,
    ctx: &Ctx,
    client_id: &str,
    request_uri: &str,
) -> Result<Option<(Client, Pending)>, Error> {
    let Some(reference) = request_uri.strip_prefix(REQUEST_URI_PREFIX) else {
        return Ok(None);
    };
    let reference = PlainToken::presented(reference);
    let Some(id) = reference.record_id() else {
        return Ok(None);
    };
    let client_id = ClientId::from(client_id);
    let mut connection = core.store.read().await?;
    let stored = authorization_requests::by_id(&mut connection, &id.to_string())
        .await?
        .filter(|stored| {
            stored.hash.matches(&reference)
                && stored.client_id == client_id
                && ctx.now < stored.expires_at
        });
    let Some(stored) = stored else {
        return Ok(None);
    };
    let client = clients::by_id(&mut connection, &client_id).await?;
    let Some(client) = client.filter(Client::is_active) else {
        return Ok(None);
    };
    let request = serde_json::from_str(&stored.parameters).map_err(Error::internal)?;
    Ok(Some((
        client,
        Pending {
            request,
            stored: Some(Stored {
                record_id: stored.id,
                reference: reference.into_string(),
                at: stored.created_at,
            }),
        },
    )))
}

/// Stores the request unless it is stored already, and names it.
pub(super) async fn store(
    core: &Core,
    ctx: &Ctx,
    client: &Client,
    pending: Pending,
) -> Result<PendingRequest, Error> {
    let reference = match pending.stored {
        Some(stored) => stored.reference,
        None => insert(core, ctx, client, &pending.request).await?,
    };
    Ok(PendingRequest {
        client_id: client.id.to_string(),
        request_uri: format!("{REQUEST_URI_PREFIX}{reference}"),
    })
}

async fn insert(
    core: &Core,
    ctx: &Ctx,
    client: &Client,
    request: &ValidRequest,
) -> Result<String, Error> {
    let (id, reference) = PlainToken::for_record(ctx.now);
    let record = PendingAuthorization {
        id: id.to_string(),
        hash: reference.hash(),
        client_id: client.id.clone(),
        parameters: serde_json::to_string(request).map_err(Error::internal)?,
        created_at: ctx.now,
        expires_at: ctx.now + core.settings.authorization.request_lifetime,
    };
    let mut transaction = core.store.begin().await?;
    authorization_requests::insert(&mut transaction, &record).await?;
    transaction.commit().await?;
    Ok(reference.into_string())
}

/// Whom a request wants to sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Meant {
    /// Whoever it is.
    Anybody,
    /// The person chooses: nobody is assumed.
    Choice,
    /// This person.
    User(UserId),
}

/// What a sign-in page has to know of the request that waits for it.
pub(crate) struct SignInFor {
    /// The application.
    pub(crate) app: App,
    /// To be filled in; may be empty.
    pub(crate) login_hint: String,
    /// The sign-in must be later than this, although somebody is signed in.
    pub(crate) reauthenticate_after: Option<Timestamp>,
    /// The person may be, or has to be, another than the one who is signed in.
    pub(crate) meant: Meant,
    /// Where the browser may end up after the form was posted.
    pub(crate) form_action_source: String,
}

/// The request that waits behind `path_and_query`, a safe redirect of the login page.
///
/// # Errors
/// Only faults; a redirect that leads elsewhere is `None`.
pub(crate) async fn for_sign_in(
    core: &Core,
    ctx: &Ctx,
    path_and_query: &str,
) -> Result<Option<SignInFor>, Error> {
    let Some(reference) = reference_in(&core.settings.issuer, path_and_query) else {
        return Ok(None);
    };
    let found = find(core, ctx, &reference.client_id, &reference.request_uri).await?;
    let Some((client, pending)) = found else {
        return Ok(None);
    };
    let request = &pending.request;
    // The endpoint asked for a sign-in when nobody, somebody else, or nobody
    // recent enough was signed in: only these need a new one for sure.
    let chooses = request.prompt.contains(&Prompt::SelectAccount);
    let again = chooses
        || request.prompt.contains(&Prompt::Login)
        || request.max_age.is_some()
        || request.subject.is_some();
    Ok(Some(SignInFor {
        app: app(&client, Some(&request.answer.redirect_uri)),
        login_hint: request.login_hint.clone(),
        meant: match &request.subject {
            Some(subject) => Meant::User(subject.clone()),
            None if reference.switch_account || chooses => Meant::Choice,
            None => Meant::Anybody,
        },
        reauthenticate_after: if reference.switch_account {
            Some(ctx.now)
        } else {
            pending.stored_at().filter(|_| again)
        },
        form_action_source: form_action_source(request),
    }))
}

/// A stored request, as a path of this server names it.
struct Reference {
    client_id: String,
    request_uri: String,
    /// The person asked to be somebody else.
    switch_account: bool,
}

/// The stored request that `path_and_query` names, if it leads to the
/// authorization endpoint or the consent page.
fn reference_in(issuer: &str, path_and_query: &str) -> Option<Reference> {
    let base_path = redirect::base_path(issuer);
    let target = Url::parse(issuer).ok()?.join(path_and_query).ok()?;
    let local = target.path().strip_prefix(base_path)?;
    if local != path::AUTHORIZE && local != path::CONSENT {
        return None;
    }
    let value = |name: &str| {
        target
            .query_pairs()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    Some(Reference {
        client_id: value("client_id")?,
        request_uri: value("request_uri")?,
        switch_account: value("prompt").as_deref() == Some("select_account"),
    })
}
