//! A client as a person meets it.

use authgate_proto::v1;

use crate::{
    Core,
    domain::{client::Client, id::ClientId, redirect_uri},
    error::Error,
};

/// What pages show of `client`; `redirect_uri` is where this request's answer goes.
pub(crate) fn app(client: &Client, redirect_uri: Option<&str>) -> v1::App {
    let metadata = &client.metadata;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let name = if metadata.client_name.is_empty() {
        client.id.to_string()
    } else {
        metadata.client_name.clone()
    };
    v1::App {
        client_id: client.id.to_string(),
        name,
        uri: text(&metadata.client_uri),
        policy_uri: text(&metadata.policy_uri),
        tos_uri: text(&metadata.tos_uri),
        logo_uri: text(&metadata.logo_uri),
        redirect_host: redirect_uri
            .map(redirect_uri::host_label)
            .unwrap_or_default(),
        trusted: metadata.trusted,
        public: client.is_public(),
    }
}

/// What pages show of the client of that id, also when it is gone.
///
/// # Errors
/// UNAVAILABLE when the database is away.
pub(crate) async fn app_of(core: &Core, id: &ClientId) -> Result<v1::App, Error> {
    let client = core.client(id).await?;
    Ok(client.map_or_else(
        || v1::App {
            client_id: id.to_string(),
            name: id.to_string(),
            ..v1::App::default()
        },
        |client| app(&client, None),
    ))
}
