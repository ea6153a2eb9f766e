//! The predecessor's token validation endpoint, which its CLIs and SDKs call.

use authgate_proto::v1::{TokenInfoRequest, TokenInfoResponse};
use serde_json::Value;

use crate::{Core, Ctx, error::Error, introspect::audience, token::access};

/// What the bearer of an access token stands for.
///
/// # Errors
/// `invalid_token` when it does not count.
pub(crate) async fn tokeninfo(
    core: &Core,
    ctx: &Ctx,
    request: TokenInfoRequest,
) -> Result<TokenInfoResponse, Error> {
    let (claims, state) = access::live(core, ctx, &request.access_token)
        .await?
        .ok_or_else(access::invalid_token)?;
    let subject = claims.get("sub").and_then(Value::as_str);
    let subject_type = match state.grant {
        Some(_) => "user",
        None => "client",
    };
    Ok(TokenInfoResponse {
        user_id: subject.unwrap_or_default().to_owned(),
        client_id: state.token.client_id.to_string(),
        scope: state.token.scope.to_string(),
        exp: state.token.expires_at.seconds(),
        iss: core.settings.issuer.clone(),
        subject_type: subject_type.to_owned(),
        aud: audience(&claims),
    })
}
