//! Clients: made, listed, changed, approved, switched off, removed.

use std::collections::BTreeSet;

use authgate_proto::v1;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    LOOKED_AT_TO,
    client_document::{ClientDocument, GivenSecret},
    page_size, refused, search_text,
};
use crate::{
    Core, Ctx,
    audit::{Event, EventType, Resource, Severity},
    domain::{
        client::{Client, ClientStatus, SecretHash, new_client_secret},
        client_metadata::ClientMetadata,
        document::Problem,
        id::{ClientId, UserId},
        secret::{PlainToken, TokenHash},
        time::Timestamp,
    },
    error::Error,
    store::{
        Column, Cursor, Executor, StoreError, Transaction, access_tokens, clients, consents,
        grants, lock, totals, users,
    },
};

/// A client to be added.
pub(crate) struct NewClient {
    /// Its `client_id`; none: a random UUID.
    pub(crate) id: Option<ClientId>,
    /// What is stored of its secret; none: a confidential client gets one.
    pub(crate) secret: Option<SecretHash>,
    /// Checked metadata.
    pub(crate) metadata: ClientMetadata,
    /// Whether it may be used at once.
    pub(crate) status: ClientStatus,
    /// What is stored of its registration access token (RFC 7592).
    pub(crate) registration_token: Option<TokenHash>,
    /// The person who registered it.
    pub(crate) owner_id: Option<UserId>,
}

impl NewClient {
    /// A client that an admin sets up: it may be used at once.
    pub(crate) const fn active(metadata: ClientMetadata) -> Self {
        Self {
            id: None,
            secret: None,
            metadata,
            status: ClientStatus::Active,
            registration_token: None,
            owner_id: None,
        }
    }

    /// The record of the new client, and its secret if one was made up.
    pub(crate) fn into_client(self, now: Timestamp) -> (Client, Option<PlainToken>) {
        let is_public = self.metadata.token_endpoint_auth_method == "none";
        let made_up = (!is_public && self.secret.is_none()).then(new_client_secret);
        let client = Client {
            id: self
                .id
                .unwrap_or_else(|| ClientId::from(Uuid::new_v4().to_string())),
            secret: self.secret.or_else(|| made_up.as_ref().map(SecretHash::of)),
            metadata: self.metadata,
            status: self.status,
            registration_token: self.registration_token,
            owner_id: self.owner_id,
            created_at: now,
            updated_at: now,
        };
        (client, made_up)
    }
}

/// Adds a client. Gives its record, and its secret if one was made up. What is written to
/// the audit trail is up to the caller.
///
/// # Errors
/// `Exists` when the `client_id` is taken.
pub(crate) async fn create(
    core: &Core,
    ctx: &Ctx,
    new: NewClient,
) -> Result<(Client, Option<PlainToken>), Error> {
    let (client, secret) = new.into_client(ctx.now);
    let mut transaction = core.store.begin().await?;
    clients::insert(&mut transaction, &client)
        .await
        .map_err(taken)?;
    transaction.commit().await?;
    Ok((client, secret))
}

/// Adds the client that a JSON document describes. The answer holds the secret, for
/// the only time.
///
/// # Errors
/// `Invalid` with everything that is wrong; `Exists` when the `client_id` is taken.
pub(crate) async fn create_from_document(
    core: &Core,
    ctx: &Ctx,
    request: v1::CreateClientRequest,
) -> Result<v1::AdminClient, Error> {
    let v1::CreateClientRequest {
        metadata_json,
        form_id,
    } = request;
    let document = ClientDocument::read("", &object(&metadata_json)?).map_err(invalid)?;
    let given = document.secret.as_ref();
    let made_by_form = match document.id {
        None => id_by_form(core, &ctx.actor.id(), &form_id),
        Some(_) => None,
    };
    if given.is_some_and(GivenSecret::is_guessable) {
        let reason =
            "client_secret: has fewer than 32 characters; leave it out, and one is made up";
        return Err(Error::Invalid(reason.to_owned()));
    }
    let new = NewClient {
        id: document.id.or_else(|| made_by_form.clone()),
        secret: given.map(|secret| secret.at_rest()),
        status: document.status.unwrap_or(ClientStatus::Active),
        ..NewClient::active(document.metadata)
    };
    let (client, made_up) = match (create(core, ctx, new).await, made_by_form) {
        (Err(Error::Exists(_)), Some(id)) => return made_before(core, &id).await,
        (created, _) => created?,
    };
    let event = Event::new(EventType::ClientCreated, "created a client")
        .about(Resource::client(&client))
        .with("status", client.status.as_str());
    core.audit.record(ctx, event);
    Ok(admin_client(&client, made_up.as_ref()))
}

