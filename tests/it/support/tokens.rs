//! Clients at the token endpoint and the endpoints around it.

use http::{Method, StatusCode};
use serde_json::Value;

use super::{
    Answer, RequestBuilder, TestApp,
    oauth::{CLI, CLI_CALLBACK, SERVICE, VERIFIER, WEB, WEB_CALLBACK, authorize, challenge},
};

/// A client of [`super::oauth::people_and_clients`] or of the test's own.
#[derive(Debug, Clone, Copy)]
pub struct Client {
    pub id: &'static str,
    /// Sent by Basic; a client without one is public and names itself in the form.
    pub secret: Option<&'static str>,
    pub callback: &'static str,
}

/// The confidential client with the code flow.
pub const WEB_APP: Client = Client {
    id: WEB.0,
    secret: Some(WEB.1),
    callback: WEB_CALLBACK,
};
/// The public client.
pub const CLI_APP: Client = Client {
    id: CLI,
    secret: None,
    callback: CLI_CALLBACK,
};
/// The confidential client that asks for itself.
pub const SERVICE_APP: Client = Client {
    id: SERVICE.0,
    secret: Some(SERVICE.1),
    callback: "",
};

impl Client {
    /// A form that the client posts, to be sent.
    pub fn request(&self, app: &TestApp, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        let request = app.request(Method::POST, path);
        match self.secret {
            Some(secret) => request.basic(self.id, secret).form(fields),
            None => request.form(&[fields, &[("client_id", self.id)]].concat()),
        }
    }

    /// The answer to a form that the client posts.
    pub async fn post(&self, app: &TestApp, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.request(app, path, fields).send().await
    }

    /// The answer of the token endpoint.
    pub async fn ask(&self, app: &TestApp, fields: &[(&str, &str)]) -> Answer {
        self.post(app, "/oauth/token", fields).await
    }

    /// A code for `scope`, with the challenge of [`VERIFIER`], given by Alice in a
    /// browser of her own.
    pub async fn code(&self, app: &TestApp, scope: &str) -> String {
        let answer = authorize(
            &app.browser(),
            &[
                ("client_id", self.id),
                ("redirect_uri", self.callback),
                ("response_type", "code"),
                ("scope", scope),
                ("code_challenge", &challenge()),
                ("code_challenge_method", "S256"),
            ],
        )
        .await;
        answer
            .redirect_parameter("code")
            .unwrap_or_else(|| panic!("no code: {answer:?}"))
    }

    /// The answer to a code as [`Self::code`] gives it.
    pub async fn redeem(&self, app: &TestApp, code: &str) -> Answer {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", self.callback),
            ("code_verifier", VERIFIER),
        ];
        self.ask(app, &fields).await
    }

    /// Tokens that stand for Alice.
    pub async fn tokens(&self, app: &TestApp, scope: &str) -> Value {
        let code = self.code(app, scope).await;
        self.redeem(app, &code).await.ok()
    }

    /// The answer to a refresh token.
    pub async fn refresh(&self, app: &TestApp, refresh_token: &str) -> Answer {
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token),
        ];
        self.ask(app, &fields).await
    }

    /// A token that stands for the client itself.
    pub async fn own_token(&self, app: &TestApp) -> String {
        let answer = self.ask(app, &[("grant_type", "client_credentials")]).await;
        text(&answer.ok(), "access_token")
    }

    /// What introspection says of `token` to this client.
    pub async fn introspect(&self, app: &TestApp, token: &str) -> Value {
        self.post(app, "/oauth/introspect", &[("token", token)])
            .await
            .ok()
    }
}

/// A member that must be a text.
#[track_caller]
pub fn text(document: &Value, member: &str) -> String {
    match document[member].as_str() {
        Some(text) => text.to_owned(),
        None => panic!("no {member} in {document}"),
    }
}

/// Whether the access token counts.
pub async fn counts(app: &TestApp, access_token: &str) -> bool {
    let request = app.request(Method::GET, "/oauth/tokeninfo");
    let answer = request.bearer(access_token).send().await;
    if answer.status != StatusCode::OK {
        answer.assert_error(StatusCode::UNAUTHORIZED, "invalid_token");
    }
    answer.status == StatusCode::OK
}
