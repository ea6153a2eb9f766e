//! The authorization endpoint (RFC 6749 section 3.1, OpenID Connect Core
//! section 3.1.2).
//!
//! 1. `GET`, or `POST` without `action`, carries an authorization request. The
//!    core stores it and says what comes next: sign in, consent, answer.
//! 2. `POST` with `action` carries the consent form's decision.
//! 3. `respond` sends the browser on. Whatever can't go to a verified redirect
//!    URI is shown to the person on a page.

use std::sync::Arc;

use authgate_proto::{
    v1::{
        AuthorizeErrorPage, AuthorizeRequest, AuthorizeResponse, ClientResponse, ConsentDecision,
        PendingRequest, RequestContext, ResponseMode, authorize_response::Next,
    },
    vocabulary::path,
};
use axum::{
    extract::{RawQuery, Request, State},
    response::{Html, IntoResponse, Response},
};
use http::{
    HeaderValue, Method, StatusCode,
    header::{ALLOW, CONTENT_SECURITY_POLICY},
};

use crate::{
    FormPost, Pages, body, context::Context, core::Core, error::Error, form::Form, redirect,
};

/// The longest URL that a posted request is turned into, in bytes. Longer ones
/// are refused by some servers and browsers on the way.
const MAX_URL: usize = 8 * 1024;

/// What the endpoint works with.
#[derive(Clone)]
pub(crate) struct AuthorizeEndpoint {
    core: Core,
    pages: Pages,
    base_path: Arc<str>,
}

/// `GET /oauth/authorize`. Not `HEAD`, which must change nothing (RFC 9110 section 9.3.2).
pub(crate) async fn get(
    State(endpoint): State<AuthorizeEndpoint>,
    Context(context): Context,
    method: Method,
    RawQuery(query): RawQuery,
) -> Response {
    if method == Method::HEAD {
        let mut refusal = endpoint.or_page(Err(Error::method_not_allowed()), &context);
        let allowed = HeaderValue::from_static("GET,POST");
        refusal.headers_mut().insert(ALLOW, allowed);
        return refusal;
    }
    let answer = endpoint.on_get(&context, query).await;
    endpoint.or_page(answer, &context)
}

/// `POST /oauth/authorize`.
pub(crate) async fn post(
    State(endpoint): State<AuthorizeEndpoint>,
    Context(context): Context,
    request: Request,
) -> Response {
    let answer = endpoint.on_post(&context, request).await;
    endpoint.or_page(answer, &context)
}

/// Every other method.
pub(crate) async fn method_not_allowed(
    State(endpoint): State<AuthorizeEndpoint>,
    Context(context): Context,
) -> Response {
    endpoint.or_page(Err(Error::method_not_allowed()), &context)
}

impl AuthorizeEndpoint {
    /// Takes the way to the core, the pages and the issuer's path.
    pub(crate) fn new(core: Core, pages: Pages, base_path: String) -> Self {
        Self {
            core,
            pages,
            base_path: base_path.into(),
        }
    }

    async fn on_get(
        &self,
        context: &RequestContext,
        query: Option<String>,
    ) -> Result<Response, Error> {
        let form = Form::parse(query.unwrap_or_default().as_bytes())?;
        self.authorize(context, form, StatusCode::FOUND).await
    }

    async fn on_post(&self, context: &RequestContext, request: Request) -> Result<Response, Error> {
        let form = body::form(request).await?;
        if form.has("action") {
            return self.decide(context, form.without_repetition()?).await;
        }
        // A POST from another site carries no SameSite=Lax cookie, the GET that
        // it is redirected to does: only so a signed-in person stays signed in.
        if context.session_cookie.is_empty()
            && let Some(location) = self.as_get(&form)
        {
            return redirect::to(StatusCode::SEE_OTHER, &location);
        }
        self.authorize(context, form, StatusCode::SEE_OTHER).await
    }

    /// The posted request as a URL, unless that would be too long.
    fn as_get(&self, form: &Form) -> Option<String> {
        let location = format!("{}{}?{}", self.base_path, path::AUTHORIZE, form.encode());
        (location.len() <= MAX_URL).then_some(location)
    }

    /// The authorization request. `redirect` is the status of redirects.
    async fn authorize(
        &self,
        context: &RequestContext,
        form: Form,
        redirect: StatusCode,
    ) -> Result<Response, Error> {
        let request = context.request(authorize_request(form));
        let answer = self.core.oauth.authorize(request).await?;
        self.respond(answer.into_inner(), redirect)
    }

