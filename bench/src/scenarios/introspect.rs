//! A service asks about tokens over HTTP (RFC 7662). All of them are active.

use http::StatusCode;

use super::repeated;
use crate::{
    error::Result,
    http_client::Outgoing,
    load::Workers,
    site::Site,
    target::{Endpoint, Role},
};

pub async fn requests(site: &Site) -> Result<Vec<Outgoing>> {
    let client = site.target.client(Role::Service)?;
    let url = site.target.url(Endpoint::Introspection)?;
    let tokens = site.service_tokens().await?;
    tokens
        .iter()
        .map(|token| client.post(&url, &[("token", token)]))
        .collect()
}

pub async fn workers(site: &Site) -> Result<Workers> {
    let requests = requests(site).await?;
    Ok(repeated::workers(
        site.sizes.connections,
        requests,
        |answer| {
            answer.expect(StatusCode::OK)?;
            answer.expect_true("active")
        },
    ))
}
