//! The pages about one's own account: what holds for all of them, and a file for each.

mod apps;
mod authorizations;
mod failures;
mod password;
mod profile;
mod sessions;

use authgate_proto::v1::{
    ChangePasswordResponse, DeleteAppResponse, EndSignInResponse, RevokeAllResponse, SessionCookie,
};
use axum::body::Body;
use http::{Request, header};

use super::{Answer, Call, Script, Site, samples};

/// Somebody for whom everything is there, with some answers replaced.
fn site(change: impl FnOnce(&mut Script)) -> Site {
    use samples::account as own;
    let cookie = SessionCookie {
        value: "session-9".to_owned(),
        max_age: 0,
    };
    let mut script = Script {
        view_browser: Some(Ok(samples::plain_surroundings())),
        list_sign_ins: Some(Ok(own::sign_ins())),
        end_sign_in: Some(Ok(EndSignInResponse {})),
        list_grants: Some(Ok(own::grants())),
        revoke_grant: Some(Ok(own::grant("g-1", samples::cli(), "revoked"))),
        disable_grant: Some(Ok(own::grant("g-1", samples::cli(), "disabled"))),
        enable_grant: Some(Ok(own::grant("g-1", samples::cli(), "active"))),
        revoke_all: Some(Ok(RevokeAllResponse {
            cookie: Some(SessionCookie::default()),
            ..RevokeAllResponse::default()
        })),
        list_consents: Some(Ok(own::consents())),
        revoke_consent: Some(Ok(own::allowed("c-1", samples::cli(), 0))),
        list_apps: Some(Ok(own::own_apps())),
        get_app: Some(Ok(own::own_app("inactive"))),
        create_app: Some(Ok(own::app_with_secret("pending"))),
        update_app: Some(Ok(own::own_app("inactive"))),
        delete_app: Some(Ok(DeleteAppResponse {})),
        regenerate_app_secret: Some(Ok(own::app_with_secret("active"))),
        get_profile: Some(Ok(own::profile())),
        update_profile: Some(Ok(own::profile())),
        change_password: Some(Ok(ChangePasswordResponse {
            refusal: 0,
            cookie: Some(cookie),
        })),
        ..Script::default()
    };
    change(&mut script);
    Site::new(script)
}

/// A page as somebody sees it who reads Traditional Chinese.
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
        ("sessions", site.get("/account/sessions").await),
        ("revoke all", site.get("/account/sessions/revoke-all").await),
        ("authorized apps", site.get("/account/authorizations").await),
        ("apps", site.get("/apps").await),
        ("new app", site.get("/apps/new").await),
        ("app", site.get("/apps/app").await),
        ("app edit", site.get("/apps/app/edit").await),
        ("app delete", site.get("/apps/app/delete").await),
        (
            "app created",
            site.post("/apps", "grant_device_code=1").await,
        ),
        ("profile", site.get("/account/profile").await),
        ("password", site.get("/account/password").await),
        (
            "password refused",
            site.post("/account/password", "new_password=x").await,
        ),
    ]
}