    /// The consent form's decision; anything but `approve` denies.
    async fn decide(&self, context: &RequestContext, mut form: Form) -> Result<Response, Error> {
        let decision = ConsentDecision {
            client_id: form.take("client_id"),
            request_uri: form.take("request_uri"),
            approved: form.take("action") == "approve",
            csrf_token: form.take("csrf_token"),
        };
        let request = context.request(decision);
        let answer = self.core.oauth.decide_consent(request).await;
        let answer = answer.map_err(Error::of_decision)?;
        self.respond(answer.into_inner(), StatusCode::SEE_OTHER)
    }

    /// What the core decided, as HTTP.
    fn respond(&self, answer: AuthorizeResponse, redirect: StatusCode) -> Result<Response, Error> {
        match answer.next {
            Some(Next::Client(response)) => self.to_client(response, redirect),
            Some(Next::SignIn(PendingRequest {
                client_id,
                request_uri,
            })) => {
                let login = redirect::login_url(&self.base_path, &client_id, &request_uri);
                redirect::to(redirect, &login)
            }
            Some(Next::Consent(PendingRequest {
                client_id,
                request_uri,
            })) => {
                let consent = redirect::consent_url(&self.base_path, &client_id, &request_uri);
                redirect::to(redirect, &consent)
            }
            Some(Next::ErrorPage(AuthorizeErrorPage { code, description })) => {
                Err(Error::for_person(&code, description))
            }
            None => Err(Error::broken_answer("an authorize answer says nothing")),
        }
    }

    /// The authorization response, by the mode that the client asked for.
    fn to_client(&self, response: ClientResponse, redirect: StatusCode) -> Result<Response, Error> {
        let mode = response.mode();
        let ClientResponse {
            redirect_uri,
            parameters,
            mode: _,
        } = response;
        let parameters = parameters.into_iter().map(|p| (p.name, p.value));
        match mode {
            ResponseMode::Query | ResponseMode::Unspecified => {
                let parameters: Vec<_> = parameters.collect();
                let pairs = parameters.iter().map(|(n, v)| (n.as_str(), v.as_str()));
                redirect::to(redirect, &redirect::with_query(&redirect_uri, pairs))
            }
            ResponseMode::FormPost => {
                let policy = redirect::form_post_policy(&redirect_uri)?;
                let html = (self.pages.form_post)(&FormPost {
                    action: redirect_uri,
                    parameters: parameters.collect(),
                });
                Ok(([(CONTENT_SECURITY_POLICY, policy)], Html(html)).into_response())
            }
        }
    }

    fn or_page(&self, answer: Result<Response, Error>, context: &RequestContext) -> Response {
        answer.unwrap_or_else(|error| error.into_page(&self.pages, &context.request_id))
    }
}

/// The request's parameters; unknown ones are ignored (RFC 6749 section 3.1).
/// Of a repeated one the first value counts, and the core is told.
fn authorize_request(mut form: Form) -> AuthorizeRequest {
    AuthorizeRequest {
        repeated_parameters: form.repeated(),
        client_id: form.take("client_id"),
        redirect_uri: form.take("redirect_uri"),
        response_type: form.take("response_type"),
        response_mode: form.take("response_mode"),
        scope: form.take("scope"),
        state: form.take("state"),
        nonce: form.take("nonce"),
        code_challenge: form.take("code_challenge"),
        code_challenge_method: form.take("code_challenge_method"),
        prompt: form.take("prompt"),
        max_age: form.take("max_age"),
        login_hint: form.take("login_hint"),
        id_token_hint: form.take("id_token_hint"),
        acr_values: form.take("acr_values"),
        ui_locales: form.take("ui_locales"),
        claims_locales: form.take("claims_locales"),
        display: form.take("display"),
        claims: form.take("claims"),
        request: form.take("request"),
        request_uri: form.take("request_uri"),
        resource: form.take_resources(),
        registration: form.take("registration"),
    }
}

#[cfg(test)]
mod tests {
    use authgate_proto::{
        error::{ErrorCode, OAuthError},
        v1::Parameter,
    };
    use http::header::{CONTENT_TYPE, LOCATION, REFERRER_POLICY, RETRY_AFTER};

