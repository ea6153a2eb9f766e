//! Client credentials (RFC 6749 section 4.4): a service asks for itself.

use authgate_proto::{
    error::ErrorCode,
    v1::{TokenRequest, TokenResponse},
    vocabulary::scope,
};

use super::{
    issuance::{Issuance, Subject},
    requested_claims,
};
use crate::{
    Core, Ctx,
    domain::{client::Client, scope::ScopeSet},
    error::Error,
};

/// Scopes that speak of a person: a service's own token has none.
const OF_PEOPLE: [&str; 2] = [scope::OPENID, scope::OFFLINE_ACCESS];

/// Issues a token that stands for the client itself; never a refresh token (section 4.4.3).
pub(super) async fn redeem(
    core: &Core,
    ctx: &Ctx,
    client: &Client,
    request: &TokenRequest,
) -> Result<TokenResponse, Error> {
    if client.is_public() {
        return Err(Error::oauth(
            ErrorCode::UnauthorizedClient,
            "a public client can't use client credentials",
        ));
    }
    let scope = granted_scope(client, &request.scope)?;
    let extra_claims = requested_claims(core, client, request)?;
    let issuance = Issuance::new(core, ctx, client, Subject::Client, scope, extra_claims);
    issuance.record_and_issue(core, ctx).await
}

/// What was asked for, or everything the client may have when it asked for nothing (section 3.3).
fn granted_scope(client: &Client, requested: &str) -> Result<ScopeSet, Error> {
    let allowed = client.metadata.scopes().without(&OF_PEOPLE);
    let requested = ScopeSet::parse(requested)
        .map_err(|_| Error::oauth(ErrorCode::InvalidScope, "scope is malformed"))?;
    if requested.is_empty() {
        return Ok(allowed);
    }
    if !requested.is_subset_of(&allowed) {
        return Err(Error::oauth(
            ErrorCode::InvalidScope,
            "scope names something that this client may not have for itself",
        ));
    }
    Ok(requested)
}
