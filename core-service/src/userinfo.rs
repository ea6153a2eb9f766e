//! UserInfo (OpenID Connect Core section 5.3).

use authgate_proto::{
    error::{ErrorCode, OAuthError},
    v1::{UserInfoRequest, UserInfoResponse},
    vocabulary::scope,
};
use serde_json::json;

use crate::{
    Core, Ctx,
    config::Algorithm,
    domain::claims::{self, ClaimsRequest},
    error::Error,
    store::grants,
    token::access,
};

/// The claims of the person behind an access token.
///
/// # Errors
/// `invalid_token` when the token does not count; `insufficient_scope` when it
/// was not granted `openid`, or stands for no person.
pub(crate) async fn userinfo(
    core: &Core,
    ctx: &Ctx,
    request: UserInfoRequest,
) -> Result<UserInfoResponse, Error> {
    let token = access::authenticate_bearer(core, ctx, &request.access_token).await?;
    let record = &token.record;
    let (Some(user), Some(grant_id), true) = (
        &access::person(core, &token).await?,
        &record.grant_id,
        record.scope.contains(scope::OPENID),
    ) else {
        return Err(OAuthError::new(
            ErrorCode::InsufficientScope,
            "the access token was not granted the scope openid",
        )
        .with_scope(scope::OPENID)
        .into());
    };
    let mut connection = core.store.read().await?;
    let grant = grants::by_id(&mut connection, grant_id)
        .await?
        .ok_or_else(access::invalid_token)?;
    let client = core
        .client(&record.client_id)
        .await?
        .ok_or_else(access::invalid_token)?;

    let asked = ClaimsRequest::from_stored(&grant.claims);
    let mut claims = claims::for_userinfo(user, &record.scope, &asked);
    claims.insert("sub".to_owned(), json!(user.id));
    claims.insert("iss".to_owned(), json!(core.settings.issuer));

    let algorithm = client.metadata.userinfo_signed_response_alg.as_deref();
    let Some(algorithm) = algorithm.and_then(Algorithm::parse) else {
        return Ok(UserInfoResponse {
            body: json!(claims).to_string(),
            is_jwt: false,
        });
    };
    claims.insert("aud".to_owned(), json!(client.id));
    Ok(UserInfoResponse {
        body: core.keys.sign(ctx.now, algorithm, Some("JWT"), &claims)?,
        is_jwt: true,
    })
}
