//! The target file: where a server's endpoints are and whom it knows.
//!
//! Any OAuth server can be measured that can be described by one of these.

use std::{collections::BTreeMap, fs, path::Path};

use base64::{Engine, prelude::BASE64_STANDARD};
use http::HeaderValue;
use serde::Deserialize;
use url::Url;

use crate::{error::Result, http_client::Outgoing};

/// A server, as the target file describes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// `http://host:port`; what the endpoints are relative to.
    pub base: Url,
    /// Paths below `base`, or whole URLs. A scenario needs those that it uses.
    pub endpoints: BTreeMap<Endpoint, String>,
    /// The clients that the server knows.
    pub clients: BTreeMap<Role, Client>,
    /// Somebody who can sign in, for the scenarios with a browser.
    pub user: Option<User>,
    /// Weights of the scenario `mixed`, by scenario; empty: sensible ones.
    #[serde(default)]
    pub mixed: BTreeMap<String, u32>,
}

/// An endpoint by what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Endpoint {
    /// RFC 6749 section 3.1.
    Authorization,
    /// RFC 6749 section 3.2.
    Token,
    /// RFC 8628 section 3.1.
    DeviceAuthorization,
    /// RFC 7662.
    Introspection,
    /// `GET` with a bearer token says what the token is.
    Tokeninfo,
    /// OpenID Connect Core section 5.3.
    Userinfo,
    /// The page with the form for user name and password.
    Login,
    /// `http://host:port` of the gRPC service `authgate.v1.Introspection`.
    Grpc,
}

/// What a client is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Confidential, client credentials; may introspect its own tokens.
    Service,
    /// Authorization code and refresh token.
    Web,
    /// Device authorization.
    Device,
}

/// A registered client.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// The `client_id`.
    pub id: String,
    /// None: a public client.
    pub secret: Option<String>,
    /// Whether the secret goes into the body instead of `Authorization: Basic`.
    #[serde(default)]
    pub secret_in_body: bool,
    /// What it asks for; empty: the parameter is left out.
    #[serde(default)]
    pub scope: String,
    /// Where its authorization answers go. Nobody has to listen there.
    pub redirect_uri: Option<String>,
}

/// A person.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// What is typed as user name.
    pub name: String,
    /// What is typed as password.
    pub password: String,
}

impl Target {
    /// Reads a TOML file.
    ///
    /// # Errors
    /// When it can't be read or is no target file.
    pub fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path)
            .map_err(|error| format!("{} can't be read: {error}", path.display()))?;
        text.parse::<toml::Table>()
            .and_then(toml::Table::try_into)
            .map_err(|error| format!("{} is no target file: {error}", path.display()).into())
    }

    /// The URL of an endpoint.
    ///
    /// # Errors
    /// When the target file does not name it.
    pub fn url(&self, endpoint: Endpoint) -> Result<Url> {
        let place = self
            .endpoints
            .get(&endpoint)
            .ok_or_else(|| format!("the target file names no endpoint {endpoint:?}"))?;
        Ok(self.base.join(place)?)
    }

    /// The client for `role`.
    ///
    /// # Errors
    /// When the target file has none.
    pub fn client(&self, role: Role) -> Result<&Client> {
        let client = self.clients.get(&role);
        client.ok_or_else(|| format!("the target file has no client {role:?}").into())
    }

    /// The person who signs in.
    ///
    /// # Errors
    /// When the target file has none.
    pub fn user(&self) -> Result<&User> {
        let user = self.user.as_ref();
        user.ok_or_else(|| "the target file has no user".into())
    }
}

impl Client {
    /// A form post of `fields` to `url` with this client's credentials.
    ///
    /// # Errors
    /// When the URL is not plain http.
    pub fn post(&self, url: &Url, fields: &[(&str, &str)]) -> Result<Outgoing> {
        let mut fields = fields.to_vec();
        match &self.secret {
            Some(secret) if self.secret_in_body => {
                fields.extend([("client_id", self.id.as_str()), ("client_secret", secret)]);
            }
            None => fields.push(("client_id", &self.id)),
            Some(_) => {}
        }
        fields.retain(|(_, value)| !value.is_empty());
        let request = Outgoing::form(url, &fields)?;
        Ok(match self.basic()? {
            Some(basic) if !self.secret_in_body => request.authorization(basic),
            _ => request,
        })
    }

    /// `Basic` credentials (RFC 6749 section 2.3.1); none for a public client.
    ///
    /// # Errors
    /// Never, as base64 is a header value.
    pub fn basic(&self) -> Result<Option<HeaderValue>> {
        let Some(secret) = &self.secret else {
            return Ok(None);
        };
        let encode =
            |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let pair = BASE64_STANDARD.encode(format!("{}:{}", encode(&self.id), encode(secret)));
        Ok(Some(HeaderValue::try_from(format!("Basic {pair}"))?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Target> {
        Ok(text.parse::<toml::Table>()?.try_into()?)
    }

    #[test]
    fn a_target_file_is_read() {
        let target = parse(
            r#"
            base = "http://127.0.0.1:8080/tenant/"
            endpoints = { token = "oauth/token", grpc = "http://127.0.0.1:9090" }
            clients.service = { id = "a b", secret = "c:d", scope = "read" }
            mixed = { introspect = 3 }
            "#,
        )
        .unwrap();
        let token = target.url(Endpoint::Token).unwrap();
        assert_eq!(token.as_str(), "http://127.0.0.1:8080/tenant/oauth/token");
        let grpc = target.url(Endpoint::Grpc).unwrap();
        assert_eq!(grpc.as_str(), "http://127.0.0.1:9090/");
        assert!(target.url(Endpoint::Userinfo).is_err() && target.user().is_err());
        let client = target.client(Role::Service).unwrap();
        let basic = client.basic().unwrap().unwrap();
        assert_eq!(
            basic,
            format!("Basic {}", BASE64_STANDARD.encode("a+b:c%3Ad"))
        );
    }

    #[test]
    fn what_is_misspelt_is_named() {
        let error = parse(
            r#"
            base = "http://127.0.0.1/"
            endpoints = { tokn = "/" }
            clients = {}
            "#,
        );
        assert!(error.unwrap_err().to_string().contains("tokn"));
    }
}
