//! `/account/profile`.

use authgate_proto::v1::UpdateProfileRequest;
use http::StatusCode;
use tonic::Status;

use super::{Call, changed, in_chinese, samples::account as samples, site};

const PATH: &str = "/account/profile";
const FORM: &str = "csrf_token=csrf-1&name=+Ada+&email=ada%40a.example&updated_at=7";

#[tokio::test]
async fn it_shows_the_account_and_the_ways_to_sign_in() {
    let page = site(|_| {}).get(PATH).await;
    page.shows("<bdi>ada</bdi>");
    page.shows(r#"value="Ada Lovelace""#);
    page.shows("Confirmed");
    page.shows("GitHub");
    page.shows("<bdi>ada-l</bdi>");
    page.shows("User name and password");
    page.shows(r#"href="/auth/account/password""#);
}

#[tokio::test]
async fn what_another_service_keeps_is_shown_and_not_offered() {
    let page = site(|script| script.get_profile = Some(Ok(samples::managed_profile())))
        .get(PATH)
        .await;
    page.shows("kept by another service");
    page.shows("you sign in by another service");
    page.hides(r#"name="email""#);
    page.hides(r#"href="/auth/account/password""#);
}

#[tokio::test]
async fn saving_sends_what_was_typed_and_what_it_stood_on() {
    let site = site(|_| {});
    let answer = site.post(PATH, FORM).await;
    assert_eq!(answer.location(), "/auth/account/profile?done=saved");
    let request = UpdateProfileRequest {
        name: "Ada".to_owned(),
        email: "ada@a.example".to_owned(),
        updated_at: 7,
    };
    assert_eq!(changed(&site), Call::UpdateProfile(request));
    site.get("/account/profile?done=saved")
        .await
        .shows("Your profile is saved.");
}

#[tokio::test]
async fn a_refusal_stands_at_the_field_and_the_text_stays() {
    for status in [
        Status::already_exists("email: somebody has it"),
        Status::invalid_argument("email: somebody has it"),
    ] {
        let page = site(|script| script.update_profile = Some(Err(status)))
            .post(PATH, FORM)
            .await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        page.shows(
            r##"<a href="#email">Email address: <span lang="en">somebody has it</span></a>"##,
        );
        page.shows(r#"value="ada@a.example""#);
        page.shows(r#"name="updated_at" value="7""#);
    }
}

#[tokio::test]
async fn a_profile_that_was_changed_meanwhile_is_shown_as_it_is_now() {
    let page = site(|script| script.update_profile = Some(Err(Status::aborted("outdated"))))
        .post(PATH, FORM)
        .await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    page.shows("Somebody else changed this");
    page.shows(r#"value="ada@example.com""#);
}

#[tokio::test]
async fn it_speaks_chinese() {
    in_chinese(PATH).await.shows("已連結的登入方式");
}
