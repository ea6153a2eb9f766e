//! What lies below a person: browsers, authorized apps, linked identities.

use authgate_proto::v1::{
    EndSignInRequest, ListAllConsentsRequest, ListConsentsResponse, ListSignInsResponse,
    ListUserConnectionsResponse, RevokeConsentRequest,
};

use super::{Call, changed, in_chinese, site};

#[tokio::test]
async fn browsers_can_be_ended() {
    let site = site(|_| {});
    let page = site.get("/admin/users/u-1/sessions").await;
    page.shows("Safari on iPhone");
    page.shows("2001:db8::7");
    page.shows(r#"href="/auth/admin/tokens?user=u-1""#);
    page.shows(r#"<a href="/auth/admin/users/u-1"><bdi>ada</bdi></a>"#);
    page.shows(r#"action="/auth/admin/users/u-1/sessions/s-2/end""#);
    let answer = site
        .post("/admin/users/u-1/sessions/s-2/end", "csrf_token=csrf-1")
        .await;
    assert_eq!(
        answer.location(),
        "/auth/admin/users/u-1/sessions?done=ended"
    );
    let id = "s-2".to_owned();
    assert_eq!(
        changed(&site),
        Call::EndUserSignIn(EndSignInRequest {
            id,
            user_id: "u-1".to_owned(),
        })
    );
}

#[tokio::test]
async fn authorized_apps_can_be_taken_back() {
    let site = site(|_| {});
    let page = site
        .get("/admin/users/u-1/authorizations?page_token=t")
        .await;
    page.shows("<q><bdi>Team Notes</bdi></q>");
    page.shows("<code>openid</code>");
    page.shows("3 sign-ins of this app end.");
    page.hides("<script>");
    let request = ListAllConsentsRequest {
        user_id: "u-1".to_owned(),
        page_token: "t".to_owned(),
        ..ListAllConsentsRequest::default()
    };
    let asked: Vec<Call> = site.asked().into_iter().map(|(_, call)| call).collect();
    assert!(asked.contains(&Call::ListAllConsents(request)));
    let path = "/admin/users/u-1/authorizations/c-1/revoke";
    let answer = site.post(path, "csrf_token=csrf-1").await;
    assert_eq!(
        answer.location(),
        "/auth/admin/users/u-1/authorizations?done=revoked"
    );
    let id = "c-1".to_owned();
    assert_eq!(
        changed(&site),
        Call::RevokeAnyConsent(RevokeConsentRequest {
            id,
            user_id: "u-1".to_owned(),
            client_id: String::new(),
        })
    );
}

#[tokio::test]
async fn linked_identities_are_listed() {
    let page = site(|_| {}).get("/admin/users/u-1/connections").await;
    page.shows("GitHub");
    page.shows("<code>ada-l</code>");
    page.shows("This server");
}

#[tokio::test]
async fn nothing_there_is_said() {
    let site = site(|script| {
        script.list_user_sign_ins = Some(Ok(ListSignInsResponse::default()));
        script.list_user_connections = Some(Ok(ListUserConnectionsResponse::default()));
        script.list_all_consents = Some(Ok(ListConsentsResponse::default()));
    });
    for (part, text) in [
        ("sessions", "Not signed in"),
        ("connections", "Nothing linked"),
        ("authorizations", "No app has permission"),
    ] {
        site.get(&format!("/admin/users/u-1/{part}"))
            .await
            .shows(text);
    }
}

#[tokio::test]
async fn they_speak_chinese() {
    for (part, text) in [
        ("sessions", "瀏覽器"),
        ("connections", "已連結的登入方式"),
        ("authorizations", "這個應用程式的 3 個登入會結束"),
    ] {
        in_chinese(&format!("/admin/users/u-1/{part}"))
            .await
            .shows(text);
    }
}
