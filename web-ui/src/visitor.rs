//! Who asks, and what every handler needs to answer.

use std::sync::Arc;

use authgate_proto::{
    transport::Transport,
    v1::{
        RequestContext, admin_client::AdminClient, self_service_client::SelfServiceClient,
        web_client::WebClient,
    },
};
use axum::{
    Extension,
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::header;

use crate::{
    config::Config, error::Failure, form::Fields, headers, language::Language, texts::Texts,
    theme::Theme,
};

/// Where a request was made (Fetch Metadata).
const FETCH_SITE: &str = "sec-fetch-site";

/// What all handlers share.
#[derive(Clone)]
pub struct Site {
    core: Transport,
    pub config: Arc<Config>,
}

impl Site {
    pub fn new(core: Transport, config: Config) -> Self {
        Self {
            core,
            config: Arc::new(config),
        }
    }

    /// What every page needs of the core.
    pub fn core(&self) -> WebClient<Transport> {
        WebClient::new(self.core.clone())
    }

    /// What people see and end of their own.
    pub fn self_service(&self) -> SelfServiceClient<Transport> {
        SelfServiceClient::new(self.core.clone())
    }

    /// What admins see and do.
    pub fn admin(&self) -> AdminClient<Transport> {
        AdminClient::new(self.core.clone())
    }
}

/// One request of a browser, as pages see it.
#[derive(Clone)]
pub struct Visitor {
    pub config: Arc<Config>,
    pub context: RequestContext,
    pub theme: Theme,
    pub language: Language,
    pub texts: &'static Texts,
    /// Path and query of the request, as the browser sees them.
    pub here: String,
    /// A page of ours led here. Browsers say so where a connection is secure; of those
    /// that don't it is believed.
    pub from_ours: bool,
}

impl Visitor {
    /// Somebody of whom nothing is known, for pages outside of the router.
    pub fn anonymous(config: &Config) -> Self {
        Self {
            config: Arc::new(config.clone()),
            context: RequestContext::default(),
            theme: Theme::default(),
            language: Language::default(),
            texts: Language::default().texts(),
            here: config.path("/"),
            from_ours: true,
        }
    }

    fn of(site: &Site, context: RequestContext, request: &Request) -> Self {
        let here = request
            .uri()
            .path_and_query()
            .map_or("/", |path| path.as_str());
        let language = Language::from_headers(request.headers());
        Self {
            config: Arc::clone(&site.config),
            context,
            theme: Theme::from_headers(request.headers()),
            language,
            texts: language.texts(),
            here: site.config.path(here),
            from_ours: request
                .headers()
                .get(FETCH_SITE)
                .is_none_or(|site| site == "same-origin"),
        }
    }

    /// The URL path of `path`, which is relative to the issuer and starts with `/`.
    pub fn path(&self, path: &str) -> String {
        self.config.path(path)
    }

    /// A call that changes something, in the name of whoever filled in the form:
    /// the form's token goes along in the context.
    pub fn change<T>(&self, fields: &Fields, message: T) -> tonic::Request<T> {
        let context = RequestContext {
            csrf_token: fields.get("csrf_token").to_owned(),
            ..self.context.clone()
        };
        context.request(message)
    }
}

/// Around every page: notes who asks for the handler, gives failures a page and
/// sets the headers that all pages share.
pub async fn receive(
    State(site): State<Site>,
    Extension(context): Extension<RequestContext>,
    mut request: Request,
    next: Next,
) -> Response {
    let visitor = Visitor::of(&site, context, &request);
    request.extensions_mut().insert(visitor.clone());
    let mut response = next.run(request).await;
    if let Some(failure) = response.extensions_mut().remove::<Failure>() {
        let allow = response.headers_mut().remove(header::ALLOW);
        response = failure.respond(&visitor);
        response
            .headers_mut()
            .extend(allow.map(|allow| (header::ALLOW, allow)));
    }
    headers::secure(&mut response);
    response
}
