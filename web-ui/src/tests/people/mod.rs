//! The administration of people and tokens: what holds for all pages, and a file for
//! each.

mod actions;
mod failures;
mod forms;
mod parts;
mod tokens;
mod user;
mod users;

use authgate_proto::v1::{DeleteUserResponse, EndSignInResponse, RevokedResponse};
use axum::body::Body;
use http::{Request, header};

use super::{Answer, Call, Script, Site, samples};

/// An admin for whom everything is there, with some answers replaced.
fn site(change: impl FnOnce(&mut Script)) -> Site {
    use samples::{account, people};
    let token = |status| Some(Ok(people::token("t-1", "access", status)));
    let mut script = Script {
        view_browser: Some(Ok(samples::surroundings())),
        list_users: Some(Ok(people::users())),
        get_user: Some(Ok(people::ada())),
        create_user: Some(Ok(people::created())),
        update_user: Some(Ok(people::ada())),
        set_password: Some(Ok(people::new_password())),
        disable_user: Some(Ok(people::ada())),
        enable_user: Some(Ok(people::ada())),
        delete_user: Some(Ok(DeleteUserResponse {})),
        revoke_user_tokens: Some(Ok(RevokedResponse::default())),
        list_user_connections: Some(Ok(people::connections())),
        list_user_sign_ins: Some(Ok(account::sign_ins())),
        end_user_sign_in: Some(Ok(EndSignInResponse {})),
        list_all_consents: Some(Ok(account::consents())),
        revoke_any_consent: Some(Ok(account::allowed("c-1", samples::cli(), 0))),
        list_tokens: Some(Ok(people::tokens())),
        revoke_token: token("revoked"),
        disable_token: token("disabled"),
        enable_token: token("active"),
        ..Script::default()
    };
    change(&mut script);
    Site::new(script)
}

/// A page as an admin sees it who reads Traditional Chinese.
async fn in_chinese(path: &str) -> Answer {
    let request = Request::get(path)
        .header(header::COOKIE, "authgate_lang=zh-TW")
        .body(Body::empty());
    site(|_| {}).send(request.expect("a request")).await
}

/// The one call that went along with the form's token.
#[track_caller]
fn changed(site: &Site) -> Call {
    let asked = site.asked().into_iter();
    let mut changes = asked.filter(|(token, _)| token == "csrf-1");
    let (_, change) = changes.next().expect("a call with the form's token");
    assert_eq!(changes.next(), None);
    change
}

/// Every page, for what holds for all of them.
pub async fn pages() -> Vec<(&'static str, Answer)> {
    let site = site(|_| {});
    vec![
        ("users", site.get("/admin/users").await),
        ("new user", site.get("/admin/users/new").await),
        (
            "user refused",
            site.post("/admin/users", "password_by=typed").await,
        ),
        (
            "user created",
            site.post("/admin/users", "username=ada").await,
        ),
        ("user", site.get("/admin/users/u-1").await),
        ("user edit", site.get("/admin/users/u-1/edit").await),
        ("user delete", site.get("/admin/users/u-1/delete").await),
        ("user sessions", site.get("/admin/users/u-1/sessions").await),
        (
            "user connections",
            site.get("/admin/users/u-1/connections").await,
        ),
        (
            "user authorizations",
            site.get("/admin/users/u-1/authorizations").await,
        ),
        ("tokens", site.get("/admin/tokens").await),
    ]
}
