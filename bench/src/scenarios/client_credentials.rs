//! A service asks for a token (RFC 6749 section 4.4).

use http::StatusCode;

use super::repeated;
use crate::{error::Result, load::Workers, site::Site};

pub fn workers(site: &Site) -> Result<Workers> {
    let requests = vec![site.client_credentials()?];
    Ok(repeated::workers(
        site.sizes.connections,
        requests,
        |answer| {
            answer.expect(StatusCode::OK)?;
            answer.text("access_token").map(drop)
        },
    ))
}
