//! Applications refresh their tokens (RFC 6749 section 6), each its own family. Where
//! the server rotates refresh tokens, the new one is used next.

use http::StatusCode;
use url::Url;

use super::authorization_code::Visit;
use crate::{
    error::Result,
    http_client::{HttpClient, Outgoing},
    load::{Failure, Worker, Workers},
    site::Site,
    target::{Client, Endpoint, Role},
};

struct Application {
    http: HttpClient,
    client: Client,
    token: Url,
    refresh_token: String,
    request: Outgoing,
}

pub async fn workers(site: &Site) -> Result<Workers> {
    let mut visit = Visit::begin(site).await?;
    let client = site.target.client(Role::Web)?;
    let token = site.target.url(Endpoint::Token)?;
    let mut workers = Workers::new();
    for _ in 0..site.sizes.connections {
        let answer = visit.tokens().await?;
        let refresh_token = answer.text("refresh_token")?.to_owned();
        workers.push(Box::new(Application {
            http: HttpClient::default(),
            client: client.clone(),
            token: token.clone(),
            request: request(client, &token, &refresh_token)?,
            refresh_token,
        }));
    }
    Ok(workers)
}

fn request(client: &Client, url: &Url, refresh_token: &str) -> Result<Outgoing> {
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token),
    ];
    client.post(url, &fields)
}

/// A request to refresh.
pub async fn sample(site: &Site) -> Result<Outgoing> {
    let mut visit = Visit::begin(site).await?;
    let answer = visit.tokens().await?;
    let client = site.target.client(Role::Web)?;
    request(
        client,
        &site.target.url(Endpoint::Token)?,
        answer.text("refresh_token")?,
    )
}

#[tonic::async_trait]
impl Worker for Application {
    async fn operate(&mut self) -> Result<(), Failure> {
        let answer = self.http.send(&self.request).await?;
        answer.expect(StatusCode::OK)?;
        answer.text("access_token")?;
        if let Ok(successor) = answer.text("refresh_token")
            && successor != self.refresh_token
        {
            successor.clone_into(&mut self.refresh_token);
            let request = request(&self.client, &self.token, successor);
            self.request = request.map_err(|error| Failure::new(error.to_string()))?;
        }
        Ok(())
    }
}