/// The id of the client that a form makes; none: it was no form, and any id will do.
pub(crate) fn id_by_form(core: &Core, actor: &str, form_id: &str) -> Option<ClientId> {
    let made = || core.derived.made_by_form(actor, form_id).to_string();
    (!form_id.is_empty()).then(|| ClientId::from(made()))
}

/// The client that the form made when it was sent first. Its secret was answered then.
async fn made_before(core: &Core, id: &ClientId) -> Result<v1::AdminClient, Error> {
    // Said only once what came first is durable.
    let mut transaction = core.store.begin().await?;
    let client = of_id(&mut transaction, id.as_str()).await?;
    transaction.commit().await?;
    Ok(v1::AdminClient {
        existed: true,
        ..admin_client(&client, None)
    })
}

/// One client, with its owner and how much hangs on it.
///
/// # Errors
/// `NotFound`.
pub(crate) async fn get(
    core: &Core,
    ctx: &Ctx,
    request: v1::GetClientRequest,
) -> Result<v1::AdminClient, Error> {
    let mut connection = core.store.read().await?;
    let client = of_id(&mut connection, &request.client_id).await?;
    let owner = match &client.owner_id {
        Some(owner) => users::by_id(&mut connection, owner).await?,
        None => None,
    };
    let [people, live_tokens] =
        totals::of_client(&mut connection, &client.id, ctx.now, LOOKED_AT_TO).await?;
    Ok(v1::AdminClient {
        owner_username: owner.map(|owner| owner.username).unwrap_or_default(),
        users: people,
        live_tokens,
        counted_to: LOOKED_AT_TO.into(),
        ..admin_client(&client, None)
    })
}

/// A page of clients, ordered by name.
///
/// # Errors
/// `Invalid` for a status that there is not, or a page token of another list.
pub(crate) async fn list(
    core: &Core,
    _: &Ctx,
    request: v1::ListClientsRequest,
) -> Result<v1::ListClientsResponse, Error> {
    let v1::ListClientsRequest {
        status,
        page_size: asked,
        page_token,
        search,
    } = request;
    let status = match status.as_str() {
        "" => None,
        other => Some(ClientStatus::parse(other).ok_or_else(|| {
            Error::Invalid("status: must be one of: pending, active, inactive".to_owned())
        })?),
    };
    let filter = clients::Filter {
        status,
        search: search_text(search)?,
        owner: None,
    };
    let cursor = Cursor::parse(&page_token)?;
    let mut connection = core.store.read().await?;
    let page = clients::list(&mut connection, &filter, &cursor, page_size(asked)).await?;
    let owners: Vec<UserId> = page
        .items
        .iter()
        .filter_map(|client| client.owner_id.clone())
        .collect();
    let names = users::names(&mut connection, &owners).await?;
    let name_of = |client: &Client| client.owner_id.as_ref().and_then(|owner| names.get(owner));
    Ok(v1::ListClientsResponse {
        clients: page
            .items
            .iter()
            .map(|client| v1::AdminClient {
                owner_username: name_of(client).cloned().unwrap_or_default(),
                ..admin_client(client, None)
            })
            .collect(),
        next_page_token: page.next,
        previous_page_token: page.previous,
    })
}

/// Replaces a client's metadata. One that becomes confidential gets a secret, which the
/// answer holds for the only time; one that becomes public loses it.
///
/// # Errors
/// `NotFound`; `Invalid` with everything that is wrong; `Outdated`.
pub(crate) async fn update(
    core: &Core,
    ctx: &Ctx,
    request: v1::AdminUpdateClientRequest,
) -> Result<v1::AdminClient, Error> {
    let v1::AdminUpdateClientRequest {
        client_id,
        metadata_json,
        updated_at,
    } = request;
    let document = ClientDocument::read("", &object(&metadata_json)?).map_err(invalid)?;
    if document.id.is_some() || document.secret.is_some() || document.status.is_some() {
        return Err(Error::Invalid(
            "client_id, client_secret and status are not part of the metadata: they have calls \
             of their own"
                .to_owned(),
        ));
    }
    let mut transaction = core.store.begin().await?;
    let mut client = held(&mut transaction, &client_id).await?;
    if updated_at != 0 && updated_at != client.updated_at.0 {
        return Err(Error::Outdated);
    }
    let changed = changed_members(&client.metadata, &document.metadata);
    if changed.is_empty() {
        return Ok(admin_client(&client, None));
    }
    client.metadata = document.metadata;
    let secret = client.fit_secret();
    // Later than before in any case, so that two forms of one instant don't pass for one.
    client.updated_at = ctx.now.max(Timestamp(client.updated_at.0 + 1));
    clients::update(&mut transaction, &client).await?;
    transaction.commit().await?;
    let mut event = Event::new(EventType::ClientUpdated, "changed a client")
        .about(Resource::client(&client))
        .with("changed", changed.clone());
    if changed.iter().any(|member| member == "token_profile") {
        event = event.severity(Severity::Warning);
    }
    core.audit.record(ctx, event);
    Ok(admin_client(&client, secret.as_ref()))
}

