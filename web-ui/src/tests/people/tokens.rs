//! `/admin/tokens`.

use authgate_proto::v1::{AdminTokenRequest, ListTokensRequest, ListTokensResponse};
use http::StatusCode;

use super::{Call, changed, in_chinese, samples::people as samples, site};

fn asked(request: ListTokensRequest) -> [(String, Call); 1] {
    [(String::new(), Call::ListTokens(request))]
}

#[tokio::test]
async fn it_lists_tokens_with_what_can_be_done() {
    let site = site(|_| {});
    let page = site.get("/admin/tokens").await;
    page.shows(r#"<a href="/auth/admin/users/u-1"><bdi>ada</bdi></a>"#);
    page.shows(r#"href="/auth/admin/clients/cli""#);
    page.shows("the client itself");
    page.shows("<code>reports.export</code>");
    let list = "/auth/admin/tokens/access/0198c7a2-7d0e-7cc1-9d3c-1f2a3b4c5d";
    page.shows(&format!("action=\"{list}6e/revoke\""));
    page.shows(&format!("action=\"{list}6e/disable\""));
    page.shows(&format!("action=\"{list}71/enable\""));
    page.hides(&format!("{list}72/"));
    page.hides(&format!("{list}73/"));
    let request = ListTokensRequest {
        category: "access".to_owned(),
        ..ListTokensRequest::default()
    };
    assert_eq!(site.asked(), asked(request));
}

#[tokio::test]
async fn filters_go_to_the_core_and_each_can_be_taken_away() {
    let site = site(|_| {});
    let page = site
        .get(
            "/admin/tokens?category=refresh&status=active&search=ada&user=u-1&client_id=%3Cc%3E\
             &scope=read&page_token=t",
        )
        .await;
    let request = ListTokensRequest {
        user: "u-1".to_owned(),
        client_id: "<c>".to_owned(),
        scope: "read".to_owned(),
        status: "active".to_owned(),
        category: "refresh".to_owned(),
        page_size: 0,
        page_token: "t".to_owned(),
        search: "ada".to_owned(),
    };
    assert_eq!(site.asked(), asked(request));
    page.shows("<bdi>&lt;c&gt;</bdi>");
    let without_client =
        "?category=refresh&amp;status=active&amp;search=ada&amp;user=u-1&amp;scope=read\"";
    page.shows(without_client);
    // A new search keeps what stands elsewhere.
    page.shows(r#"<input type="hidden" name="user" value="u-1">"#);
}

#[tokio::test]
async fn a_search_that_stopped_says_so_and_goes_on() {
    let stopped = ListTokensResponse {
        incomplete: true,
        next_page_token: "after".to_owned(),
        ..ListTokensResponse::default()
    };
    let page = site(|script| script.list_tokens = Some(Ok(stopped)))
        .get("/admin/tokens?search=ada")
        .await;
    page.shows("The search was cut short");
    page.shows("?search=ada&amp;page_token=after");
    page.hides("Nothing found");
}

#[tokio::test]
async fn nothing_there_is_said() {
    let site = site(|script| script.list_tokens = Some(Ok(ListTokensResponse::default())));
    site.get("/admin/tokens?category=refresh")
        .await
        .shows("No tokens");
    site.get("/admin/tokens?scope=x")
        .await
        .shows("Nothing found");
    let page = site
        .get(&format!("/admin/tokens?search={}", "a".repeat(201)))
        .await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_post_sends_the_token_and_goes_back_to_where_it_was() {
    for (action, done) in [
        ("revoke", "revoked"),
        ("disable", "disabled"),
        ("enable", "enabled"),
    ] {
        for (path, category) in [("refresh/t-1", "refresh"), ("t-1", "access")] {
            let site = site(|_| {});
            let body = "csrf_token=csrf-1&return_to=%2Fauth%2Fadmin%2Ftokens%3Fuser%3Du-1";
            let answer = site
                .post(&format!("/admin/tokens/{path}/{action}"), body)
                .await;
            let next = format!("/auth/admin/tokens?user=u-1&done={done}");
            assert_eq!(answer.location(), next);
            let request = AdminTokenRequest {
                id: "t-1".to_owned(),
                category: category.to_owned(),
            };
            let call = match action {
                "revoke" => Call::RevokeToken(request),
                "disable" => Call::DisableToken(request),
                _ => Call::EnableToken(request),
            };
            assert_eq!(changed(&site), call);
            site.get(&format!("/admin/tokens?done={done}"))
                .await
                .shows("role=\"status\"");
        }
    }
}

#[tokio::test]
async fn ending_a_refresh_token_says_that_its_sign_in_ends() {
    let token = samples::token("r-1", "refresh", "active");
    let found = ListTokensResponse {
        tokens: vec![token],
        ..ListTokensResponse::default()
    };
    let page = site(|script| script.list_tokens = Some(Ok(found)))
        .get("/admin/tokens?category=refresh")
        .await;
    page.shows("The sign-in that it belongs to ends for good");
    page.shows(r#"action="/auth/admin/tokens/refresh/r-1/revoke""#);
}

#[tokio::test]
async fn it_speaks_chinese() {
    in_chinese("/admin/tokens")
        .await
        .shows("所有記錄在案的權杖");
}