    use super::*;
    use crate::test_support::{Answer, Gateway, bare, get, post_form, send_body};

    const PATH: &str = "/oauth/authorize";
    const REQUEST: &str = "client_id=c&response_type=code&state=x+y";

    fn next(next: Next) -> Gateway {
        Gateway::answering(AuthorizeResponse { next: Some(next) })
    }

    fn client(mode: ResponseMode, redirect_uri: &str) -> Gateway {
        let parameter = |name: &str, value: &str| Parameter {
            name: name.into(),
            value: value.into(),
        };
        next(Next::Client(ClientResponse {
            redirect_uri: redirect_uri.into(),
            mode: mode.into(),
            parameters: vec![parameter("code", "a&b"), parameter("state", "x y")],
        }))
    }

    fn pending() -> PendingRequest {
        PendingRequest {
            client_id: "c d".into(),
            request_uri: "urn:r:1".into(),
        }
    }

    fn assert_redirect(answer: &Answer, status: u16, location: &str) {
        assert_eq!(answer.status.as_u16(), status, "{answer:?}");
        assert_eq!(answer.header(LOCATION), Some(location));
        answer.assert_not_stored();
        assert_eq!(answer.header(REFERRER_POLICY), Some("no-referrer"));
    }

    fn by_get() -> Request {
        get(&format!("{PATH}?{REQUEST}"))
    }

    fn by_post() -> Request {
        post_form(PATH, REQUEST)
    }

    #[tokio::test]
    async fn the_client_is_answered_in_its_query() {
        let gateway = || client(ResponseMode::Query, "https://c.example/cb?own=1#top");
        let location = "https://c.example/cb?own=1&code=a%26b&state=x+y";
        assert_redirect(&gateway().send(by_get()).await, 302, location);
        assert_redirect(&gateway().send(by_post()).await, 303, location);
    }

    #[tokio::test]
    async fn the_client_is_answered_by_a_form() {
        let gateway = client(ResponseMode::FormPost, "https://c.example:8443/cb?own=1");
        let answer = gateway.send(by_get()).await;
        assert_eq!(answer.status.as_u16(), 200);
        assert_eq!(
            answer.header(CONTENT_TYPE),
            Some("text/html; charset=utf-8")
        );
        assert_eq!(
            answer.text(),
            r#"form to https://c.example:8443/cb?own=1 [("code", "a&b"), ("state", "x y")]"#
        );
        answer.assert_not_stored();
        let policy = answer.header(CONTENT_SECURITY_POLICY).unwrap();
        let directives: Vec<_> = policy.split("; ").collect();
        for directive in [
            "default-src 'none'",
            "script-src 'self'",
            "form-action https://c.example:8443",
            "frame-ancestors 'none'",
        ] {
            assert!(directives.contains(&directive), "{policy}");
        }
        assert!(!policy.contains("unsafe"));
    }

    #[tokio::test]
    async fn a_person_is_sent_to_sign_in_and_back() {
        let location = "/auth/login?redirect=%2Fauth%2Foauth%2Fauthorize\
                        %3Fclient_id%3Dc%2Bd%26request_uri%3Durn%253Ar%253A1";
        let gateway = || next(Next::SignIn(pending())).at("/auth");
        assert_redirect(&gateway().send(by_get()).await, 302, location);
        assert_redirect(&gateway().send(by_post()).await, 303, location);
    }

    #[tokio::test]
    async fn a_person_is_sent_to_consent() {
        let location = "/auth/consent?client_id=c+d&request_uri=urn%3Ar%3A1";
        let gateway = || next(Next::Consent(pending())).at("/auth");
        assert_redirect(&gateway().send(by_get()).await, 302, location);
        assert_redirect(&gateway().send(by_post()).await, 303, location);
    }

    #[tokio::test]
    async fn what_the_client_must_not_hear_is_told_to_the_person() {
        for code in ["invalid_request", "unauthorized_client", "invalid_client"] {
            let gateway = next(Next::ErrorPage(AuthorizeErrorPage {
                code: code.into(),
                description: "the redirect is not registered".into(),
            }));
            let answer = gateway.send(by_get()).await;
            answer.assert_page(400, code);
            assert!(answer.text().contains("the redirect is not registered"));
        }
    }

