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
    Extension,
    extract::{RawQuery, Request, State},
    response::{Html, IntoResponse, Response},
};
use http::{StatusCode, header::CONTENT_SECURITY_POLICY};

use crate::{FormPost, Pages, body, core::Core, error::Error, form::Form, redirect};

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

/// `GET /oauth/authorize`.
pub(crate) async fn get(
    State(endpoint): State<AuthorizeEndpoint>,
    Extension(context): Extension<RequestContext>,
    RawQuery(query): RawQuery,
) -> Response {
    let answer = endpoint.on_get(&context, query).await;
    endpoint.or_page(answer, &context)
}

/// `POST /oauth/authorize`.
pub(crate) async fn post(
    State(endpoint): State<AuthorizeEndpoint>,
    Extension(context): Extension<RequestContext>,
    request: Request,
) -> Response {
    let answer = endpoint.on_post(&context, request).await;
    endpoint.or_page(answer, &context)
}

/// Every other method.
pub(crate) async fn method_not_allowed(
    State(endpoint): State<AuthorizeEndpoint>,
    Extension(context): Extension<RequestContext>,
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
        let answer = self.core.oauth().authorize(request).await?;
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
        let answer = self.core.oauth().decide_consent(request).await?;
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
