//! The whole device flow (RFC 8628): codes, approval on the server's pages in a
//! browser that is signed in, token.

use authgate_proto::vocabulary::grant_type;
use http::StatusCode;
use url::Url;

use super::device_authorization;
use crate::{
    browser::{Browser, Place},
    error::Result,
    http_client::{HttpClient, Outgoing},
    load::{Failure, Worker, Workers},
    site::Site,
    target::{Client, Endpoint, Role, User},
};

struct Household {
    device: HttpClient,
    browser: Browser,
    authorization: Outgoing,
    client: Client,
    user: User,
    token: Url,
}

pub async fn workers(site: &Site) -> Result<Workers> {
    let mut workers = Workers::new();
    for _ in 0..site.sizes.connections {
        let token = site.target.url(Endpoint::Token)?;
        let mut household = Household {
            device: HttpClient::default(),
            browser: Browser::new(&token),
            authorization: device_authorization::request(site)?,
            client: site.target.client(Role::Device)?.clone(),
            user: site.target.user()?.clone(),
            token,
        };
        // The first time somebody has to sign in.
        household.operate().await?;
        workers.push(Box::new(household));
    }
    Ok(workers)
}

#[tonic::async_trait]
impl Worker for Household {
    async fn operate(&mut self) -> Result<(), Failure> {
        let codes = self.device.send(&self.authorization).await?;
        codes.expect(StatusCode::OK)?;
        let address = codes.text("verification_uri_complete")?;
        let address = Url::parse(address)
            .and_then(|address| self.token.join(&address[url::Position::BeforePath..]));
        let address = address.map_err(|_| codes.unexpected("no address to approve at"))?;

        let place = self.browser.open(&address).await?;
        let place = self.browser.settle(place, &self.user).await?;
        if let Place::Page(page) = place {
            page.answer.expect(StatusCode::OK)?;
        }

        let fields = [
            ("grant_type", grant_type::DEVICE_CODE),
            ("device_code", codes.text("device_code")?),
        ];
        let request = self.client.post(&self.token, &fields);
        let request = request.map_err(|error| Failure::new(error.to_string()))?;
        let answer = self.device.send(&request).await?;
        answer.expect(StatusCode::OK)?;
        answer.text("access_token").map(drop)
    }
}