/// Lets a client be used: one that waits is approved, one that is switched off activated.
///
/// # Errors
/// `NotFound`.
pub(crate) async fn approve(
    core: &Core,
    ctx: &Ctx,
    request: v1::ApproveClientRequest,
) -> Result<v1::AdminClient, Error> {
    let event = |before| match before {
        ClientStatus::Inactive => Event::new(EventType::ClientActivated, "activated a client"),
        _ => Event::new(EventType::ClientApproved, "approved a client"),
    };
    let step = Step {
        from: &[
            ClientStatus::Pending,
            ClientStatus::Inactive,
            ClientStatus::Active,
        ],
        to: ClientStatus::Active,
        otherwise: "",
    };
    set_status(core, ctx, &request.client_id, step, event).await
}

/// Turns a client down: its grants and consents end, and no token of it counts.
///
/// # Errors
/// `NotFound`; `Precondition` when it does not wait for approval: somebody may have
/// approved it since it was looked at.
pub(crate) async fn reject(
    core: &Core,
    ctx: &Ctx,
    request: v1::RejectClientRequest,
) -> Result<v1::AdminClient, Error> {
    let event = |_| Event::new(EventType::ClientRejected, "rejected a client");
    let step = Step {
        from: &[ClientStatus::Pending],
        to: ClientStatus::Inactive,
        otherwise: "only one that waits for approval can be rejected",
    };
    set_status(core, ctx, &request.client_id, step, event).await
}

/// Switches a client off: its grants and consents end, and no token of it counts.
///
/// # Errors
/// `NotFound`; `Precondition` when it is not active.
pub(crate) async fn deactivate(
    core: &Core,
    ctx: &Ctx,
    request: v1::DeactivateClientRequest,
) -> Result<v1::AdminClient, Error> {
    let event = |_| Event::new(EventType::ClientDeactivated, "switched a client off");
    let step = Step {
        from: &[ClientStatus::Active],
        to: ClientStatus::Inactive,
        otherwise: "only an active one can be switched off",
    };
    set_status(core, ctx, &request.client_id, step, event).await
}

/// Removes a client with its consents and grants; no token of it counts.
///
/// # Errors
/// `NotFound`.
pub(crate) async fn delete(
    core: &Core,
    ctx: &Ctx,
    request: v1::AdminDeleteClientRequest,
) -> Result<v1::AdminDeleteClientResponse, Error> {
    let mut transaction = core.store.begin().await?;
    let client = held(&mut transaction, &request.client_id).await?;
    clients::delete(&mut transaction, &client.id, ctx.now).await?;
    let event =
        Event::new(EventType::ClientDeleted, "deleted a client").about(Resource::client(&client));
    core.audit.record_in(&mut transaction, ctx, event).await?;
    transaction.commit().await?;
    Ok(v1::AdminDeleteClientResponse {})
}

/// Gives a client another secret; the old one counts no longer.
///
/// # Errors
/// `NotFound`; `Precondition` for a public client; `Outdated`.
pub(crate) async fn regenerate_secret(
    core: &Core,
    ctx: &Ctx,
    request: v1::RegenerateClientSecretRequest,
) -> Result<v1::AdminClient, Error> {
    let mut transaction = core.store.begin().await?;
    let v1::RegenerateClientSecretRequest {
        client_id,
        updated_at,
    } = request;
    let mut client = held(&mut transaction, &client_id).await?;
    if updated_at != 0 && updated_at != client.updated_at.0 {
        return Err(Error::Outdated);
    }
    if client.is_public() {
        return Err(Error::Precondition(
            "this client is public: it has no secret".to_owned(),
        ));
    }
    let secret = new_client_secret();
    client.secret = Some(SecretHash::of(&secret));
    client.updated_at = ctx.now.max(Timestamp(client.updated_at.0 + 1));
    clients::update(&mut transaction, &client).await?;
    let event = Event::new(
        EventType::ClientSecretRegenerated,
        "gave a client another secret",
    )
    .about(Resource::client(&client));
    core.audit.record_in(&mut transaction, ctx, event).await?;
    transaction.commit().await?;
    Ok(admin_client(&client, Some(&secret)))
}

