//! `/account/password`.

use authgate_proto::{
    error::{ErrorCode, OAuthError},
    v1::{ChangePasswordRequest, ChangePasswordResponse, PasswordRefusal},
};
use http::{StatusCode, header};
use tonic::Status;

use super::{Call, changed, in_chinese, site};

const PATH: &str = "/account/password";
const FORM: &str = "csrf_token=csrf-1&current_password=old-secret&new_password=new-secret\
                    &new_password_again=new-secret";

#[tokio::test]
async fn it_asks_for_the_current_one_and_the_new_one_twice() {
    let page = site(|_| {}).get(PATH).await;
    page.shows(r#"name="current_password" autocomplete="current-password""#);
    page.shows(r#"name="new_password" autocomplete="new-password""#);
    page.shows(r#"name="new_password_again" autocomplete="new-password""#);
    page.shows("All other browsers and every app will be signed out.");
}

#[tokio::test]
async fn a_change_keeps_the_new_cookie_and_says_so() {
    let site = site(|_| {});
    let answer = site.post(PATH, FORM).await;
    assert_eq!(answer.location(), "/auth/account/profile?done=password");
    assert!(answer.cookie().contains("session-9"));
    let request = ChangePasswordRequest {
        current_password: "old-secret".to_owned(),
        new_password: "new-secret".to_owned(),
    };
    assert_eq!(changed(&site), Call::ChangePassword(request));
    site.get("/account/profile?done=password")
        .await
        .shows("Your password is changed.");
}

#[tokio::test]
async fn what_is_missing_or_differs_is_said_before_the_core_hears_of_it() {
    for (body, field, text) in [
        (
            "current_password=a&new_password=b&new_password_again=c",
            "new_password_again",
            "not the same",
        ),
        (
            "new_password=b&new_password_again=b",
            "current_password",
            "Fill this in.",
        ),
        ("current_password=a", "new_password", "Fill this in."),
    ] {
        let site = site(|_| {});
        let page = site.post(PATH, body).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        page.shows(&format!("<a href=\"#{field}\">"));
        page.shows(text);
        assert_eq!(site.asked(), []);
    }
}

#[tokio::test]
async fn a_refusal_stands_at_its_field_and_no_password_comes_back() {
    for (refusal, field, text) in [
        (
            PasswordRefusal::WrongCurrent,
            "current_password",
            "not your current password",
        ),
        (
            PasswordRefusal::TooShort,
            "new_password",
            "at least eight characters",
        ),
        (PasswordRefusal::TooLong, "new_password", "1,024 bytes"),
        (
            PasswordRefusal::TooEasy,
            "new_password",
            "Too easy to guess",
        ),
    ] {
        let answer = ChangePasswordResponse {
            refusal: refusal.into(),
            cookie: None,
        };
        let page = site(|script| script.change_password = Some(Ok(answer)))
            .post(PATH, FORM)
            .await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        page.shows(&format!("<a href=\"#{field}\">"));
        page.shows(&format!("id=\"{field}-problem\""));
        page.shows(text);
        page.hides("-secret");
    }
}

#[tokio::test]
async fn too_many_wrong_ones_say_when_to_try_again() {
    let limit = OAuthError::new(ErrorCode::RateLimitExceeded, "slow down").retry_after(90);
    let page = site(|script| script.change_password = Some(Err(limit.into())))
        .post(PATH, FORM)
        .await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(page.header(header::RETRY_AFTER), "90");
    page.shows("Wait 2 minutes");
}

#[tokio::test]
async fn who_has_none_here_is_told_so() {
    let guard = Status::failed_precondition("your password is not kept here");
    let page = site(|script| script.change_password = Some(Err(guard)))
        .post(PATH, FORM)
        .await;
    page.shows("Your password is not kept here");
}

#[tokio::test]
async fn it_speaks_chinese() {
    in_chinese(PATH).await.shows("再次輸入新密碼");
}
