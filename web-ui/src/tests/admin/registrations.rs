//! `/admin/registrations`.

use authgate_proto::v1::{ApproveClientRequest, ListClientsRequest, ListClientsResponse};
use http::StatusCode;

use super::{Call, changed, samples::admin as samples, site};

#[tokio::test]
async fn it_shows_what_there_is_to_decide_by() {
    let site = site(|script| script.list_clients = Some(Ok(samples::registrations())));
    let page = site.get("/admin/registrations?page_token=p1").await;
    assert_eq!(page.status, StatusCode::OK);
    page.shows("<q><bdi>Deploy CLI</bdi></q>");
    page.shows("Deploys from a terminal");
    page.shows("Public: has no secret");
    page.shows("<bdi>ada</bdi>");
    page.shows("by an app, without an account here");
    page.shows("<code>https://notes.example.com/callback</code>");
    page.shows(r#"<form method="post" action="/auth/admin/clients/wiki/approve">"#);
    page.shows(r#"<form method="post" action="/auth/admin/clients/wiki/reject">"#);
    page.shows(r#"name="from" value="registrations""#);
    let request = ListClientsRequest {
        status: "pending".to_owned(),
        page_size: 5,
        page_token: "p1".to_owned(),
        search: String::new(),
    };
    assert_eq!(site.asked(), [(String::new(), Call::ListClients(request))]);
}

#[tokio::test]
async fn a_decision_leads_back_to_the_queue() {
    let site = site(|_| {});
    let form = "csrf_token=csrf-1&from=registrations";
    let answer = site.post("/admin/clients/wiki/approve", form).await;
    assert_eq!(answer.location(), "/auth/admin/registrations?done=approved");
    let call = ApproveClientRequest {
        client_id: "wiki".to_owned(),
    };
    let call = Call::ApproveClient(call);
    assert_eq!(changed(&site), ("csrf-1".to_owned(), call));
    let answer = site.post("/admin/clients/wiki/reject", form).await;
    assert_eq!(answer.location(), "/auth/admin/registrations?done=rejected");
    let page = site.get("/admin/registrations?done=rejected").await;
    page.shows("The client is rejected.");
}

#[tokio::test]
async fn an_empty_queue_says_so() {
    let site = site(|script| script.list_clients = Some(Ok(ListClientsResponse::default())));
    site.get("/admin/registrations")
        .await
        .shows("Nothing waits for you");
}
