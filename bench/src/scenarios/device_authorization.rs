//! A device asks for a code (RFC 8628 section 3.1).

use http::StatusCode;

use super::repeated;
use crate::{
    error::Result,
    http_client::Outgoing,
    load::Workers,
    site::Site,
    target::{Endpoint, Role},
};

pub fn request(site: &Site) -> Result<Outgoing> {
    let client = site.target.client(Role::Device)?;
    client.post(
        &site.target.url(Endpoint::DeviceAuthorization)?,
        &[("scope", &client.scope)],
    )
}

pub fn workers(site: &Site) -> Result<Workers> {
    let requests = vec![request(site)?];
    Ok(repeated::workers(
        site.sizes.connections,
        requests,
        |answer| {
            answer.expect(StatusCode::OK)?;
            answer.text("device_code")?;
            answer.text("user_code").map(drop)
        },
    ))
}
