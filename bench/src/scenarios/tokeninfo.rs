//! A resource server sends a caller's bearer token on to the tokeninfo endpoint.

use http::{HeaderValue, StatusCode};

use super::repeated;
use crate::{error::Result, http_client::Outgoing, load::Workers, site::Site, target::Endpoint};

pub async fn requests(site: &Site) -> Result<Vec<Outgoing>> {
    let url = site.target.url(Endpoint::Tokeninfo)?;
    let tokens = site.service_tokens().await?;
    tokens.iter().map(|token| bearing(&url, token)).collect()
}

/// A `GET` with this bearer token.
pub fn bearing(url: &url::Url, token: &str) -> Result<Outgoing> {
    let bearer = HeaderValue::try_from(format!("Bearer {token}"))?;
    Ok(Outgoing::get(url)?.authorization(bearer))
}

pub async fn workers(site: &Site) -> Result<Workers> {
    let requests = requests(site).await?;
    Ok(repeated::workers(
        site.sizes.connections,
        requests,
        |answer| {
            answer.expect(StatusCode::OK)?;
            answer.text("client_id").map(drop)
        },
    ))
}