/// Ends all tokens and consents of a client: everybody has to sign in again.
///
/// # Errors
/// `NotFound`.
pub(crate) async fn revoke_all(
    core: &Core,
    ctx: &Ctx,
    request: v1::RevokeClientTokensRequest,
) -> Result<v1::RevokedResponse, Error> {
    let mut transaction = core.store.begin().await?;
    let client = held(&mut transaction, &request.client_id).await?;
    let revoked = end_all(&mut transaction, &client.id, ctx.now).await?;
    let event = Event::new(
        EventType::ClientTokensRevokedAll,
        "ended all tokens of a client",
    )
    .about(Resource::client(&client))
    .with("grants", revoked.grants)
    .with("own_tokens", revoked.tokens)
    .with("more_own_tokens", revoked.more_tokens)
    .with("consents", revoked.consents);
    core.audit.record_in(&mut transaction, ctx, event).await?;
    transaction.commit().await?;
    Ok(revoked)
}

/// Ends everything that people allowed `client`, and the tokens that it has for itself.
pub(crate) async fn end_all(
    transaction: &mut Transaction,
    client: &ClientId,
    now: Timestamp,
) -> Result<v1::RevokedResponse, StoreError> {
    let own = access_tokens::revoke_own_of_client(transaction, client, now).await?;
    Ok(v1::RevokedResponse {
        grants: grants::revoke_of_client(transaction, client, now).await?,
        consents: consents::revoke_of_client(transaction, client, now).await?,
        tokens: own.tokens,
        more_tokens: own.more,
        sign_ins: 0,
    })
}

/// A change of a client's status.
struct Step {
    /// What it must be before,
    from: &'static [ClientStatus],
    /// what it is then,
    to: ClientStatus,
    /// and what is said when it is something else before.
    otherwise: &'static str,
}

/// Takes a client that step; `event` tells of it by the status before.
async fn set_status(
    core: &Core,
    ctx: &Ctx,
    id: &str,
    step: Step,
    event: impl FnOnce(ClientStatus) -> Event,
) -> Result<v1::AdminClient, Error> {
    let mut transaction = core.store.begin().await?;
    let mut client = held(&mut transaction, id).await?;
    let event = event(client.status).about(Resource::client(&client));
    if !step.from.contains(&client.status) {
        drop(transaction);
        let status = client.status.as_str();
        let reason = format!("the client is {status}: {}", step.otherwise);
        return refused(core, ctx, Err(Error::Precondition(reason)), || event);
    }
    if client.status != step.to {
        client.status = step.to;
        client.updated_at = ctx.now.max(Timestamp(client.updated_at.0 + 1));
        clients::update(&mut transaction, &client).await?;
        if step.to == ClientStatus::Inactive {
            end_all(&mut transaction, &client.id, ctx.now).await?;
        }
        core.audit.record_in(&mut transaction, ctx, event).await?;
        transaction.commit().await?;
    }
    Ok(admin_client(&client, None))
}

/// The names of the members that differ.
pub(crate) fn changed_members(old: &ClientMetadata, new: &ClientMetadata) -> Vec<String> {
    let (old, new) = (json!(old), json!(new));
    let (Some(old), Some(new)) = (old.as_object(), new.as_object()) else {
        return Vec::new();
    };
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    names
        .into_iter()
        .filter(|name| old.get(*name) != new.get(*name))
        .cloned()
        .collect()
}

/// The client of that id, held until the transaction ends.
async fn held(transaction: &mut Transaction, id: &str) -> Result<Client, Error> {
    lock::client(transaction, &ClientId::from(id)).await?;
    of_id(transaction, id).await
}

async fn of_id(executor: &mut impl Executor, id: &str) -> Result<Client, Error> {
    let client = clients::by_id(executor, &ClientId::from(id)).await?;
    client.ok_or(Error::NotFound("there is no client of this id"))
}

fn object(json: &str) -> Result<Map<String, Value>, Error> {
    serde_json::from_str(json)
        .map_err(|error| Error::Invalid(format!("not a JSON object: {error}")))
}

fn taken(error: StoreError) -> Error {
    match error {
        StoreError::Conflict(Column::Id) => {
            Error::Exists("there is a client of this id already".to_owned())
        }
        other => other.into(),
    }
}

fn invalid(problems: Vec<Problem>) -> Error {
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    Error::Invalid(told.join("; "))
}

fn admin_client(client: &Client, secret: Option<&PlainToken>) -> v1::AdminClient {
    let mut json = json!(client.metadata);
    json["client_id"] = client.id.as_str().into();
    json["status"] = client.status.as_str().into();
    json["created_at"] = client.created_at.0.into();
    if let Some(secret) = secret {
        json["client_secret"] = secret.expose().into();
    }
    v1::AdminClient {
        json: json.to_string(),
        client_id: client.id.to_string(),
        client_name: client.metadata.client_name.clone(),
        status: client.status.as_str().to_owned(),
        created_at: client.created_at.0,
        updated_at: client.updated_at.0,
        owner_id: client
            .owner_id
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        confidential: client.secret.is_some(),
        client_secret: secret
            .map(|secret| secret.expose().to_owned())
            .unwrap_or_default(),
        ..v1::AdminClient::default()
    }
}
