//! An application asks who somebody is (OpenID Connect Core section 5.3).

use http::StatusCode;

use super::{repeated, tokeninfo::bearing};
use crate::{error::Result, http_client::Outgoing, load::Workers, site::Site, target::Endpoint};

pub async fn requests(site: &Site) -> Result<Vec<Outgoing>> {
    let url = site.target.url(Endpoint::Userinfo)?;
    let tokens = site.user_tokens().await?;
    tokens.iter().map(|token| bearing(&url, token)).collect()
}

pub async fn workers(site: &Site) -> Result<Workers> {
    let requests = requests(site).await?;
    Ok(repeated::workers(
        site.sizes.connections,
        requests,
        |answer| {
            answer.expect(StatusCode::OK)?;
            answer.text("sub").map(drop)
        },
    ))
}
