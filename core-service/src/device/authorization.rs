//! Device authorization (RFC 8628 sections 3.1 and 3.2).

use std::sync::Arc;

use authgate_proto::{
    error::ErrorCode,
    v1::{DeviceAuthorizationRequest, DeviceAuthorizationResponse},
    vocabulary::{grant_type, path},
};

use crate::{
    Actor, Core, Ctx,
    audit::{Event, EventType, Resource},
    domain::{
        client::Client,
        device_code::{
            DeviceCode, DeviceStatus, display_user_code, new_device_code, new_user_code,
        },
        scope::ScopeSet,
        secret::PlainToken,
    },
    error::Error,
    store::{Column, StoreError, device_codes},
    token::client_authentication::{Missing, authenticate},
};

/// What is asked for when the request names nothing (the predecessor's default).
const DEFAULT_SCOPE: &str = "email profile";
/// Two devices given the same user code is a matter of billions; trying again settles it.
const USER_CODE_TRIES: usize = 4;

/// The device authorization endpoint: a code for the device, a code for the person.
///
/// # Errors
/// `invalid_request`, `invalid_client`, `unauthorized_client`, `invalid_scope`.
pub(crate) async fn authorize(
    core: &Core,
    ctx: &Ctx,
    request: DeviceAuthorizationRequest,
) -> Result<DeviceAuthorizationResponse, Error> {
    let client = authenticate(core, ctx, request.client.as_ref(), Missing::Parameter).await?;
    if !client.allows_grant(grant_type::DEVICE_CODE) {
        return Err(Error::oauth(
            ErrorCode::UnauthorizedClient,
            "the client is not registered for the device flow",
        ));
    }
    let scope = granted_scope(&client, &request.scope)?;
    let (id, device_code, user_code) = record(core, ctx, &client, &scope).await?;

    let verification_uri = format!("{}{}", core.settings.issuer, path::DEVICE);
    let user_code = display_user_code(&user_code);
    let event = Event::new(EventType::DeviceCodeGenerated, "asked for a device code")
        .by(Actor::from(&*client))
        .about(Resource::new(
            "DEVICE_CODE",
            id,
            client.metadata.client_name.clone(),
        ))
        .with("scope", scope.as_str())
        .with("user_code", user_code.as_str());
    core.audit.record(ctx, event);
    Ok(DeviceAuthorizationResponse {
        device_code: device_code.into_string(),
        verification_uri_complete: format!("{verification_uri}?user_code={user_code}"),
        verification_uri,
        user_code,
        expires_in: core.settings.device.code_lifetime.as_secs(),
        interval: core.settings.device.interval.as_secs(),
        scope: scope.to_string(),
    })
}

/// Scopes beyond the client's are dropped, not refused: the predecessor's CLIs
/// ask for `read write` whatever the client may have. The answer says what is left.
fn granted_scope(client: &Client, requested: &str) -> Result<ScopeSet, Error> {
    let requested = ScopeSet::parse(requested)
        .map_err(|_| Error::oauth(ErrorCode::InvalidScope, "scope is malformed"))?;
    let requested = if requested.is_empty() {
        ScopeSet::from_stored(DEFAULT_SCOPE)
    } else {
        requested
    };
    Ok(requested.intersection(&client.metadata.scopes()))
}

async fn record(
    core: &Core,
    ctx: &Ctx,
    client: &Arc<Client>,
    scope: &ScopeSet,
) -> Result<(String, PlainToken, String), Error> {
    let mut tries = 0;
    loop {
        let (id, device_code) = new_device_code(ctx.now);
        let record = DeviceCode {
            id,
            hash: device_code.hash(),
            user_code: new_user_code(),
            client_id: client.id.clone(),
            scope: scope.clone(),
            status: DeviceStatus::Pending,
            grant_id: None,
            client_ip: ctx.client_ip.clone(),
            user_agent: ctx.kept_user_agent(),
            created_at: ctx.now,
            expires_at: ctx.now + core.settings.device.code_lifetime,
        };
        let reading = core.store.changes().reading();
        match device_codes::append(&core.store, record.clone()).await {
            Ok(()) => {
                let interval = core.settings.device.interval;
                core.polls.made(&record, reading, interval);
                return Ok((record.id, device_code, record.user_code));
            }
            Err(StoreError::Conflict(Column::UserCode)) if tries < USER_CODE_TRIES => tries += 1,
            Err(error) => return Err(error.into()),
        }
    }
}
