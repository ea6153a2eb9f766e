//! `/admin/users/new` and `/admin/users/{id}/edit`.

use authgate_proto::v1::{CreateUserRequest, CreateUserResponse, UpdateUserRequest};
use http::StatusCode;
use tonic::Status;

use super::{Call, Script, Site, changed, in_chinese, samples, site};

const NEW: &str = "csrf_token=csrf-1&username=ada&name=Ada+L.&email=ada%40a.example&role=admin";
const EDIT: &str = "csrf_token=csrf-1&name=Ada+L.&email=ada%40a.example&role=admin&updated_at=7";

fn wanted(password: &str) -> Call {
    Call::CreateUser(CreateUserRequest {
        username: "ada".to_owned(),
        password: password.to_owned(),
        email: "ada@a.example".to_owned(),
        name: "Ada L.".to_owned(),
        role: "admin".to_owned(),
    })
}

#[tokio::test]
async fn a_password_is_made_up_unless_one_is_typed() {
    let site_one = site(|_| {});
    // What stands in the field counts only when it is chosen.
    let body = format!("{NEW}&password_by=generate&password=ignored-secret");
    let page = site_one.post("/admin/users", body).await;
    page.shows("Kp7mWq3ZtR9xYv2B");
    assert_eq!(changed(&site_one), wanted(""));

    let site_two = site(|script| {
        script.create_user = Some(Ok(CreateUserResponse {
            user: Some(samples::people::ada()),
            generated_password: String::new(),
        }));
    });
    let body = format!("{NEW}&password_by=typed&password=+typed-secret+");
    let answer = site_two.post("/admin/users", body).await;
    assert_eq!(answer.location(), "/auth/admin/users/u-1?done=created");
    assert_eq!(changed(&site_two), wanted(" typed-secret "));
}

#[tokio::test]
async fn an_empty_password_is_not_taken_for_none() {
    let site = site(|_| {});
    let page = site
        .post("/admin/users", format!("{NEW}&password_by=typed"))
        .await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    page.shows("<a href=\"#password\">Fill this in.</a>");
    assert_eq!(site.asked(), []);
}

#[tokio::test]
async fn a_refused_form_keeps_what_was_typed_but_the_password() {
    let taken = Status::already_exists("username: somebody has this <name>");
    let site = site(|script| script.create_user = Some(Err(taken)));
    let body = format!("{NEW}&password_by=typed&password=typed-secret");
    let page = site.post("/admin/users", body).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    page.shows("<a href=\"#username\">User name: <span lang=\"en\">somebody has this &lt;name&gt;</span></a>");
    page.shows(r#"value="Ada L.""#);
    page.shows(r#"<option value="admin" selected>"#);
    page.hides("typed-secret");
}

#[tokio::test]
async fn only_admins_see_the_form() {
    let site = Site::new(Script {
        view_browser: Some(Ok(samples::plain_surroundings())),
        ..Script::default()
    });
    let page = site.get("/admin/users/new").await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    page.shows("For administrators only");
}

#[tokio::test]
async fn editing_sends_what_was_typed_and_what_it_stood_on() {
    let site = site(|_| {});
    let page = site.get("/admin/users/u-1/edit").await;
    page.shows(r#"value="Ada Lovelace""#);
    let updated_at = samples::people::ada().updated_at;
    page.shows(&format!(r#"name="updated_at" value="{updated_at}""#));
    let answer = site.post("/admin/users/u-1", EDIT).await;
    assert_eq!(answer.location(), "/auth/admin/users/u-1?done=saved");
    let request = UpdateUserRequest {
        user_id: "u-1".to_owned(),
        name: "Ada L.".to_owned(),
        email: "ada@a.example".to_owned(),
        role: "admin".to_owned(),
        updated_at: 7,
    };
    assert_eq!(changed(&site), Call::UpdateUser(request));
}

#[tokio::test]
async fn an_instant_that_makes_no_sense_never_means_whatever_it_was() {
    for nonsense in ["", "0", "x"] {
        let site = site(|_| {});
        let body = EDIT.replace("updated_at=7", &format!("updated_at={nonsense}"));
        site.post("/admin/users/u-1", body).await;
        let Call::UpdateUser(UpdateUserRequest { updated_at: -1, .. }) = changed(&site) else {
            panic!("{nonsense} counts");
        };
    }
}

#[tokio::test]
async fn guards_and_refusals_stand_above_the_form_that_keeps_what_was_typed() {
    for (status, text) in [
        (
            Status::failed_precondition("this is the last admin"),
            "his is the last admin",
        ),
        (
            Status::already_exists("email: is taken"),
            "<a href=\"#email\">Email address: <span lang=\"en\">is taken</span></a>",
        ),
    ] {
        let page = site(|script| script.update_user = Some(Err(status)))
            .post("/admin/users/u-1", EDIT)
            .await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        page.shows(text);
        page.shows(r#"value="Ada L.""#);
        page.shows(r#"name="updated_at" value="7""#);
    }
}

#[tokio::test]
async fn a_user_who_was_changed_meanwhile_is_shown_as_now() {
    let page = site(|script| script.update_user = Some(Err(Status::aborted("outdated"))))
        .post("/admin/users/u-1", EDIT)
        .await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    page.shows("Somebody else changed this");
    page.shows(r#"value="Ada Lovelace""#);
}

#[tokio::test]
async fn they_speak_chinese() {
    in_chinese("/admin/users/new").await.shows("自動產生");
    in_chinese("/admin/users/u-1/edit")
        .await
        .shows("編輯使用者");
}
