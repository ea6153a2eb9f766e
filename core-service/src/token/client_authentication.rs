//! Client authentication (RFC 6749 section 2.3), the same at every endpoint:
//! HTTP Basic, credentials in the body, or the `client_id` alone for public clients.

use std::sync::Arc;

use authgate_proto::{error::ErrorCode, v1::ClientAuthentication};
use secrecy::SecretString;

use crate::{
    Core, Ctx,
    domain::{
        client::{Client, SecretHash},
        id::ClientId,
        secret::PlainToken,
    },
    error::Error,
    store::clients,
};

/// What it means that a request names no client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// A required parameter is not there: `invalid_request`.
    Parameter,
    /// Authentication was asked for and is not there: `invalid_client`.
    Authentication,
}

/// Credentials as presented: nothing in them is verified.
struct Presented<'r> {
    client_id: &'r str,
    secret: Option<PlainToken>,
}

/// The active client that the request is from.
///
/// # Errors
/// `invalid_client` when it can't be told or the secret is wrong;
/// `invalid_request` when two methods are used at once (section 2.3).
pub(crate) async fn authenticate(
    core: &Core,
    ctx: &Ctx,
    request: Option<&ClientAuthentication>,
    missing: Missing,
) -> Result<Arc<Client>, Error> {
    let presented = presented(request, missing)?;
    let client = find(core, presented.client_id).await?;
    match (&client.secret, presented.secret) {
        (None, None) if client.is_public() => Ok(client),
        (Some(hash), Some(secret)) if !client.is_public() => {
            verify(core, ctx, &client, hash, secret).await?;
            Ok(client)
        }
        _ => Err(failed()),
    }
}

/// Like [`authenticate`], for endpoints that public clients have no business at.
///
/// # Errors
/// `invalid_client` for public clients too.
pub(crate) async fn authenticate_confidential(
    core: &Core,
    ctx: &Ctx,
    request: Option<&ClientAuthentication>,
) -> Result<Arc<Client>, Error> {
    let client = authenticate(core, ctx, request, Missing::Authentication).await?;
    if client.is_public() {
        return Err(failed());
    }
    Ok(client)
}

fn presented(
    request: Option<&ClientAuthentication>,
    missing: Missing,
) -> Result<Presented<'_>, Error> {
    let nobody = || match missing {
        Missing::Parameter => Error::oauth(ErrorCode::InvalidRequest, "client_id is missing"),
        Missing::Authentication => Error::oauth(
            ErrorCode::InvalidClient,
            "authenticate with the client's id and secret",
        ),
    };
    let request = request.ok_or_else(nobody)?;
    let ClientAuthentication {
        basic,
        client_id,
        client_secret,
    } = request;
    let secret = |text: &str| (!text.is_empty()).then(|| PlainToken::presented(text));
    let Some(basic) = basic else {
        if client_id.is_empty() {
            return Err(nobody());
        }
        return Ok(Presented {
            client_id,
            secret: secret(client_secret),
        });
    };
    if !client_secret.is_empty() {
        return Err(Error::oauth(
            ErrorCode::InvalidRequest,
            "use one way to authenticate: the Authorization header or the body, not both",
        ));
    }
    if !client_id.is_empty() && *client_id != basic.client_id {
        return Err(Error::oauth(
            ErrorCode::InvalidRequest,
            "client_id in the body is not the one in the Authorization header",
        ));
    }
    Ok(Presented {
        client_id: &basic.client_id,
        secret: secret(&basic.client_secret),
    })
}

async fn find(core: &Core, client_id: &str) -> Result<Arc<Client>, Error> {
    // PostgreSQL can't even be asked for a text with a NUL.
    if client_id.contains('\0') {
        return Err(failed());
    }
    core.client(&ClientId::from(client_id))
        .await?
        .filter(|client| client.is_active())
        .ok_or_else(failed)
}

async fn verify(
    core: &Core,
    ctx: &Ctx,
    client: &Client,
    hash: &SecretHash,
    secret: PlainToken,
) -> Result<(), Error> {
    let stored = match hash {
        SecretHash::Sha256(hash) if hash.matches(&secret) => return Ok(()),
        SecretHash::Sha256(_) => return Err(failed()),
        SecretHash::Bcrypt(stored) => stored,
    };
    // Imported from the predecessor: slow once, then replaced.
    let presented = SecretString::from(secret.expose());
    let verified = core.passwords.verify(&presented, Some(stored)).await?;
    if !verified.matches {
        return Err(failed());
    }
    let mut transaction = core.store.begin().await?;
    let upgraded = SecretHash::of(&secret).to_stored();
    clients::set_secret_hash(&mut transaction, &client.id, &upgraded, ctx.now).await?;
    transaction.commit().await?;
    Ok(())
}

/// One answer for every reason: it tells nobody which clients exist.
fn failed() -> Error {
    Error::oauth(
        ErrorCode::InvalidClient,
        "client authentication failed: the client is not known, not active, or its credentials are wrong",
    )
}