    #[tokio::test]
    async fn a_refusing_core_is_a_page_with_its_status() {
        let error = OAuthError::new(ErrorCode::TemporarilyUnavailable, "later").retry_after(7);
        let answer = Gateway::failing_with(error.into()).send(by_get()).await;
        answer.assert_page(503, "temporarily_unavailable");
        assert_eq!(answer.header(RETRY_AFTER), Some("7"));
        let answer = Gateway::failing(ErrorCode::RateLimitExceeded, "slowly")
            .send(by_post())
            .await;
        answer.assert_page(429, "rate_limit_exceeded");
        assert!(answer.header(RETRY_AFTER).is_some());
        let answer = Gateway::without_core().send(by_get()).await;
        answer.assert_page(503, "temporarily_unavailable");
    }

    #[tokio::test]
    async fn what_is_nobody_s_mistake_names_no_code() {
        let gone = next(Next::ErrorPage(AuthorizeErrorPage {
            code: String::new(),
            description: "start again".into(),
        }));
        gone.send(by_get()).await.assert_page(404, "");
        let stale = Gateway::failing_with(tonic::Status::permission_denied("not this browser's"));
        let decision = post_form(PATH, "client_id=c&request_uri=r&action=approve");
        stale.send(decision).await.assert_page(403, "");
    }

    #[tokio::test]
    async fn head_asks_nothing_of_the_core() {
        let gateway = Gateway::new();
        let answer = gateway.send(bare(Method::HEAD, PATH)).await;
        assert_eq!((answer.status.as_u16(), gateway.calls()), (405, 0));
        assert_eq!(answer.header(ALLOW), Some("GET,POST"));
    }

    #[tokio::test]
    async fn an_answer_that_says_nothing_is_a_fault() {
        let gateway = Gateway::answering(AuthorizeResponse { next: None });
        gateway
            .send(by_get())
            .await
            .assert_page(500, "server_error");
        let gateway = client(ResponseMode::Query, "https://c.example/\r\nset-cookie:x");
        gateway
            .send(by_get())
            .await
            .assert_page(500, "server_error");
        let gateway = client(ResponseMode::FormPost, "no url");
        gateway
            .send(by_get())
            .await
            .assert_page(500, "server_error");
    }

