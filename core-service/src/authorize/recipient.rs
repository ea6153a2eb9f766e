//! Who asks, and where the answer goes: until both are verified nothing is
//! redirected anywhere (RFC 9700 section 4.11.2: no open redirector).

use authgate_proto::v1::{AuthorizeRequest, AuthorizeResponse};

use super::response::page;
use crate::{
    Core,
    domain::{client::Client, id::ClientId, redirect_uri},
    error::Error,
    store::clients,
};

/// A client and a redirect URI of its own.
pub(super) struct Recipient {
    pub(super) client: Client,
    pub(super) redirect_uri: String,
    /// The request named it: then the token request has to as well (RFC 6749 section 4.1.3).
    pub(super) redirect_uri_named: bool,
}

/// The verified recipient, or the page for the person.
pub(super) async fn verify(
    core: &Core,
    request: &AuthorizeRequest,
) -> Result<Result<Recipient, AuthorizeResponse>, Error> {
    let repeated = |name: &str| request.repeated_parameters.iter().any(|p| p == name);
    if repeated("client_id") || repeated("redirect_uri") {
        return Ok(Err(page(
            "invalid_request",
            "The app's request names its client or redirect address more than once.",
        )));
    }
    if request.client_id.is_empty() {
        return Ok(Err(page(
            "invalid_request",
            "The app's request does not say which client it is from (client_id is missing).",
        )));
    }
    let Some(client) = find(core, &request.client_id).await? else {
        return Ok(Err(page(
            "invalid_client",
            "The app that sent you here is not registered, or not active.",
        )));
    };
    let Some(redirect_uri) = choose(&client, &request.redirect_uri) else {
        return Ok(Err(page(
            "invalid_request",
            unusable(&request.redirect_uri),
        )));
    };
    Ok(Ok(Recipient {
        redirect_uri,
        redirect_uri_named: !request.redirect_uri.is_empty(),
        client,
    }))
}

const fn unusable(redirect_uri: &str) -> &'static str {
    if redirect_uri.is_empty() {
        "The app's request does not say where the answer goes (redirect_uri is missing)."
    } else {
        "The app wants the answer at an address that it is not registered for (redirect_uri)."
    }
}

async fn find(core: &Core, client_id: &str) -> Result<Option<Client>, Error> {
    if client_id.contains('\0') {
        return Ok(None);
    }
    let mut connection = core.store.read().await?;
    let client = clients::by_id(&mut connection, &ClientId::from(client_id)).await?;
    Ok(client.filter(Client::is_active))
}

/// The presented URI if it is registered; left out, the only one that is
/// (RFC 6749 section 3.1.2.3).
fn choose(client: &Client, presented: &str) -> Option<String> {
    let registered = &client.metadata.redirect_uris;
    if presented.is_empty() {
        return match registered.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        };
    }
    registered
        .iter()
        .any(|uri| redirect_uri::matches(uri, presented))
        .then(|| presented.to_owned())
}
