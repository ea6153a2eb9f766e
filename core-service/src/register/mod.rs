//! Dynamic client registration (RFC 7591, OpenID Connect Registration) and the
//! management of what was registered (RFC 7592, in [`manage`]).
//!
//! Anybody may register where registration is open; with an initial access token
//! configured, whoever shows it. Either way the client waits for an admin.
//!
//! 1. `admit`: registration is open and the initial access token is right (section 3).
//! 2. `metadata`: the document is read and checked (sections 2 and 3.1).
//! 3. `admin::clients::create`: the client gets its id, secret and registration access token.
//! 4. `information`: the answer, all registered metadata included (section 3.2.1).

pub mod manage;

use authgate_proto::{
    error::{ErrorCode, OAuthError},
    v1,
    vocabulary::path,
};
use secrecy::ExposeSecret;
use serde_json::{Map, Value, json};

use crate::{
    Actor, Core, Ctx,
    admin::clients::{self, NewClient},
    audit::{Event, EventType, Resource},
    config::Settings,
    domain::{
        client::{Client, ClientStatus},
        client_metadata::{ADMIN_ONLY_MEMBERS, ClientMetadata, Registrant},
        document::{Object, Problem},
        secret::{PlainToken, secrets_equal},
    },
    error::Error,
};

/// Bytes of a registration document.
const MAX_DOCUMENT: usize = 64 * 1024;

/// Registers a client, which waits for approval (RFC 7591 section 3.1).
///
/// # Errors
/// `registration_not_supported`, `invalid_token`, `invalid_redirect_uri` or
/// `invalid_client_metadata` (section 3.2.2).
pub(crate) async fn register(
    core: &Core,
    ctx: &Ctx,
    request: v1::RegisterClientRequest,
) -> Result<v1::ClientInformation, Error> {
    let v1::RegisterClientRequest {
        metadata_json,
        initial_access_token,
    } = request;
    admit(&core.settings, &initial_access_token)?;
    let document = parse(&metadata_json)?;
    let metadata = metadata(&document)?;
    let (_, registration_token) = PlainToken::for_record(ctx.now);
    let new = NewClient {
        status: ClientStatus::Pending,
        registration_token: Some(registration_token.hash()),
        ..NewClient::active(metadata)
    };
    let (client, secret) = clients::create(core, ctx, new).await?;
    let event = Event::new(EventType::ClientRegistered, "registered itself")
        .by(Actor::from(&client))
        .about(Resource::client(&client))
        .with("redirect_uris", client.metadata.redirect_uris.clone())
        .with("scope", client.metadata.scope.as_str());
    core.audit.record(ctx, event);
    Ok(information(
        &core.settings,
        &client,
        secret.as_ref(),
        &registration_token,
    ))
}

/// The initial access token is compared in constant time.
fn admit(settings: &Settings, initial_access_token: &str) -> Result<(), Error> {
    require_enabled(settings)?;
    let Some(expected) = &settings.registration.initial_access_token else {
        return Ok(());
    };
    if !secrets_equal(
        expected.expose_secret().as_bytes(),
        initial_access_token.as_bytes(),
    ) {
        let description = "the initial access token is missing or wrong";
        return Err(Error::oauth(ErrorCode::InvalidToken, description));
    }
    Ok(())
}

fn require_enabled(settings: &Settings) -> Result<(), Error> {
    if settings.registration.enabled {
        return Ok(());
    }
    let description = "this server does not register clients; ask its admin";
    Err(Error::oauth(
        ErrorCode::RegistrationNotSupported,
        description,
    ))
}

fn parse(json: &[u8]) -> Result<Map<String, Value>, Error> {
    let refused = |description| Error::oauth(ErrorCode::InvalidClientMetadata, description);
    if json.len() > MAX_DOCUMENT {
        return Err(refused("the document is longer than 64 KiB"));
    }
    serde_json::from_slice(json).map_err(|_| refused("the document is not a JSON object"))
}

fn metadata(document: &Map<String, Value>) -> Result<ClientMetadata, Error> {
    let by = Registrant::Client;
    let mut object = Object::new("", document);
    let metadata = ClientMetadata::read(&mut object, by);
    match object.finish(by.unknown()).first() {
        None => Ok(metadata),
        Some(problem) => Err(refusal(problem).into()),
    }
}

/// RFC 7591 section 3.2.2: redirect URIs have an error code of their own.
fn refusal(problem: &Problem) -> OAuthError {
    let code = if problem.path.starts_with("redirect_uris") {
        ErrorCode::InvalidRedirectUri
    } else {
        ErrorCode::InvalidClientMetadata
    };
    OAuthError::new(code, problem.to_string())
}

/// The client information response (RFC 7591 section 3.2.1, RFC 7592 section 3).
/// `secret` is there when one was made up just now: only its hash is kept.
fn information(
    settings: &Settings,
    client: &Client,
    secret: Option<&PlainToken>,
    registration_token: &PlainToken,
) -> v1::ClientInformation {
    let mut json = json!(client.metadata);
    if let Some(members) = json.as_object_mut() {
        members.retain(|name, _| !ADMIN_ONLY_MEMBERS.contains(&name.as_str()));
    }
    let id = client.id.as_str();
    json["client_id"] = id.into();
    json["client_id_issued_at"] = client.created_at.seconds().into();
    if let Some(secret) = secret {
        json["client_secret"] = secret.expose().into();
        // It does not expire.
        json["client_secret_expires_at"] = 0.into();
    }
    json["registration_access_token"] = registration_token.expose().into();
    json["registration_client_uri"] = format!("{}{}/{id}", settings.issuer, path::REGISTER).into();
    v1::ClientInformation {
        json: json.to_string(),
    }
}

#[cfg(test)]
mod tests;
