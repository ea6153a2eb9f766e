//! All routes of the pages, in one list, and what lies around them.

use authgate_proto::{transport::Transport, vocabulary::path};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{get, post},
};

use crate::{
    assets,
    config::Config,
    error::Failure,
    form,
    pages::{admin, consent, device, home, login, logout, preferences},
    visitor::{Site, receive},
};

/// The pages and their files. `core` leads to the core's services; paths are
/// relative to the issuer's path. Each request must carry an
/// [`authgate_proto::v1::RequestContext`] as extension.
pub fn router(core: Transport, config: Config) -> Router {
    let site = Site::new(core, config);
    let pages = Router::new()
        .route("/", get(home::show))
        .route(path::LOGIN, get(login::show).post(login::submit))
        .route("/logout", get(logout::show).post(logout::submit))
        .route(path::DEVICE, get(device::show))
        .route("/device/verify", post(device::submit))
        .route(path::CONSENT, get(consent::show))
        .route("/theme", post(preferences::submit_theme))
        .route("/language", post(preferences::submit_language))
        .merge(administration())
        .method_not_allowed_fallback(async || Failure::Method)
        // Inside of `receive`, so that a form over the limit gets its page.
        .route_layer(DefaultBodyLimit::max(form::BODY_LIMIT))
        .route_layer(middleware::from_fn_with_state(site.clone(), receive));
    let files = Router::new()
        .route("/static/{file}", get(assets::show))
        .route("/favicon.ico", get(assets::favicon));
    pages.merge(files).with_state(site)
}

/// What admins see and do.
fn administration() -> Router<Site> {
    use admin::{audit, authorizations, client, client_actions, client_form, clients};
    use admin::{dashboard, keys, registrations};

    Router::new()
        .route("/admin", get(dashboard::show))
        .route(
            "/admin/clients",
            get(clients::show).post(client_form::create),
        )
        .route(clients::NEW_PATH, get(client_form::show_new))
        .route(
            "/admin/clients/{id}",
            get(client::show).post(client_form::update),
        )
        .route("/admin/clients/{id}/edit", get(client_form::show_edit))
        .route(
            "/admin/clients/{id}/authorizations",
            get(authorizations::show),
        )
        .route(
            "/admin/clients/{id}/authorizations/{consent}/revoke",
            post(authorizations::revoke),
        )
        .route(
            "/admin/clients/{id}/{action}",
            get(client_actions::show).post(client_actions::submit),
        )
        .route("/admin/registrations", get(registrations::show))
        .route("/admin/audit", get(audit::page::show))
        .route("/admin/audit/export", get(audit::download::show))
        .route("/admin/audit/api", get(audit::api::list))
        .route("/admin/audit/api/stats", get(audit::api::statistics))
        .route("/admin/keys", get(keys::show))
        .route(keys::ROTATE_PATH, post(keys::rotate))
        .route(
            keys::ROTATE_NOW_PATH,
            get(keys::confirm_now).post(keys::rotate_now),
        )
}
