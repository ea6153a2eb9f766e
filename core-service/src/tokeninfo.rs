//! The predecessor's token validation endpoint, which its CLIs and SDKs call.

use authgate_proto::v1::{TokenInfoRequest, TokenInfoResponse};

use crate::{Core, Ctx, error::Error, token::access};

/// What the bearer of an access token stands for.
///
/// # Errors
/// `invalid_token` when it does not count.
pub(crate) async fn tokeninfo(
    core: &Core,
    ctx: &Ctx,
    request: TokenInfoRequest,
) -> Result<TokenInfoResponse, Error> {
    let token = access::authenticate_bearer(core, ctx, &request.access_token).await?;
    let subject_type = match token.user_id {
        Some(_) => "user",
        None => "client",
    };
    let said = &token.introspection;
    Ok(TokenInfoResponse {
        user_id: said.sub.clone(),
        client_id: said.client_id.clone(),
        scope: said.scope.clone(),
        exp: said.exp,
        iss: said.iss.clone(),
        subject_type: subject_type.to_owned(),
        aud: said.aud.clone(),
    })
}
