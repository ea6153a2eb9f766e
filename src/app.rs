//! The parts put together into one router, with the edge around it.

use std::sync::Arc;

use authgate_proto::transport::Link;
use axum::{Router, response::Redirect, routing::get};
use core_service::Clock;
use tonic::service::Routes;
use web_ui::ErrorView;

use crate::{
    Roles,
    config::Config,
    edge::{self, Edge},
};

/// What answers requests.
pub struct Parts {
    /// The way to the core, for gateway and UI.
    pub core: Link,
    /// The core's public services, when it runs in this process.
    pub grpc: Option<Routes>,
    /// Which of gateway and UI this process runs.
    pub roles: Roles,
}

/// The edge of a server with this configuration.
#[must_use]
pub fn edge(config: &Config, clock: Clock) -> Edge {
    let ui = ui_config(config);
    Edge::new(
        &config.server,
        clock,
        Arc::new(move |view| web_ui::error_page(&ui, view)),
    )
}

/// One router for everything that `parts` hold, below the issuer's path, with `edge` around it.
pub fn build(parts: Parts, config: &Config, edge: &Edge) -> Router {
    let Parts { core, grpc, roles } = parts;
    let mut endpoints = Router::new();
    if roles.gateway {
        endpoints = endpoints.merge(http_gateway::router(
            core.clone(),
            gateway_config(config),
            pages(config),
        ));
    }
    if roles.web {
        endpoints = endpoints.merge(web_ui::router(core.services.clone(), ui_config(config)));
    }
    let base_path = config.server.base_url.path();
    let mut routes = below(base_path, endpoints);
    if roles.gateway && !base_path.is_empty() {
        routes = routes.merge(http_gateway::well_known_router(
            core,
            gateway_config(config),
        ));
    }
    edge.wrap(routes, grpc)
}

/// The core's services for other processes, on a listener of their own.
pub fn network(routes: Routes) -> Router {
    edge::around_peers(routes)
}

/// Everything below the issuer's path; the host's root leads there.
fn below(base_path: &str, endpoints: Router) -> Router {
    if base_path.is_empty() {
        return endpoints;
    }
    let home = base_path.to_owned();
    let to_home = get(async move || Redirect::temporary(&home));
    Router::new()
        .nest(base_path, endpoints)
        .route("/", to_home.clone())
        .route(&format!("{base_path}/"), to_home)
}

fn gateway_config(config: &Config) -> http_gateway::Config {
    http_gateway::Config {
        base_path: config.server.base_url.path().to_owned(),
        https: config.server.base_url.https(),
        cors: config.cors.clone(),
    }
}

fn ui_config(config: &Config) -> web_ui::Config {
    web_ui::Config {
        base_path: config.server.base_url.path().to_owned(),
        https: config.server.base_url.https(),
        issuer: config.server.base_url.issuer().to_owned(),
        static_max_age: config.server.static_max_age,
    }
}

/// The pages of the UI that the gateway shows.
fn pages(config: &Config) -> http_gateway::Pages {
    let ui = ui_config(config);
    let form_post_ui = ui.clone();
    http_gateway::Pages {
        error: Arc::new(move |page| {
            let view = ErrorView {
                status: page.status,
                message: page.description.clone(),
                code: page.code.clone(),
                request_id: page.request_id.clone(),
                ..ErrorView::default()
            };
            web_ui::error_page(&ui, &view)
        }),
        form_post: Arc::new(move |page| {
            web_ui::form_post_page(&form_post_ui, &page.action, &page.parameters)
        }),
    }
}
