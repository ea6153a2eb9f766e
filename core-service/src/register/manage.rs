//! A registered client reads, changes or deletes its registration (RFC 7592).

use authgate_proto::{error::ErrorCode, v1};
use serde_json::{Map, Value};

use super::{information, metadata, parse, require_enabled};
use crate::{
    Actor, Core, Ctx,
    audit::{Event, EventType, Resource},
    domain::{
        client::{Client, ClientStatus, SecretHash},
        client_metadata::ClientMetadata,
        id::ClientId,
        secret::PlainToken,
    },
    error::Error,
    store::{Executor, clients},
};

/// Members that only the server says: an update must not hold them (section 2.2).
const SERVER_MEMBERS: [&str; 4] = [
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
];

/// The client's registration as it stands (section 2.1). Its secret is not in it:
/// only a hash of it is kept.
///
/// # Errors
/// `invalid_token` when the registration access token is not this client's.
pub(crate) async fn read(
    core: &Core,
    _: &Ctx,
    request: v1::ReadClientRequest,
) -> Result<v1::ClientInformation, Error> {
    let v1::ReadClientRequest {
        client_id,
        registration_access_token,
    } = request;
    require_enabled(&core.settings)?;
    let token = PlainToken::presented(&registration_access_token);
    let mut connection = core.store.read().await?;
    let client = authenticate(&mut connection, client_id, &token).await?;
    Ok(information(&core.settings, &client, None, &token))
}

/// Replaces the client's metadata; what the document leaves out gets its default
/// (section 2.2). What an admin set stays. A client that thereby reaches further
/// than what was approved, or looks like another one, waits for approval again.
///
/// # Errors
/// `invalid_token`; `invalid_request` when the document is about another client or
/// holds what only the server says; the errors of registration.
pub(crate) async fn update(
    core: &Core,
    ctx: &Ctx,
    request: v1::UpdateClientRequest,
) -> Result<v1::ClientInformation, Error> {
    let v1::UpdateClientRequest {
        client_id,
        registration_access_token,
        metadata_json,
    } = request;
    require_enabled(&core.settings)?;
    let token = PlainToken::presented(&registration_access_token);
    let mut transaction = core.store.begin().await?;
    let mut client = authenticate(&mut transaction, client_id, &token).await?;
    let document = parse(&metadata_json)?;
    require_same_client(&client, &document)?;
    let metadata = metadata(&document)?.with_admin_members_of(&client.metadata);
    if client.status == ClientStatus::Active && needs_approval(&client.metadata, &metadata) {
        client.status = ClientStatus::Pending;
    }
    client.metadata = metadata;
    let secret = client.fit_secret();
    client.updated_at = ctx.now;
    clients::update(&mut transaction, &client).await?;
    transaction.commit().await?;
    let event = Event::new(EventType::ClientUpdated, "changed its registration")
        .by(Actor::from(&client))
        .about(Resource::client(&client))
        .with("status", client.status.as_str())
        .with("secret_changed", secret.is_some());
    core.audit.record(ctx, event);
    Ok(information(
        &core.settings,
        &client,
        secret.as_ref(),
        &token,
    ))
}

/// Deletes the client and everything that hangs on it (section 2.3).
///
/// # Errors
/// `invalid_token` when the registration access token is not this client's.
pub(crate) async fn delete(
    core: &Core,
    ctx: &Ctx,
    request: v1::DeleteClientRequest,
) -> Result<v1::DeleteClientResponse, Error> {
    let v1::DeleteClientRequest {
        client_id,
        registration_access_token,
    } = request;
    require_enabled(&core.settings)?;
    let token = PlainToken::presented(&registration_access_token);
    let mut transaction = core.store.begin().await?;
    let client = authenticate(&mut transaction, client_id, &token).await?;
    clients::delete(&mut transaction, &client.id, ctx.now).await?;
    transaction.commit().await?;
    let event = Event::new(EventType::ClientDeleted, "deleted its registration")
        .by(Actor::from(&client))
        .about(Resource::client(&client));
    core.audit.record(ctx, event);
    Ok(v1::DeleteClientResponse {})
}

/// The client whose registration access token `token` is. That there is no such
/// client is the same answer (section 2.1).
async fn authenticate(
    executor: &mut impl Executor,
    unverified_client_id: String,
    token: &PlainToken,
) -> Result<Client, Error> {
    let client = clients::by_id(executor, &ClientId::from(unverified_client_id)).await?;
    let owns = |client: &Client| {
        client
            .registration_token
            .as_ref()
            .is_some_and(|hash| hash.matches(token))
    };
    client.filter(owns).ok_or_else(|| {
        let description = "the registration access token is not one of this client";
        Error::oauth(ErrorCode::InvalidToken, description)
    })
}

/// Section 2.2: the document names its client, and its secret if at all rightly.
fn require_same_client(client: &Client, document: &Map<String, Value>) -> Result<(), Error> {
    let refused = |description: String| Err(Error::oauth(ErrorCode::InvalidRequest, description));
    if let Some(name) = SERVER_MEMBERS
        .iter()
        .find(|name| document.contains_key(**name))
    {
        return refused(format!("{name}: must not be in an update"));
    }
    if document.get("client_id").and_then(Value::as_str) != Some(client.id.as_str()) {
        return refused("client_id: must be that of the client".to_owned());
    }
    let Some(secret) = document.get("client_secret") else {
        return Ok(());
    };
    // A client that registered itself has a secret of ours, never an imported hash.
    let matches = match (&client.secret, secret.as_str()) {
        (Some(SecretHash::Sha256(hash)), Some(secret)) => {
            hash.matches(&PlainToken::presented(secret))
        }
        _ => false,
    };
    if matches {
        Ok(())
    } else {
        refused("client_secret: is not that of the client".to_owned())
    }
}

/// Whether `new` goes beyond what an admin looked at: other places for codes to go
/// to, more scopes or grants, a weaker credential, or another face.
fn needs_approval(old: &ClientMetadata, new: &ClientMetadata) -> bool {
    let all_in = |new: &[String], old: &[String]| new.iter().all(|item| old.contains(item));
    let face = |metadata: &ClientMetadata| {
        let ClientMetadata {
            client_name,
            client_uri,
            logo_uri,
            policy_uri,
            tos_uri,
            ..
        } = metadata.clone();
        (client_name, client_uri, logo_uri, policy_uri, tos_uri)
    };
    let became_public =
        old.token_endpoint_auth_method != "none" && new.token_endpoint_auth_method == "none";
    !all_in(&new.redirect_uris, &old.redirect_uris)
        || !all_in(
            &new.post_logout_redirect_uris,
            &old.post_logout_redirect_uris,
        )
        || !all_in(&new.grant_types, &old.grant_types)
        || !new.scopes().is_subset_of(&old.scopes())
        || became_public
        || face(old) != face(new)
}
