//! `/account/sessions` and what is done from there.

use authgate_proto::v1::{
    EndSignInRequest, GrantRequest, ListGrantsRequest, ListGrantsResponse, ListSignInsRequest,
    RevokeAllRequest,
};
use http::StatusCode;

use super::{Call, changed, in_chinese, site};

#[tokio::test]
async fn this_browser_comes_first_and_marked_and_others_can_be_ended() {
    let page = site(|_| {}).get("/account/sessions").await;
    assert_eq!(page.status, StatusCode::OK);
    page.shows("Firefox on Linux");
    page.shows("This browser");
    page.shows("Safari on iPhone");
    page.shows("since <time datetime=\"2026-11-03T03:00:00Z\">3 November 2026</time>");
    page.shows("stays signed in");
    // Its own cookie goes too, so this one leads to the sign-out.
    page.shows(r#"action="/auth/logout""#);
    page.shows(r#"action="/auth/account/sessions/sign-ins/s-2/end""#);
    page.hides("sign-ins/s-1/end");
    page.shows(r#"href="/auth/account/sessions/revoke-all""#);
}

#[tokio::test]
async fn each_app_is_readable_and_can_be_ended() {
    let page = site(|_| {}).get("/account/sessions").await;
    page.shows("<q><bdi>AuthGate CLI</bdi></q>");
    page.shows("authgate-cli/1.4");
    page.shows("at <bdi>10.0.0.7</bdi>");
    page.shows("access while you are away");
    page.shows("<q><bdi>reports.export</bdi></q>");
    page.shows("renews itself");
    page.shows(r#"action="/auth/account/sessions/g-1/disable""#);
    page.shows(r#"action="/auth/account/sessions/g-2/enable""#);
    page.shows(r#"action="/auth/account/sessions/g-1/revoke""#);
    page.shows("This ends the app’s access for good.");
    // What is over can't be ended again.
    page.hides("/g-3/");
    page.hides("/g-4/");
    page.shows("ended <time");
    page.hides("<script>");
    page.shows(r#"href="/auth/account/sessions?page_token=after""#);
}

#[tokio::test]
async fn filters_go_to_the_core_and_stay_in_every_link() {
    let site = site(|_| {});
    let page = site
        .get("/account/sessions?status=disabled&search=+cli+&page_token=t")
        .await;
    let asked: Vec<Call> = site.asked().into_iter().map(|(_, call)| call).collect();
    assert!(asked.contains(&Call::ListSignIns(ListSignInsRequest {})));
    assert!(asked.contains(&Call::ListGrants(ListGrantsRequest {
        search: "cli".to_owned(),
        status: "disabled".to_owned(),
        page_size: 10,
        page_token: "t".to_owned(),
    })));
    page.shows(r#"value="cli""#);
    page.shows("?status=disabled&amp;search=cli&amp;page_token=after");
    // Browsers stand on the first page only.
    page.hides("This browser");
}

#[tokio::test]
async fn an_unknown_status_filters_nothing_and_an_endless_search_is_refused() {
    let site = site(|_| {});
    site.get("/account/sessions?status=x%22%3E")
        .await
        .hides("x&quot;&gt;");
    let page = site
        .get(&format!("/account/sessions?search={}", "a".repeat(201)))
        .await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    page.shows("200 characters at most");
    page.shows(r#"href="/auth/account/sessions""#);
    let statuses = site.asked().into_iter().filter_map(|(_, call)| match call {
        Call::ListGrants(request) => Some(request.status),
        _ => None,
    });
    assert_eq!(statuses.collect::<Vec<_>>(), [""]);
}

#[tokio::test]
async fn nothing_there_says_how_it_comes_about() {
    let empty = || site(|script| script.list_grants = Some(Ok(ListGrantsResponse::default())));
    empty()
        .get("/account/sessions")
        .await
        .shows("No app acts for you");
    let page = empty().get("/account/sessions?search=x").await;
    page.shows("Nothing found");
}

#[tokio::test]
async fn a_post_sends_the_token_and_goes_back_to_where_it_was() {
    let id = || "g-1".to_owned();
    let list = "/auth/account/sessions";
    for (path, call, done) in [
        (
            "g-1/revoke",
            Call::RevokeGrant(GrantRequest { id: id() }),
            "revoked",
        ),
        (
            "g-1/disable",
            Call::DisableGrant(GrantRequest { id: id() }),
            "disabled",
        ),
        (
            "g-1/enable",
            Call::EnableGrant(GrantRequest { id: id() }),
            "enabled",
        ),
        (
            "sign-ins/s-2/end",
            Call::EndSignIn(EndSignInRequest {
                id: "s-2".to_owned(),
                ..EndSignInRequest::default()
            }),
            "ended",
        ),
    ] {
        let site = site(|_| {});
        let path = format!("/account/sessions/{path}");
        let body =
            "csrf_token=csrf-1&return_to=%2Fauth%2Faccount%2Fsessions%3Fstatus%3Dactive%26done%3Dx";
        let answer = site.post(&path, body).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert_eq!(
            answer.location(),
            format!("{list}?status=active&done={done}")
        );
        assert_eq!(changed(&site), call);
        let page = site.get(&format!("/account/sessions?done={done}")).await;
        page.shows("role=\"status\"");
    }
}

#[tokio::test]
async fn a_form_cannot_lead_elsewhere() {
    for evil in [
        "https%3A%2F%2Fevil.example",
        "%2F%2Fevil.example",
        "%2Fauth%2Faccount%2Fsessionsx",
    ] {
        let body = format!("csrf_token=csrf-1&return_to={evil}");
        let answer = site(|_| {})
            .post("/account/sessions/g-1/revoke", body)
            .await;
        assert_eq!(answer.location(), "/auth/account/sessions?done=revoked");
    }
}

#[tokio::test]
async fn ending_everything_is_asked_about_first() {
    let site = site(|_| {});
    let page = site.get("/account/sessions/revoke-all").await;
    page.shows("End all sessions?");
    page.shows("Your browsers stay signed in");
    page.shows("this browser too");
    page.shows(r#"name="csrf_token" value="csrf-1""#);
    assert_eq!(site.asked(), []);
}

#[tokio::test]
async fn ending_the_apps_alone_leads_back_and_everything_to_the_login_page() {
    for (body, sign_ins, next) in [
        (
            "csrf_token=csrf-1&sign_ins=0",
            false,
            "/auth/account/sessions?done=all",
        ),
        (
            "csrf_token=csrf-1",
            false,
            "/auth/account/sessions?done=all",
        ),
        (
            "csrf_token=csrf-1&sign_ins=1",
            true,
            "/auth/login?error=signed_out",
        ),
    ] {
        let site = site(|_| {});
        let answer = site.post("/account/sessions/revoke-all", body).await;
        assert_eq!(answer.location(), next);
        // The core says what the cookie is to be.
        assert!(answer.cookie().contains("Max-Age=0"));
        assert_eq!(
            changed(&site),
            Call::RevokeAll(RevokeAllRequest { sign_ins })
        );
    }
    let site = super::Site::new(crate::tests::everything());
    site.get("/login?error=signed_out")
        .await
        .shows("You are signed out everywhere.");
}

#[tokio::test]
async fn it_speaks_chinese() {
    let page = in_chinese("/account/sessions").await;
    page.shows("Linux 上的 Firefox");
    page.shows("這個瀏覽器");
    page.shows("2026 年 11 月 3 日");
    in_chinese("/account/sessions/revoke-all")
        .await
        .shows("要結束所有登入與連線嗎？");
}
