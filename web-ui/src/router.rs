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
        .merge(account())
        .merge(people())
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

/// The pages about one's own account.
fn account() -> Router<Site> {
    use crate::pages::account::{
        app, app_form, app_secret, apps, authorizations, password, profile, revoke_all,
        session_actions, sessions,
    };
    Router::new()
        .route(sessions::PATH, get(sessions::show))
        .route(
            revoke_all::PATH,
            get(revoke_all::show).post(revoke_all::submit),
        )
        .route(
            "/account/sessions/sign-ins/{id}/end",
            post(session_actions::end),
        )
        .route(
            "/account/sessions/{id}/disable",
            post(session_actions::disable),
        )
        .route(
            "/account/sessions/{id}/enable",
            post(session_actions::enable),
        )
        .route(
            "/account/sessions/{id}/revoke",
            post(session_actions::revoke),
        )
        .route(authorizations::PATH, get(authorizations::show))
        .route(
            "/account/authorizations/{id}/revoke",
            post(authorizations::revoke),
        )
        .route(apps::PATH, get(apps::show).post(app_form::create))
        .route(app_form::NEW_PATH, get(app_form::new))
        .route("/apps/{id}", get(app::show).post(app_form::update))
        .route("/apps/{id}/edit", get(app_form::edit))
        .route(
            "/apps/{id}/delete",
            get(app::confirm_delete).post(app::delete),
        )
        .route(
            "/apps/{id}/regenerate-secret",
            get(app::confirm_regenerate).post(app_secret::regenerate),
        )
        .route(profile::PATH, get(profile::show).post(profile::submit))
        .route(password::PATH, get(password::show).post(password::submit))
}

/// The administration of people and of their tokens.
fn people() -> Router<Site> {
    use crate::pages::admin::{
        token_actions, tokens, user, user_actions, user_authorizations, user_connections,
        user_edit, user_new, user_sessions, users,
    };
    let users = Router::new()
        .route(users::PATH, get(users::show).post(user_new::submit))
        .route(user_new::PATH, get(user_new::show))
        .route("/admin/users/{id}", get(user::show).post(user_edit::submit))
        .route("/admin/users/{id}/edit", get(user_edit::show))
        .route("/admin/users/{id}/connections", get(user_connections::show))
        .route(
            "/admin/users/{id}/authorizations",
            get(user_authorizations::show),
        )
        .route(
            "/admin/users/{id}/authorizations/{consent}/revoke",
            post(user_authorizations::revoke),
        )
        .route("/admin/users/{id}/sessions", get(user_sessions::show))
        .route(
            "/admin/users/{id}/sessions/{session}/end",
            post(user_sessions::end),
        )
        .route(
            "/admin/users/{id}/reset-password",
            get(user_actions::confirm_reset).post(user_actions::reset_password),
        )
        .route(
            "/admin/users/{id}/revoke-all",
            get(user_actions::confirm_revoke_all).post(user_actions::revoke_all),
        )
        .route(
            "/admin/users/{id}/disable",
            get(user_actions::confirm_disable).post(user_actions::disable),
        )
        .route("/admin/users/{id}/enable", post(user_actions::enable))
        .route(
            "/admin/users/{id}/delete",
            get(user_actions::confirm_delete).post(user_actions::delete),
        );
    let tokens = Router::new()
        .route(tokens::PATH, get(tokens::show))
        .route(
            "/admin/tokens/{category}/{id}/revoke",
            post(token_actions::revoke),
        )
        .route(
            "/admin/tokens/{category}/{id}/disable",
            post(token_actions::disable),
        )
        .route(
            "/admin/tokens/{category}/{id}/enable",
            post(token_actions::enable),
        )
        .route(
            "/admin/tokens/{id}/revoke",
            post(token_actions::revoke_access),
        )
        .route(
            "/admin/tokens/{id}/disable",
            post(token_actions::disable_access),
        )
        .route(
            "/admin/tokens/{id}/enable",
            post(token_actions::enable_access),
        );
    users.merge(tokens)
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
        .route(keys::WITHDRAW_PATH, post(keys::withdraw))
        .route(
            keys::ROTATE_NOW_PATH,
            get(keys::confirm_now).post(keys::rotate_now),
        )
}
