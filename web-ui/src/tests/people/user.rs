//! `/admin/users/{id}`.

use authgate_proto::v1::{AdminUser, UserRequest};

use super::{Call, in_chinese, samples::people as samples, site};

#[tokio::test]
async fn it_says_everything_about_a_person_and_what_each_action_does() {
    let site = site(|_| {});
    let page = site.get("/admin/users/u-1").await;
    page.shows("Ada Lovelace");
    page.shows("confirmed");
    page.shows(r#"<a href="/auth/admin/users/u-1/sessions" class="card"><b>2</b>"#);
    page.shows(r#"href="/auth/admin/tokens?user=u-1""#);
    page.shows(r#"href="/auth/admin/users/u-1/authorizations""#);
    page.shows(r#"href="/auth/admin/users/u-1/connections""#);
    page.shows("2 browser sessions and 1 sign-in of an app end.");
    for action in ["reset-password", "revoke-all", "disable", "delete"] {
        page.shows(&format!("href=\"/auth/admin/users/u-1/{action}\""));
    }
    let request = UserRequest {
        user_id: "u-1".to_owned(),
        ..UserRequest::default()
    };
    assert_eq!(site.asked(), [(String::new(), Call::GetUser(request))]);
}

#[tokio::test]
async fn oneself_is_marked_and_not_offered_to_be_switched_off() {
    let page = site(|script| script.get_user = Some(Ok(samples::grace())))
        .get("/admin/users/u-2")
        .await;
    page.shows("This is you");
    page.hides("/u-2/disable");
    page.hides("/u-2/delete");
}

#[tokio::test]
async fn who_is_switched_off_elsewhere_can_be_enabled_but_has_no_password_here() {
    let page = site(|script| script.get_user = Some(Ok(samples::mallory())))
        .get("/admin/users/u-3")
        .await;
    page.shows("This account is disabled");
    page.shows(r#"<form method="post" action="/auth/admin/users/u-3/enable">"#);
    page.shows("The password is kept by corp");
    page.hides("/u-3/reset-password");
    page.hides("/u-3/disable\"");
    page.hides("<script>");
    page.hides("\u{202E}");
}

#[tokio::test]
async fn a_user_without_name_and_address_has_none() {
    let user = AdminUser {
        name: String::new(),
        email: String::new(),
        ..samples::ada()
    };
    let page = site(|script| script.get_user = Some(Ok(user)))
        .get("/admin/users/u-1")
        .await;
    page.shows("None");
    page.hides("confirmed");
}

#[tokio::test]
async fn it_speaks_chinese() {
    in_chinese("/admin/users/u-1").await.shows("在各處登出");
}
