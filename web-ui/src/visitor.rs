//! Who asks, and what every handler needs to answer.

use std::sync::Arc;

use authgate_proto::{
    transport::Transport,
    v1::{RequestContext, web_client::WebClient},
};
use axum::{
    Extension,
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::header;

use crate::{
    config::Config,
    error::Failure,
    headers,
    texts::{EN, Texts},
    theme::Theme,
};

/// What all handlers share.
#[derive(Clone)]
pub struct Site {
    core: WebClient<Transport>,
    pub config: Arc<Config>,
}

impl Site {
    pub fn new(core: Transport, config: Config) -> Self {
        Self {
            core: WebClient::new(core),
            config: Arc::new(config),
        }
    }

    /// A client of the core; clones are cheap and independent.
    pub fn core(&self) -> WebClient<Transport> {
        self.core.clone()
    }
}

/// One request of a browser, as pages see it.
#[derive(Clone)]
pub struct Visitor {
    pub config: Arc<Config>,
    pub context: RequestContext,
    pub theme: Theme,
    pub texts: &'static Texts,
    /// Path and query of the request, as the browser sees them.
    pub here: String,
}

impl Visitor {
    /// Somebody of whom nothing is known, for pages outside of the router.
    pub fn anonymous(config: &Config) -> Self {
        Self {
            config: Arc::new(config.clone()),
            context: RequestContext::default(),
            theme: Theme::default(),
            texts: &EN,
            here: config.path("/"),
        }
    }

    fn of(site: &Site, context: RequestContext, request: &Request) -> Self {
        let here = request
            .uri()
            .path_and_query()
            .map_or("/", |path| path.as_str());
        Self {
            config: Arc::clone(&site.config),
            context,
            theme: Theme::from_headers(request.headers()),
            texts: &EN,
            here: site.config.path(here),
        }
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