    #[tokio::test]
    async fn every_parameter_reaches_the_core() {
        let names = [
            "client_id",
            "redirect_uri",
            "response_type",
            "response_mode",
            "scope",
            "state",
            "nonce",
            "code_challenge",
            "code_challenge_method",
            "prompt",
            "max_age",
            "login_hint",
            "id_token_hint",
            "acr_values",
            "ui_locales",
            "claims_locales",
            "display",
            "claims",
            "request",
            "request_uri",
            "resource",
            "registration",
        ];
        let query: Vec<_> = names
            .iter()
            .map(|name| format!("{name}=my_{name}"))
            .collect();
        let query = format!("{}&resource=2&unknown=1&empty=", query.join("&"));
        let by_get = next(Next::Consent(pending()));
        by_get.send(get(&format!("{PATH}?{query}"))).await;
        let by_post = next(Next::Consent(pending()));
        by_post.send(post_form(PATH, query)).await;

        let request: AuthorizeRequest = by_get.seen();
        assert_eq!(request, by_post.seen());
        assert!(request.repeated_parameters.is_empty());
        assert_eq!(request.resource, ["my_resource", "2"]);
        let all = format!("{request:?}");
        for name in names {
            // The Debug text of a message reads `name: "value"`.
            let expected = if name == "resource" {
                r#"resource: ["my_resource", "2"]"#.to_owned()
            } else {
                format!(r#" {name}: "my_{name}""#)
            };
            assert!(all.contains(&expected), "{name}: {all}");
        }
    }

    #[tokio::test]
    async fn the_core_is_told_of_repeated_parameters() {
        let gateway = next(Next::Consent(pending()));
        let query = "client_id=a&state=1&client_id=b&x=1&x=2&state=2";
        gateway.send(get(&format!("{PATH}?{query}"))).await;
        let request: AuthorizeRequest = gateway.seen();
        assert_eq!(request.repeated_parameters, ["client_id", "x", "state"]);
        assert_eq!((&*request.client_id, &*request.state), ("a", "1"));
    }

    #[tokio::test]
    async fn what_can_not_be_decoded_is_a_page() {
        let many = vec!["a=1"; 65].join("&");
        for text in ["state=%FF", "state=%zz", "state=%00", "%=1", &many] {
            let gateway = Gateway::new();
            let answer = gateway.send(get(&format!("{PATH}?{text}"))).await;
            answer.assert_page(400, "invalid_request");
            let answer = gateway.send(post_form(PATH, text.to_owned())).await;
            answer.assert_page(400, "invalid_request");
            assert_eq!(gateway.calls(), 0);
        }
    }

    #[tokio::test]
    async fn a_body_must_be_a_form_within_the_limit() {
        let gateway = Gateway::new();
        let request = send_body(Method::POST, PATH, "application/json", "{}");
        gateway
            .send(request)
            .await
            .assert_page(400, "invalid_request");
        let long = format!("state={}", "x".repeat(64 * 1024));
        let answer = gateway.send(post_form(PATH, long)).await;
        answer.assert_page(413, "invalid_request");
        assert_eq!(gateway.calls(), 0);
    }

    #[tokio::test]
    async fn a_post_without_a_session_is_sent_round_as_a_get() {
        let gateway = Gateway::new().signed_out().at("/auth");
        let form = "client_id=c&state=x+y&state=%26&empty=&scope=a%20b";
        let answer = gateway.send(post_form(PATH, form)).await;
        let location = "/auth/oauth/authorize?client_id=c&state=x+y&state=%26&scope=a+b";
        assert_redirect(&answer, 303, location);
        assert_eq!(gateway.calls(), 0);
    }

    #[tokio::test]
    async fn a_post_too_long_for_a_url_is_taken_as_it_is() {
        let gateway = next(Next::SignIn(pending())).signed_out();
        let form = format!("client_id=c&request={}", "x".repeat(9_000));
        let answer = gateway.send(post_form(PATH, form)).await;
        assert_eq!(answer.status.as_u16(), 303);
        assert!(answer.header(LOCATION).unwrap().starts_with("/login?"));
        assert_eq!(gateway.seen::<AuthorizeRequest>().request.len(), 9_000);
    }

    #[tokio::test]
    async fn a_get_without_a_session_is_not_sent_round() {
        let gateway = next(Next::SignIn(pending())).signed_out();
        let answer = gateway.send(by_get()).await;
        assert!(answer.header(LOCATION).unwrap().starts_with("/login?"));
    }

    #[tokio::test]
    async fn only_approve_approves() {
        for (action, approved) in [
            ("approve", true),
            ("deny", false),
            ("APPROVE", false),
            ("1", false),
        ] {
            let gateway = client(ResponseMode::Query, "https://c.example/cb");
            let form = format!("action={action}&client_id=c&request_uri=urn%3Ar&csrf_token=t");
            let answer = gateway.send(post_form(PATH, form)).await;
            assert_redirect(&answer, 303, "https://c.example/cb?code=a%26b&state=x+y");
            let ConsentDecision {
                client_id,
                request_uri,
                approved: seen,
                csrf_token,
            } = gateway.seen();
            assert_eq!(
                (&*client_id, &*request_uri, &*csrf_token),
                ("c", "urn:r", "t")
            );
            assert_eq!(seen, approved, "{action}");
        }
    }

    #[tokio::test]
    async fn a_decision_comes_once_and_by_post() {
        let gateway = Gateway::new();
        let form = "action=deny&action=approve&client_id=c";
        let answer = gateway.send(post_form(PATH, form)).await;
        answer.assert_page(400, "invalid_request");
        assert_eq!(gateway.calls(), 0);

        let gateway = next(Next::Consent(pending()));
        let query = "action=approve&client_id=c&request_uri=urn%3Ar&csrf_token=t";
        gateway.send(get(&format!("{PATH}?{query}"))).await;
        assert_eq!(gateway.seen::<AuthorizeRequest>().client_id, "c");
    }

    #[tokio::test]
    async fn a_decision_without_a_session_is_the_cores_matter() {
        let gateway = next(Next::SignIn(pending())).signed_out();
        gateway
            .send(post_form(PATH, "action=approve&client_id=c"))
            .await;
        assert!(gateway.seen::<ConsentDecision>().approved);
    }

    #[tokio::test]
    async fn other_methods_are_not_allowed() {
        for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
            let answer = Gateway::new().send(bare(method, PATH)).await;
            answer.assert_page(405, "invalid_request");
            assert_eq!(answer.header(ALLOW), Some("GET,HEAD,POST"));
        }
    }
}
