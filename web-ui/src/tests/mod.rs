//! Every route and state, driven through the router against a scripted core.

mod account;
mod admin;
mod audit;
mod consent;
mod device;
mod document;
mod failures;
mod foreign;
mod home;
mod language;
mod login;
mod people;
mod samples;
mod scripted_core;
mod statics;
mod texts;
mod theme;
mod user_agent;

use std::time::Duration;

use authgate_proto::v1::RequestContext;
use axum::{
    Extension, Router,
    body::{Body, to_bytes},
    response::Response,
};
use http::{HeaderName, Request, StatusCode, header};
use tower::ServiceExt;

use crate::{Config, router};
use scripted_core::{Call, Script, ScriptedCore};

/// Pages over a core that follows a script.
struct Site {
    core: ScriptedCore,
    config: Config,
}

/// What a browser got.
struct Answer {
    status: StatusCode,
    headers: http::HeaderMap,
    body: String,
}

impl Site {
    fn new(script: Script) -> Self {
        Self {
            core: ScriptedCore::new(script),
            config: config(),
        }
    }

    fn router(&self) -> Router {
        router(self.core.transport(), self.config.clone()).layer(Extension(context()))
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router().oneshot(request).await.expect("infallible");
        Answer::of(response).await
    }

    async fn get(&self, path: &str) -> Answer {
        let request = Request::get(path).body(Body::empty());
        self.send(request.expect("a request")).await
    }

    /// Posts a form as it stands, already encoded.
    async fn post(&self, path: &str, body: impl Into<Body>) -> Answer {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body.into());
        self.send(request.expect("a request")).await
    }

    /// What the core was asked, in order.
    fn calls(&self) -> Vec<Call> {
        self.core
            .calls()
            .into_iter()
            .map(|(_, call)| call)
            .collect()
    }

    /// What the core was asked besides the surroundings of the page, with the token
    /// of the form that asked.
    fn asked(&self) -> Vec<(String, Call)> {
        self.core
            .calls()
            .into_iter()
            .filter(|(_, call)| !matches!(call, Call::ViewBrowser(_)))
            .map(|(context, call)| (context.csrf_token, call))
            .collect()
    }
}

impl Answer {
    async fn of(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("a body");
        Self {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(body.into()).expect("text"),
        }
    }

    /// The header as text; empty when it is missing.
    fn header(&self, name: HeaderName) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("ASCII"))
    }

    fn location(&self) -> &str {
        self.header(header::LOCATION)
    }

    fn cookie(&self) -> &str {
        self.header(header::SET_COOKIE)
    }

    #[track_caller]
    fn shows(&self, text: &str) {
        assert!(self.body.contains(text), "{text:?} is not in {}", self.body);
    }

    #[track_caller]
    fn hides(&self, text: &str) {
        assert!(!self.body.contains(text), "{text:?} is in {}", self.body);
    }
}

fn config() -> Config {
    Config {
        base_path: "/auth".to_owned(),
        https: true,
        issuer: "https://id.example.com/auth".to_owned(),
        static_max_age: Some(Duration::from_secs(3600)),
    }
}

fn context() -> RequestContext {
    RequestContext {
        request_id: "request-7".to_owned(),
        client_ip: "203.0.113.7".to_owned(),
        user_agent: "Test".to_owned(),
        session_cookie: "session-1".to_owned(),
        ..RequestContext::default()
    }
}

/// A script in which every call is answered.
fn everything() -> Script {
    use authgate_proto::v1::{
        DeviceDecided, DeviceState, SessionCookie, SignInRefusal, SignOutResponse,
        device_decided::Outcome,
    };
    Script {
        view_sign_in: Some(Ok(samples::sign_in())),
        sign_in: Some(Ok(samples::refused(SignInRefusal::BadCredentials, 0))),
        sign_out: Some(Ok(SignOutResponse {
            cookie: Some(SessionCookie::default()),
        })),
        view_home: Some(Ok(samples::home())),
        view_consent: Some(Ok(samples::consent(samples::web_app(), "openid email"))),
        view_device: Some(Ok(samples::device(DeviceState::Confirm))),
        decide_device: Some(Ok(DeviceDecided {
            outcome: Some(Outcome::Settled(samples::settled(true))),
        })),
        ..samples::admin::script()
    }
}
