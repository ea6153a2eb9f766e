//! Signing keys: listed, and replaced on request.

use authgate_proto::v1;

use super::refused;
use crate::{
    Core, Ctx,
    audit::{Event, EventType, Resource},
    config::Algorithm,
    domain::id::KeyId,
    error::Error,
};

/// Adds a new signing key for one algorithm, or for every one in use. The old ones
/// stay in the key set until no token of theirs can be alive.
///
/// # Errors
/// `Invalid` for an unknown algorithm, or one whose key the settings give.
pub(crate) async fn rotate(
    core: &Core,
    ctx: &Ctx,
    request: v1::RotateKeysRequest,
) -> Result<v1::RotateKeysResponse, Error> {
    let v1::RotateKeysRequest {
        algorithm,
        immediately,
    } = request;
    let algorithm = match algorithm.as_str() {
        "" => None,
        name => Some(Algorithm::parse(name).ok_or_else(|| {
            Error::Invalid("algorithm: must be one of: ES256, RS256, EdDSA".to_owned())
        })?),
    };
    let ids = core.keys.rotate(ctx.now, algorithm, immediately).await?;
    let key_ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let event = Event::new(EventType::SigningKeysRotated, "made new signing keys")
        .about(Resource::new("KEY", key_ids.join(" "), ""))
        .with("immediately", immediately);
    core.audit.record(ctx, event);
    Ok(v1::RotateKeysResponse { key_ids })
}

/// Takes a key that signs no more out of the key set: tokens that it signed count no more.
///
/// # Errors
/// `NotFound`; `Precondition` for the key that signs.
pub(crate) async fn withdraw(
    core: &Core,
    ctx: &Ctx,
    request: v1::WithdrawKeyRequest,
) -> Result<v1::WithdrawKeyResponse, Error> {
    let id = KeyId::from(request.key_id);
    let event = Event::new(EventType::SigningKeyWithdrawn, "withdrew a signing key")
        .about(Resource::new("KEY", &id, ""));
    let result = core.keys.withdraw(ctx.now, &id).await;
    refused(core, ctx, result, || event.clone())?;
    core.audit.record(ctx, event);
    Ok(v1::WithdrawKeyResponse {})
}

/// All signing keys that are published: those that sign, those that will, and those of
/// which tokens may be alive.
///
/// # Errors
/// Faults only.
pub(crate) async fn list(
    core: &Core,
    ctx: &Ctx,
    v1::ListKeysRequest {}: v1::ListKeysRequest,
) -> Result<v1::ListKeysResponse, Error> {
    Ok(v1::ListKeysResponse {
        keys: core.keys.list(ctx.now),
    })
}
