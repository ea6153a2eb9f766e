//! The token endpoint (RFC 6749 section 3.2), one pipeline for every grant:
//!
//! 1. [`GrantType::parse`]: do we know the grant type?
//! 2. [`client_authentication::authenticate`]: who asks? (section 2.3)
//! 3. [`GrantType::require_allowed`]: may this client use this grant?
//! 4. the grant's own file redeems what was presented: it claims it, in a
//!    transaction, before anything is made ([`authorization_code`],
//!    [`device_code`], [`refresh_token`]; [`client_credentials`] has nothing to claim);
//! 5. [`issuance::Issuance`] puts the new tokens on record in the same
//!    transaction;
//! 6. it is committed, and meanwhile the tokens are signed. They are answered when
//!    it was. Whoever lost the claim never gets here.

pub mod access;
mod access_claims;
mod authorization_code;
pub mod client_authentication;
mod client_credentials;
mod device_code;
mod id_token;
mod issuance;
mod refresh_token;

use authgate_proto::{
    error::ErrorCode,
    v1::{TokenRequest, TokenResponse},
    vocabulary::grant_type,
};
use serde_json::{Map, Value};

use crate::{
    Core, Ctx,
    domain::{client::Client, extra_claims, user::User},
    error::Error,
    store::users,
};
use client_authentication::{Missing, authenticate};

/// A grant type that the token endpoint knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum GrantType {
    AuthorizationCode,
    ClientCredentials,
    DeviceCode,
    RefreshToken,
}

/// The token endpoint.
///
/// # Errors
/// The codes of RFC 6749 section 5.2 and RFC 8628 section 3.5.
pub(crate) async fn token(
    core: &Core,
    ctx: &Ctx,
    request: TokenRequest,
) -> Result<TokenResponse, Error> {
    let grant_type = GrantType::parse(&request.grant_type)?;
    let missing = grant_type.client_missing();
    let client = authenticate(core, ctx, request.client.as_ref(), missing).await?;
    grant_type.require_allowed(&client)?;
    // Boxed, what one grant needs is not moved about for another.
    match grant_type {
        GrantType::AuthorizationCode => {
            Box::pin(authorization_code::redeem(core, ctx, &client, &request)).await
        }
        GrantType::ClientCredentials => {
            Box::pin(client_credentials::redeem(core, ctx, &client, &request)).await
        }
        GrantType::DeviceCode => Box::pin(device_code::redeem(core, ctx, &client, &request)).await,
        GrantType::RefreshToken => {
            Box::pin(refresh_token::redeem(core, ctx, &client, &request)).await
        }
    }
}

impl GrantType {
    fn parse(name: &str) -> Result<Self, Error> {
        match name {
            "" => Err(Error::oauth(
                ErrorCode::InvalidRequest,
                "grant_type is missing",
            )),
            grant_type::AUTHORIZATION_CODE => Ok(Self::AuthorizationCode),
            grant_type::CLIENT_CREDENTIALS => Ok(Self::ClientCredentials),
            grant_type::DEVICE_CODE => Ok(Self::DeviceCode),
            grant_type::REFRESH_TOKEN => Ok(Self::RefreshToken),
            _ => Err(Error::oauth(
                ErrorCode::UnsupportedGrantType,
                "this grant_type is not supported; the discovery document lists those that are",
            )),
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => grant_type::AUTHORIZATION_CODE,
            Self::ClientCredentials => grant_type::CLIENT_CREDENTIALS,
            Self::DeviceCode => grant_type::DEVICE_CODE,
            Self::RefreshToken => grant_type::REFRESH_TOKEN,
        }
    }

    /// What is wrong when the request names no client at all: public clients may
    /// use most grants by their `client_id` alone, so there a parameter is missing.
    const fn client_missing(self) -> Missing {
        match self {
            Self::ClientCredentials => Missing::Authentication,
            _ => Missing::Parameter,
        }
    }

    fn require_allowed(self, client: &Client) -> Result<(), Error> {
        if client.allows_grant(self.as_str()) {
            return Ok(());
        }
        Err(Error::oauth(
            ErrorCode::UnauthorizedClient,
            "the client is not registered for this grant_type",
        ))
    }
}

/// A parameter that must be there.
fn required<'r>(value: &'r str, name: &str) -> Result<&'r str, Error> {
    if value.is_empty() {
        return Err(Error::oauth(
            ErrorCode::InvalidRequest,
            format!("{name} is missing"),
        ));
    }
    Ok(value)
}

/// The claims that the request adds, if this client may add any.
fn requested_claims(
    core: &Core,
    client: &Client,
    request: &TokenRequest,
) -> Result<Map<String, Value>, Error> {
    if request.extra_claims.is_empty() {
        return Ok(Map::new());
    }
    let tokens = &core.settings.tokens;
    if !tokens.extra_claims.enabled || !client.metadata.extra_claims_allowed {
        return Err(Error::oauth(
            ErrorCode::InvalidRequest,
            "the client is not allowed to send extra_claims",
        ));
    }
    extra_claims::parse(
        &request.extra_claims,
        &tokens.extra_claims,
        &tokens.private_claim_prefix,
    )
    .map_err(|reason| Error::oauth(ErrorCode::InvalidRequest, reason))
}

/// The person behind a grant, who must be allowed to use tokens still.
async fn active_user(
    core: &Core,
    id: &crate::domain::id::UserId,
    what: &str,
) -> Result<User, Error> {
    let mut connection = core.store.read().await?;
    let user = users::by_id(&mut connection, id).await?;
    user.filter(|user| user.active)
        .ok_or_else(|| Error::oauth(ErrorCode::InvalidGrant, format!("the {what} is not valid")))
}
