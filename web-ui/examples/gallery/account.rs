//! The pages about one's own account, and those about people and tokens.

use authgate_proto::v1::{
    ChangePasswordResponse, Grant, ListAppsResponse, ListConsentsResponse, ListGrantsResponse,
    ListSignInsResponse, ListTokensResponse, ListUserConnectionsResponse, PasswordRefusal,
    RevokeAllResponse, SessionCookie,
};
use tonic::Status;

use crate::{
    samples::{self, account, people},
    scripted_core::Script,
};

/// A name, the path to open, and what the core answers.
pub fn scenes() -> Vec<(&'static str, &'static str, Script)> {
    let full = own();
    let empty = Script {
        list_sign_ins: Some(Ok(ListSignInsResponse {
            sign_ins: account::sign_ins().sign_ins.into_iter().take(1).collect(),
        })),
        list_grants: Some(Ok(ListGrantsResponse::default())),
        list_consents: Some(Ok(ListConsentsResponse::default())),
        list_apps: Some(Ok(ListAppsResponse::default())),
        get_profile: Some(Ok(account::managed_profile())),
        get_app: Some(Ok(account::own_app("pending"))),
        ..own()
    };
    let refused = "client_name: is needed; redirect_uris[0]: must be https; scope: is too long";
    let wrong = Script {
        create_app: Some(Err(Status::invalid_argument(refused))),
        change_password: Some(Ok(ChangePasswordResponse {
            refusal: PasswordRefusal::WrongCurrent.into(),
            cookie: None,
        })),
        ..own()
    };
    let admin = administration();
    let nothing = Script {
        list_tokens: Some(Ok(ListTokensResponse {
            incomplete: true,
            next_page_token: "after".to_owned(),
            ..ListTokensResponse::default()
        })),
        list_user_sign_ins: Some(Ok(ListSignInsResponse::default())),
        list_user_connections: Some(Ok(ListUserConnectionsResponse::default())),
        list_all_consents: Some(Ok(ListConsentsResponse::default())),
        get_user: Some(Ok(people::mallory())),
        delete_user: Some(Err(Status::failed_precondition(
            "this is the last admin: make another one first",
        ))),
        create_user: Some(Err(Status::already_exists(
            "username: somebody has this name already",
        ))),
        ..administration()
    };
    vec![
        ("sessions", "/account/sessions", full.clone()),
        ("sessions-empty", "/account/sessions", empty.clone()),
        (
            "sessions-done",
            "/account/sessions?done=revoked&status=active&search=cli",
            full.clone(),
        ),
        ("revoke-all", "/account/sessions/revoke-all", full.clone()),
        ("consents", "/account/authorizations", full.clone()),
        ("consents-empty", "/account/authorizations", empty.clone()),
        ("apps", "/apps", full.clone()),
        ("apps-empty", "/apps", empty.clone()),
        ("app-new", "/apps/new", full.clone()),
        (
            "app-created",
            "/send?to=/apps&grant_device_code=1",
            full.clone(),
        ),
        (
            "app-refused",
            "/send?to=/apps&grant_device_code=1&redirect_uris=http:",
            wrong.clone(),
        ),
        ("app", "/apps/app", full.clone()),
        ("app-pending", "/apps/app", empty.clone()),
        ("app-delete", "/apps/app/delete", empty.clone()),
        ("profile", "/account/profile", full.clone()),
        ("profile-managed", "/account/profile", empty),
        ("password", "/account/password", full),
        (
            "password-wrong",
            "/send?to=/account/password&current_password=x&new_password=y&new_password_again=y",
            wrong,
        ),
        ("users", "/admin/users", admin.clone()),
        ("user-new", "/admin/users/new", admin.clone()),
        (
            "user-created",
            "/send?to=/admin/users&username=ada",
            admin.clone(),
        ),
        (
            "user-exists",
            "/send?to=/admin/users&username=ada&role=admin",
            nothing.clone(),
        ),
        ("user", "/admin/users/u-1", admin.clone()),
        ("user-off", "/admin/users/u-3", nothing.clone()),
        ("user-edit", "/admin/users/u-1/edit", admin.clone()),
        ("user-delete", "/admin/users/u-1/delete", admin.clone()),
        (
            "user-guard",
            "/send?to=/admin/users/u-1/delete",
            nothing.clone(),
        ),
        ("user-sessions", "/admin/users/u-1/sessions", admin.clone()),
        (
            "user-sessions-empty",
            "/admin/users/u-1/sessions",
            nothing.clone(),
        ),
        (
            "user-connections",
            "/admin/users/u-1/connections",
            admin.clone(),
        ),
        (
            "user-consents",
            "/admin/users/u-1/authorizations",
            admin.clone(),
        ),
        ("tokens", "/admin/tokens", admin.clone()),
        (
            "tokens-filtered",
            "/admin/tokens?user=u-1&scope=read&status=active",
            admin,
        ),
        ("tokens-incomplete", "/admin/tokens?search=ada", nothing),
    ]
}

/// Somebody with everything there is.
fn own() -> Script {
    Script {
        view_browser: Some(Ok(samples::plain_surroundings())),
        list_sign_ins: Some(Ok(account::sign_ins())),
        list_grants: Some(Ok(account::grants())),
        disable_grant: Some(Ok(Grant::default())),
        revoke_grant: Some(Ok(Grant::default())),
        revoke_all: Some(Ok(RevokeAllResponse {
            cookie: Some(SessionCookie::default()),
            ..RevokeAllResponse::default()
        })),
        list_consents: Some(Ok(account::consents())),
        list_apps: Some(Ok(account::own_apps())),
        get_app: Some(Ok(account::own_app("active"))),
        create_app: Some(Ok(account::app_with_secret("pending"))),
        get_profile: Some(Ok(account::profile())),
        ..Script::default()
    }
}

/// What an admin sees of people.
fn administration() -> Script {
    Script {
        view_browser: Some(Ok(samples::surroundings())),
        list_users: Some(Ok(people::users())),
        get_user: Some(Ok(people::ada())),
        create_user: Some(Ok(people::created())),
        set_password: Some(Ok(people::new_password())),
        list_user_sign_ins: Some(Ok(account::sign_ins())),
        list_user_connections: Some(Ok(people::connections())),
        list_all_consents: Some(Ok(account::consents())),
        list_tokens: Some(Ok(people::tokens())),
        ..Script::default()
    }
}
