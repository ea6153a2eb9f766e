//! Signing keys: replaced on request.

use authgate_proto::v1;

use crate::{Core, Ctx, config::Algorithm, error::Error};

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
    tracing::info!(
        request_id = ctx.request_id,
        ?key_ids,
        "signing keys rotated"
    );
    Ok(v1::RotateKeysResponse { key_ids })
}

pub(crate) async fn list(
    _: &Core,
    _: &Ctx,
    _: v1::ListKeysRequest,
) -> Result<v1::ListKeysResponse, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}
