//! `/consent`.

use authgate_proto::v1::{ConsentView, ViewConsentRequest};
use http::{StatusCode, header};
use tonic::Status;

use super::{Call, Script, Site, samples};

const PATH: &str = "/consent?client_id=notes&request_uri=urn%3Aabc";

fn viewing(view: ConsentView) -> Site {
    Site::new(Script {
        view_consent: Some(Ok(view)),
        ..Script::default()
    })
}

fn failing(status: Status) -> Site {
    Site::new(Script {
        view_consent: Some(Err(status)),
        ..Script::default()
    })
}

#[tokio::test]
async fn it_says_who_wants_what_as_whom() {
    let site = viewing(samples::consent(samples::web_app(), "openid email write"));
    let page = site.get(PATH).await;
    assert_eq!(page.status, StatusCode::OK);
    page.shows("<q><bdi>Team Notes</bdi></q>");
    page.shows("Verified by your administrator");
    page.shows("Know which account is yours");
    page.shows("See your email address");
    page.shows("Add to and change your data");
    page.shows("<bdi>ada</bdi>");
    page.shows(r#"href="/login?redirect=%2Fconsent&amp;switch=1">Not you?"#);
    page.shows(r#"href="https://notes.example.com/privacy""#);
    let asked = ViewConsentRequest {
        client_id: "notes".to_owned(),
        request_uri: "urn:abc".to_owned(),
    };
    assert_eq!(site.calls(), [Call::ViewConsent(asked)]);
}

#[tokio::test]
async fn the_decision_goes_to_the_authorization_endpoint() {
    let page = viewing(samples::consent(samples::web_app(), "openid"))
        .get(PATH)
        .await;
    page.shows(r#"<form method="post" action="/auth/oauth/authorize">"#);
    page.shows(r#"name="client_id" value="notes""#);
    page.shows(r#"name="request_uri" value="urn:ietf:params:oauth:request_uri:abc""#);
    page.shows(r#"name="csrf_token" value="csrf-1""#);
    page.shows(r#"name="action" value="approve""#);
    page.shows(r#"name="action" value="deny""#);
    let policy = page.header(header::CONTENT_SECURITY_POLICY);
    assert!(policy.contains("form-action 'self' https://notes.example.com;"));
}

#[tokio::test]
async fn unknown_scopes_and_single_claims_stand_in_quotes() {
    let mut view = samples::consent(samples::web_app(), "reports.export admin");
    view.claims = vec!["birthdate".to_owned()];
    let page = viewing(view).get(PATH).await;
    page.shows("Use a permission of its own, named <q><bdi>reports.export</bdi></q>");
    page.shows("See these details: <q><bdi>birthdate</bdi></q>");
    page.shows(r#"<li class="powerful">Administer this server"#);
}

#[tokio::test]
async fn a_hostile_app_cannot_leave_its_quotes() {
    let page = viewing(samples::consent(samples::hostile_app(), "openid"))
        .get(PATH)
        .await;
    page.shows("<q><bdi>&lt;script&gt;alert(1)&lt;/script&gt;'");
    page.shows(".evil.example</bdi>");
    page.hides("<script>");
    page.hides("javascript:");
    page.hides("onmouseover");
    page.hides("\u{202E}");
    page.hides("\u{200B}");
    page.hides("Privacy policy");
    page.hides("very very very very very very very very very very very very");
}

#[tokio::test]
async fn a_request_that_is_gone_says_to_start_again_from_the_app() {
    let page = failing(Status::not_found("row 17 of requests"))
        .get(PATH)
        .await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    page.shows("This request is no longer valid");
    page.shows("Go back to the app");
    page.hides("row 17");
}

#[tokio::test]
async fn a_visitor_signs_in_and_comes_back() {
    let answer = failing(Status::unauthenticated("no session"))
        .get(PATH)
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(
        answer.location(),
        "/auth/login?redirect=%2Fauth%2Fconsent%3Fclient_id%3Dnotes%26request_uri%3Durn%253Aabc"
    );
}
