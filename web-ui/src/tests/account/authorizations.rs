//! `/account/authorizations`.

use authgate_proto::v1::{ListConsentsRequest, ListConsentsResponse, RevokeConsentRequest};

use super::{Call, changed, in_chinese, site};

const PATH: &str = "/account/authorizations";

#[tokio::test]
async fn it_says_what_each_app_may_do_since_when_and_what_would_end() {
    let site = site(|_| {});
    let page = site.get("/account/authorizations?page_token=t").await;
    page.shows("<q><bdi>Team Notes</bdi></q>");
    page.shows("notes.example.com");
    page.shows("Verified by your administrator");
    page.shows("Not verified");
    page.shows("24 August 2026");
    page.shows("3 sign-ins of this app end.");
    page.shows("1 sign-in of this app ends.");
    page.shows("It has no access right now.");
    page.shows("administer this server");
    page.hides("<script>");
    page.shows(r#"action="/auth/account/authorizations/c-1/revoke""#);
    let request = ListConsentsRequest {
        page_size: 10,
        page_token: "t".to_owned(),
    };
    assert_eq!(site.asked(), [(String::new(), Call::ListConsents(request))]);
}

#[tokio::test]
async fn taking_it_back_sends_the_token_and_says_so() {
    let site = site(|_| {});
    let path = "/account/authorizations/c-1/revoke";
    let answer = site.post(path, "csrf_token=csrf-1").await;
    assert_eq!(
        answer.location(),
        "/auth/account/authorizations?done=revoked"
    );
    let id = "c-1".to_owned();
    assert_eq!(
        changed(&site),
        Call::RevokeConsent(RevokeConsentRequest {
            id,
            ..RevokeConsentRequest::default()
        })
    );
    site.get("/account/authorizations?done=revoked")
        .await
        .shows("Access removed.");
}

#[tokio::test]
async fn nothing_there_says_how_it_comes_about() {
    let site = site(|script| script.list_consents = Some(Ok(ListConsentsResponse::default())));
    site.get(PATH).await.shows("No app has your permission");
}

#[tokio::test]
async fn it_speaks_chinese() {
    in_chinese(PATH)
        .await
        .shows("這個應用程式的 3 個登入會結束");
}
