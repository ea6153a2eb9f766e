//! Clients: made, listed, approved, rejected.

use authgate_proto::v1;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{client_document::ClientDocument, page_of, page_size};
use crate::{
    Core, Ctx,
    domain::{
        client::{Client, ClientStatus, SecretHash, new_client_secret},
        client_metadata::ClientMetadata,
        document::Problem,
        id::{ClientId, UserId},
        secret::{PlainToken, TokenHash},
        time::Timestamp,
    },
    error::Error,
    store::{Column, Executor, StoreError, Transaction, access_tokens, clients, consents, grants},
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

/// Adds a client. Gives its record, and its secret if one was made up.
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
    tracing::info!(
        request_id = ctx.request_id,
        client_id = %client.id,
        status = client.status.as_str(),
        "client created"
    );
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
    let v1::CreateClientRequest { metadata_json } = request;
    let members: Map<String, Value> = serde_json::from_str(&metadata_json)
        .map_err(|error| Error::Invalid(format!("not a JSON object: {error}")))?;
    let document = ClientDocument::read("", &members).map_err(invalid)?;
    let given = document.secret.as_ref();
    let new = NewClient {
        id: document.id,
        secret: given.map(|secret| secret.at_rest()),
        status: document.status.unwrap_or(ClientStatus::Active),
        ..NewClient::active(document.metadata)
    };
    let (client, made_up) = create(core, ctx, new).await?;
    Ok(admin_client(&client, made_up.as_ref()))
}

/// One client.
///
/// # Errors
/// `NotFound`.
pub(crate) async fn get(
    core: &Core,
    _: &Ctx,
    request: v1::GetClientRequest,
) -> Result<v1::AdminClient, Error> {
    let mut connection = core.store.read().await?;
    let client = of_id(&mut connection, &request.client_id).await?;
    Ok(admin_client(&client, None))
}

/// A page of clients, ordered by `client_id`.
///
/// # Errors
/// `Invalid` for a status that there is not.
pub(crate) async fn list(
    core: &Core,
    _: &Ctx,
    request: v1::ListClientsRequest,
) -> Result<v1::ListClientsResponse, Error> {
    let v1::ListClientsRequest {
        status,
        page_size: asked,
        page_token,
        ..
    } = request;
    let status = match status.as_str() {
        "" => None,
        other => Some(ClientStatus::parse(other).ok_or_else(|| {
            Error::Invalid("status: must be one of: pending, active, inactive".to_owned())
        })?),
    };
    let size = page_size(asked);
    let after = Some(ClientId::from(page_token)).filter(|id| !id.as_str().is_empty());
    let mut connection = core.store.read().await?;
    let found = clients::list(&mut connection, status, after.as_ref(), size + 1).await?;
    let (page, next_page_token) = page_of(found, size, |client| client.id.to_string());
    Ok(v1::ListClientsResponse {
        clients: page
            .iter()
            .map(|client| admin_client(client, None))
            .collect(),
        next_page_token,
        ..v1::ListClientsResponse::default()
    })
}

/// Lets a client be used.
///
/// # Errors
/// `NotFound`.
pub(crate) async fn approve(
    core: &Core,
    ctx: &Ctx,
    request: v1::ApproveClientRequest,
) -> Result<v1::AdminClient, Error> {
    set_status(core, ctx, &request.client_id, ClientStatus::Active).await
}

/// Stops a client: its grants and consents end, and no token of it counts.
///
/// # Errors
/// `NotFound`.
pub(crate) async fn reject(
    core: &Core,
    ctx: &Ctx,
    request: v1::RejectClientRequest,
) -> Result<v1::AdminClient, Error> {
    set_status(core, ctx, &request.client_id, ClientStatus::Inactive).await
}

/// Ends everything that people allowed `client`, and the tokens that it has for itself.
pub(crate) async fn end_all(
    transaction: &mut Transaction,
    client: &ClientId,
    now: Timestamp,
) -> Result<(), StoreError> {
    grants::revoke_of_client(transaction, client, now).await?;
    consents::revoke_of_client(transaction, client, now).await?;
    access_tokens::revoke_own_of_client(transaction, client, now).await?;
    Ok(())
}

async fn set_status(
    core: &Core,
    ctx: &Ctx,
    id: &str,
    status: ClientStatus,
) -> Result<v1::AdminClient, Error> {
    let mut transaction = core.store.begin().await?;
    let mut client = of_id(&mut transaction, id).await?;
    if client.status != status {
        client.status = status;
        client.updated_at = ctx.now;
        clients::update(&mut transaction, &client).await?;
        if status == ClientStatus::Inactive {
            end_all(&mut transaction, &client.id, ctx.now).await?;
        }
        transaction.commit().await?;
        tracing::info!(
            request_id = ctx.request_id,
            client_id = %client.id,
            status = status.as_str(),
            "client status set"
        );
    }
    Ok(admin_client(&client, None))
}

async fn of_id(executor: &mut impl Executor, id: &str) -> Result<Client, Error> {
    let client = clients::by_id(executor, &ClientId::from(id)).await?;
    client.ok_or(Error::NotFound("there is no client of this id"))
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
        ..v1::AdminClient::default()
    }
}

pub(crate) async fn update(
    _: &Core,
    _: &Ctx,
    _: v1::AdminUpdateClientRequest,
) -> Result<v1::AdminClient, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}

pub(crate) async fn deactivate(
    _: &Core,
    _: &Ctx,
    _: v1::DeactivateClientRequest,
) -> Result<v1::AdminClient, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}

pub(crate) async fn delete(
    _: &Core,
    _: &Ctx,
    _: v1::AdminDeleteClientRequest,
) -> Result<v1::AdminDeleteClientResponse, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}

pub(crate) async fn regenerate_secret(
    _: &Core,
    _: &Ctx,
    _: v1::RegenerateClientSecretRequest,
) -> Result<v1::AdminClient, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}

pub(crate) async fn revoke_all(
    _: &Core,
    _: &Ctx,
    _: v1::RevokeClientTokensRequest,
) -> Result<v1::RevokedResponse, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}
