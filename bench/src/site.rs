//! A server under test with what scenarios have already made there: tokens and
//! device codes are obtained once and used by all.

use std::sync::Arc;

use tokio::{sync::Mutex, task::JoinSet};

use crate::{
    error::Result,
    http_client::{HttpClient, Outgoing},
    load::Failure,
    scenarios::{authorization_code::Visit, waiting::Devices},
    target::{Endpoint, Role, Target},
};

/// Connections that are used to make what a scenario needs.
const MAKERS: usize = 32;

/// How much of everything there is.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// Clients that put load on the server at once.
    pub connections: usize,
    /// Different tokens that are asked about.
    pub tokens: usize,
    /// Devices that wait.
    pub devices: usize,
}

/// A server under test.
pub struct Site {
    /// What is known of it.
    pub target: Target,
    /// How much of everything there is.
    pub sizes: Sizes,
    service_tokens: Mutex<Arc<[String]>>,
    user_tokens: Mutex<Arc<[String]>>,
    /// Devices that wait for somebody's approval.
    pub devices: Mutex<Option<Arc<Devices>>>,
}

impl Site {
    /// A server of which nothing has been used yet.
    pub fn new(target: Target, sizes: Sizes) -> Self {
        Self {
            target,
            sizes,
            service_tokens: Mutex::new(Arc::new([])),
            user_tokens: Mutex::new(Arc::new([])),
            devices: Mutex::new(None),
        }
    }

    /// Access tokens of the service client, as many as there should be.
    ///
    /// # Errors
    /// When the server does not issue them.
    pub async fn service_tokens(&self) -> Result<Arc<[String]>> {
        let mut tokens = self.service_tokens.lock().await;
        if tokens.is_empty() {
            let request = self.client_credentials()?;
            let made = make(self.sizes.tokens, &request, "access_token").await?;
            *tokens = made.into();
        }
        Ok(Arc::clone(&tokens))
    }

    /// Access tokens of a person, a tenth of the number of service tokens.
    ///
    /// # Errors
    /// When the server does not issue them.
    pub async fn user_tokens(&self) -> Result<Arc<[String]>> {
        let mut tokens = self.user_tokens.lock().await;
        if tokens.is_empty() {
            let count = (self.sizes.tokens / 10).max(1);
            let mut visit = Visit::begin(self).await?;
            let mut made = Vec::with_capacity(count);
            for _ in 0..count {
                made.push(visit.tokens().await?.text("access_token")?.to_owned());
            }
            *tokens = made.into();
        }
        Ok(Arc::clone(&tokens))
    }

    /// The request of a service for a token of its own.
    ///
    /// # Errors
    /// When the target file does not say how.
    pub fn client_credentials(&self) -> Result<Outgoing> {
        let client = self.target.client(Role::Service)?;
        client.post(
            &self.target.url(Endpoint::Token)?,
            &[
                ("grant_type", "client_credentials"),
                ("scope", &client.scope),
            ],
        )
    }
}

/// Sends a request so often and gives the JSON member `name` of each answer.
///
/// # Errors
/// When an answer has no such member.
pub async fn make(count: usize, request: &Outgoing, name: &'static str) -> Result<Vec<String>> {
    let mut makers = JoinSet::new();
    for maker in 0..MAKERS {
        let share = (count + MAKERS - 1 - maker) / MAKERS;
        let request = request.clone();
        makers.spawn(async move {
            let mut client = HttpClient::default();
            let mut made = Vec::with_capacity(share);
            for _ in 0..share {
                let answer = client.send(&request).await?;
                made.push(answer.text(name)?.to_owned());
            }
            Ok::<_, Failure>(made)
        });
    }
    let mut made = Vec::with_capacity(count);
    while let Some(share) = makers.join_next().await {
        made.extend(share??);
    }
    Ok(made)
}
