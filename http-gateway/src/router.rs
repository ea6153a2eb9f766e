//! All routes of the gateway.

use authgate_proto::{transport::Link, vocabulary::path};
use axum::{
    Router,
    routing::{get, post},
};

use crate::{
    Config, Cors, Pages,
    core::Core,
    endpoints::{
        authorize::{self, AuthorizeEndpoint},
        device_authorization, health, introspect, jwks, metadata, register, revoke, token,
        tokeninfo, userinfo,
    },
    error, middleware,
};

/// RFC 8414 section 3.
const OAUTH_METADATA: &str = "/.well-known/oauth-authorization-server";
/// OpenID Connect Discovery section 4.
const OPENID_METADATA: &str = "/.well-known/openid-configuration";

/// The gateway's endpoints, relative to the issuer's path: nest them below
/// `config.base_path`. It answers its own paths only and has no fallback.
///
/// Takes the way to the core, the configuration and the HTML of the two pages
/// that the authorization endpoint may answer.
pub fn router(core: Link, config: Config, pages: Pages) -> Router {
    let core = Core::new(core);
    let cors = config.cors.as_ref();
    let authorize = AuthorizeEndpoint::new(core.clone(), pages, config.base_path.clone());
    Router::new()
        .merge(api(core.clone(), cors))
        .merge(browser(authorize))
        .merge(documents(core.clone(), cors))
        .merge(probes(core))
}

/// The metadata documents of an issuer with a path, at the root of its host:
/// RFC 8414 section 3.1 puts the well-known part before the issuer's path.
/// Merge it beside [`router`] when `config.base_path` is not empty.
pub fn well_known_router(core: Link, config: Config) -> Router {
    let base_path = &config.base_path;
    let routes = Router::new()
        .route(&format!("{OAUTH_METADATA}{base_path}"), get(metadata::get))
        .route(&format!("{OPENID_METADATA}{base_path}"), get(metadata::get))
        .method_not_allowed_fallback(error::method_not_allowed);
    middleware::documents(routes, config.cors.as_ref()).with_state(Core::new(core))
}

/// What programs call.
fn api(core: Core, cors: Option<&Cors>) -> Router {
    let client = format!("{}/{{client_id}}", path::REGISTER);
    let routes = Router::new()
        .route(path::TOKEN, post(token::post))
        .route(path::DEVICE_AUTHORIZATION, post(device_authorization::post))
        .route(path::INTROSPECT, post(introspect::post))
        .route(path::REVOKE, post(revoke::post))
        .route(path::TOKENINFO, get(tokeninfo::get))
        .route(path::USERINFO, get(userinfo::get).post(userinfo::post))
        .route(path::REGISTER, post(register::post))
        .route(
            &client,
            get(register::get)
                .put(register::put)
                .delete(register::delete),
        )
        .method_not_allowed_fallback(error::method_not_allowed);
    middleware::api(routes, cors).with_state(core)
}

/// Where browsers are sent.
fn browser(authorize: AuthorizeEndpoint) -> Router {
    let routes = Router::new()
        .route(path::AUTHORIZE, get(authorize::get).post(authorize::post))
        .method_not_allowed_fallback(authorize::method_not_allowed);
    middleware::browser(routes).with_state(authorize)
}

/// What everybody may read and keep.
fn documents(core: Core, cors: Option<&Cors>) -> Router {
    let routes = Router::new()
        .route(OAUTH_METADATA, get(metadata::get))
        .route(OPENID_METADATA, get(metadata::get))
        .route(path::JWKS, get(jwks::get))
        .method_not_allowed_fallback(error::method_not_allowed);
    middleware::documents(routes, cors).with_state(core)
}

/// What an orchestrator asks.
fn probes(core: Core) -> Router {
    let routes = Router::new()
        .route("/health", get(health::health))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .method_not_allowed_fallback(error::method_not_allowed);
    middleware::probes(routes).with_state(core)
}
