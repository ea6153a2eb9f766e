//! The whole code flow in a browser that is signed in, with a consent that was given
//! before: authorization request, code, tokens (RFC 6749 section 4.1, RFC 7636).

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use http::StatusCode;
use url::Url;

use crate::{
    browser::{Browser, Place},
    error::Result,
    http_client::{Answer, HttpClient, Outgoing},
    load::{Failure, Worker, Workers},
    site::Site,
    target::{Client, Endpoint, Role, User},
};

/// A person at an application, signed in.
pub struct Visit {
    browser: Browser,
    application: HttpClient,
    client: Client,
    user: User,
    token: Url,
    authorize: Url,
    redirect_uri: String,
    verifier: String,
    count: u64,
}

impl Visit {
    /// Signs in and gives the consent.
    ///
    /// # Errors
    /// When the server does not let it come to that.
    pub async fn begin(site: &Site) -> Result<Self> {
        let client = site.target.client(Role::Web)?.clone();
        let redirect_uri = client.redirect_uri.clone();
        let redirect_uri = redirect_uri.ok_or("the client Web has no redirect_uri")?;
        let verifier = format!(
            "{}{}",
            uuid::Uuid::new_v4().simple(),
            uuid::Uuid::new_v4().simple()
        );
        let challenge = digest(&SHA256, verifier.as_bytes());
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(challenge);
        let mut authorize = site.target.url(Endpoint::Authorization)?;
        authorize
            .query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &client.id)
            .append_pair("redirect_uri", &redirect_uri)
            .append_pair("scope", &client.scope)
            .append_pair("code_challenge", &challenge)
            .append_pair("code_challenge_method", "S256");
        let mut visit = Self {
            browser: Browser::new(&authorize),
            application: HttpClient::default(),
            client,
            user: site.target.user()?.clone(),
            token: site.target.url(Endpoint::Token)?,
            authorize,
            redirect_uri,
            verifier,
            count: 0,
        };
        let place = visit.browser.open(&visit.authorize).await?;
        let place = visit.browser.settle(place, &visit.user).await?;
        visit.code(place, None)?;
        Ok(visit)
    }

    /// The flow once more; gives the token endpoint's answer.
    ///
    /// # Errors
    /// When a step fails, or the person is asked again.
    pub async fn tokens(&mut self) -> Result<Answer, Failure> {
        self.count += 1;
        let state = self.count.to_string();
        let mut authorize = self.authorize.clone();
        authorize.query_pairs_mut().append_pair("state", &state);
        let place = self.browser.open(&authorize).await?;
        let code = self.code(place, Some(&state))?;
        let request = self.redeem(&code);
        let request = request.map_err(|error| Failure::new(error.to_string()))?;
        let answer = self.application.send(&request).await?;
        answer.expect(StatusCode::OK)?;
        answer.text("access_token")?;
        Ok(answer)
    }

    /// The code that the application was handed.
    fn code(&self, place: Place, state: Option<&str>) -> Result<String, Failure> {
        let url = match place {
            Place::Application(url) => url,
            Place::Page(page) => {
                return Err(page.answer.unexpected("no way back to the application"));
            }
        };
        let parameter = |name: &str| {
            let mut pairs = url.query_pairs();
            pairs
                .find(|(other, _)| other == name)
                .map(|(_, value)| value.into_owned())
        };
        if !url.as_str().starts_with(&self.redirect_uri) || parameter("state").as_deref() != state {
            return Err(Failure::new("another answer than that to the request"));
        }
        parameter("code").ok_or_else(|| {
            let error = parameter("error").unwrap_or_default();
            Failure::new(format!("no code but the error '{error}'"))
        })
    }

    fn redeem(&self, code: &str) -> Result<Outgoing> {
        self.client.post(
            &self.token,
            &[
                ("grant_type", "authorization_code"),
                ("code", code),
                ("redirect_uri", &self.redirect_uri),
                ("code_verifier", &self.verifier),
            ],
        )
    }
}

#[tonic::async_trait]
impl Worker for Visit {
    async fn operate(&mut self) -> Result<(), Failure> {
        self.tokens().await.map(drop)
    }
}

pub async fn workers(site: &Site) -> Result<Workers> {
    let mut workers = Workers::new();
    for _ in 0..site.sizes.connections {
        workers.push(Box::new(Visit::begin(site).await?));
    }
    Ok(workers)
}

/// The request of an application for tokens, as it would be with a code.
pub async fn sample(site: &Site) -> Result<Outgoing> {
    Visit::begin(site).await?.redeem("a-code-that-is-not-one")
}
