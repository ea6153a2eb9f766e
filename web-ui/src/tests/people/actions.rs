//! What is done to a person.

use authgate_proto::v1::{SetPasswordRequest, UserRequest};
use http::{StatusCode, header};
use tonic::Status;

use super::{Call, changed, in_chinese, site};

fn ada() -> UserRequest {
    UserRequest {
        user_id: "u-1".to_owned(),
        ..UserRequest::default()
    }
}

#[tokio::test]
async fn a_page_says_what_will_happen_before_it_does() {
    for (action, text) in [
        (
            "reset-password",
            "Everything signed in with the old one ends.",
        ),
        (
            "revoke-all",
            "2 browser sessions and 1 sign-in of an app end.",
        ),
        ("disable", "cannot sign in until you enable"),
        ("delete", "are gone for good"),
    ] {
        let site = site(|_| {});
        let page = site.get(&format!("/admin/users/u-1/{action}")).await;
        page.shows(text);
        page.shows("<bdi>ada</bdi>");
        page.shows(&format!(
            "<form method=\"post\" action=\"/auth/admin/users/u-1/{action}\">"
        ));
        page.shows(r#"name="csrf_token" value="csrf-1""#);
        assert_eq!(site.asked(), [(String::new(), Call::GetUser(ada()))]);
    }
}

#[tokio::test]
async fn a_post_does_it_with_the_forms_token_and_leads_on() {
    let user = "/auth/admin/users/u-1";
    for (action, call, next) in [
        (
            "revoke-all",
            Call::RevokeUserTokens(ada()),
            format!("{user}?done=revoked"),
        ),
        (
            "disable",
            Call::DisableUser(ada()),
            format!("{user}?done=disabled"),
        ),
        (
            "enable",
            Call::EnableUser(ada()),
            format!("{user}?done=enabled"),
        ),
        (
            "delete",
            Call::DeleteUser(ada()),
            "/auth/admin/users?done=deleted".to_owned(),
        ),
    ] {
        let site = site(|_| {});
        let path = format!("/admin/users/u-1/{action}");
        let answer = site.post(&path, "csrf_token=csrf-1").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{action}");
        assert_eq!(answer.location(), next);
        assert_eq!(changed(&site), call);
        let next = next.strip_prefix("/auth").unwrap_or(&next);
        site.get(next).await.shows("role=\"status\"");
    }
}

#[tokio::test]
async fn a_password_that_was_made_up_is_shown_once() {
    let site = site(|_| {});
    let page = site
        .post(
            "/admin/users/u-1/reset-password",
            "csrf_token=csrf-1&updated_at=7",
        )
        .await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.header(header::CACHE_CONTROL), "no-store");
    page.shows("Kp7mWq3ZtR9xYv2B");
    page.shows(r#"href="/auth/admin/users/u-1""#);
    let request = SetPasswordRequest {
        user_id: "u-1".to_owned(),
        updated_at: 7,
        ..SetPasswordRequest::default()
    };
    assert_eq!(changed(&site), Call::SetPassword(request));
}

#[tokio::test]
async fn a_password_is_not_reset_twice_by_one_form() {
    let form = site(|_| {}).get("/admin/users/u-1/reset-password").await;
    form.shows(r#"<input type="hidden" name="updated_at" value=""#);
    let page = site(|script| script.set_password = Some(Err(Status::aborted("changed"))))
        .post(
            "/admin/users/u-1/reset-password",
            "csrf_token=csrf-1&updated_at=7",
        )
        .await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    page.shows("<h1>The password was not reset again</h1>");
    page.shows(r#"href="/auth/admin/users/u-1""#);
}

#[tokio::test]
async fn who_reset_the_own_password_sees_it_though_signed_out_by_it() {
    let page = site(|script| script.view_browser = Some(Err(Status::unauthenticated("over"))))
        .post("/admin/users/u-2/reset-password", "csrf_token=csrf-1")
        .await;
    assert_eq!(page.status, StatusCode::OK);
    page.shows("Kp7mWq3ZtR9xYv2B");
}

#[tokio::test]
async fn guards_of_the_core_are_said_in_its_words() {
    let guard = || Some(Err(Status::failed_precondition("this is the last <admin>")));
    for action in ["disable", "delete"] {
        let site = site(|script| {
            script.disable_user =
                Some(Err(Status::failed_precondition("this is the last <admin>")));
            script.delete_user = guard();
        });
        let path = format!("/admin/users/u-1/{action}");
        let page = site.post(&path, "csrf_token=csrf-1").await;
        assert_eq!(page.status, StatusCode::CONFLICT, "{action}");
        page.shows("this is the last &lt;admin&gt;");
        page.shows(r#"href="/auth/admin/users/u-1""#);
    }
}

#[tokio::test]
async fn they_speak_chinese() {
    in_chinese("/admin/users/u-1/delete")
        .await
        .shows("都會永久消失");
}
