//! `/admin/clients/{id}/authorizations`.

use authgate_proto::v1::{ListAllConsentsRequest, ListConsentsResponse, RevokeConsentRequest};
use http::StatusCode;

use super::{Call, changed, site};

#[tokio::test]
async fn it_says_who_allowed_what_since_when() {
    let site = site(|_| {});
    let page = site
        .get("/admin/clients/notes/authorizations?page_token=p1&done=revoked")
        .await;
    assert_eq!(page.status, StatusCode::OK);
    page.shows("The authorization is revoked");
    page.shows(r#"<th scope="row"><a href="/auth/admin/users/u-ada"><bdi>ada</bdi></a></th>"#);
    page.shows("<code>offline_access</code>");
    page.shows(r#"<td data-label="Live connections">2</td>"#);
    page.shows(
        r#"<form method="post" action="/auth/admin/clients/notes/authorizations/c-ada/revoke">"#,
    );
    page.shows(r#"Revoke<span class="unseen"> the authorization of ada</span>"#);
    page.shows(r#"href="/auth/admin/clients/notes">"#);
    page.shows(r#"href="/auth/admin/clients/notes/authorizations?page_token=older-1""#);
    let request = ListAllConsentsRequest {
        client_id: "notes".to_owned(),
        page_token: "p1".to_owned(),
        ..ListAllConsentsRequest::default()
    };
    let asked: Vec<Call> = site.asked().into_iter().map(|(_, call)| call).collect();
    assert!(asked.contains(&Call::ListAllConsents(request)));
}

#[tokio::test]
async fn revoking_leads_back() {
    let site = site(|_| {});
    let answer = site
        .post(
            "/admin/clients/a%2Fb/authorizations/c-ada/revoke",
            "csrf_token=csrf-1",
        )
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(
        answer.location(),
        "/auth/admin/clients/a%2Fb/authorizations?done=revoked"
    );
    let request = RevokeConsentRequest {
        id: "c-ada".to_owned(),
        user_id: String::new(),
        client_id: "a/b".to_owned(),
    };
    let call = Call::RevokeAnyConsent(request);
    assert_eq!(changed(&site), ("csrf-1".to_owned(), call));
}

#[tokio::test]
async fn nobody_is_said_too() {
    let site = site(|script| {
        script.list_all_consents = Some(Ok(ListConsentsResponse::default()));
    });
    let page = site.get("/admin/clients/notes/authorizations").await;
    page.shows("Nobody has allowed it anything");
}
