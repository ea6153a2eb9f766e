//! `/admin/users`.

use authgate_proto::v1::{ListUsersRequest, ListUsersResponse};
use http::StatusCode;

use super::{Call, in_chinese, site};

#[tokio::test]
async fn it_lists_people_with_role_state_and_source() {
    let page = site(|_| {}).get("/admin/users").await;
    assert_eq!(page.status, StatusCode::OK);
    page.shows(r#"<a href="/auth/admin/users/u-1"><bdi>ada</bdi></a>"#);
    page.shows("Ada Lovelace");
    page.shows("ada@example.com");
    page.shows(">Admin<");
    page.shows("Disabled");
    page.shows("This server");
    page.shows("&lt;img src=x onerror=alert(1)&gt;");
    page.hides("<img src=x");
    page.hides("<script>");
    page.shows(r#"<option value="corp">corp</option>"#);
    page.shows(r#"href="/auth/admin/users/new""#);
}

#[tokio::test]
async fn filters_go_to_the_core_and_stay_in_every_link() {
    let site = site(|_| {});
    let page = site
        .get("/admin/users?role=admin&status=disabled&auth_source=corp&search=+gr+&page_token=t")
        .await;
    let request = ListUsersRequest {
        page_size: 0,
        page_token: "t".to_owned(),
        search: "gr".to_owned(),
        role: "admin".to_owned(),
        auth_source: "corp".to_owned(),
        status: "disabled".to_owned(),
    };
    assert_eq!(site.asked(), [(String::new(), Call::ListUsers(request))]);
    page.shows(
        "?role=admin&amp;status=disabled&amp;auth_source=corp&amp;search=gr&amp;page_token=after",
    );
}

#[tokio::test]
async fn nonsense_filters_nothing_and_an_endless_search_is_refused() {
    let site = site(|_| {});
    site.get("/admin/users?role=king&status=x").await;
    let asked = Call::ListUsers(ListUsersRequest::default());
    assert_eq!(site.asked(), [(String::new(), asked)]);
    let long = format!("/admin/users?search={}", "%E5%B0%8B".repeat(201));
    let page = site.get(&long).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    page.shows("200 characters at most");
    page.shows(r#"href="/auth/admin/users""#);
}

#[tokio::test]
async fn nobody_found_is_said() {
    let site = site(|script| script.list_users = Some(Ok(ListUsersResponse::default())));
    site.get("/admin/users?search=x")
        .await
        .shows("Nothing found");
    site.get("/admin/users").await.shows("No users");
    site.get("/admin/users?done=deleted")
        .await
        .shows("The account is deleted.");
}

#[tokio::test]
async fn it_speaks_chinese() {
    in_chinese("/admin/users").await.shows("新增使用者");
}
