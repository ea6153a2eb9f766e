//! Creating and editing clients.

use authgate_proto::v1::{AdminClient, AdminUpdateClientRequest, CreateClientRequest};
use axum::body::Body;
use http::{Request, StatusCode, header};
use serde_json::{Value, json};
use tonic::Status;

use super::{Call, changed, samples, site};

const NEW: &str = "csrf_token=csrf-1&client_name=+Notes+&description=&type=confidential\
                   &grant_authorization_code=1&grant_refresh_token=1\
                   &redirect_uris=https%3A%2F%2Fa.example%2Fcb%0D%0A%0D%0A+https%3A%2F%2Fb.example%2Fcb\
                   &scope=openid++email&client_uri=https%3A%2F%2Fa.example&trusted=1\
                   &token_profile=&project=p-1&client_id=";

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[tokio::test]
async fn a_new_client_is_sent_as_metadata_and_its_secret_shown_once() {
    let site = site(|_| {});
    let page = site.post("/admin/clients", NEW).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.header(header::CACHE_CONTROL), "no-store");
    page.shows("Client created");
    page.shows("<code>notes</code>");
    page.shows("ago_k5fz2q7x3m4hn6trw8pvy1jd9bce0sla5fz2q7x3m4hn6trw8pvy");
    let (token, Call::CreateClient(CreateClientRequest { metadata_json, .. })) = changed(&site)
    else {
        panic!("{:?}", site.calls());
    };
    assert_eq!(token, "csrf-1");
    assert_eq!(
        json_of(&metadata_json),
        json!({
            "client_name": "Notes",
            "token_endpoint_auth_method": "client_secret_basic",
            "grant_types": ["authorization_code", "refresh_token"],
            "redirect_uris": ["https://a.example/cb", "https://b.example/cb"],
            "scope": "openid email",
            "client_uri": "https://a.example",
            "project": "p-1",
            "trusted": true,
        })
    );
}

#[tokio::test]
async fn a_public_client_has_nothing_to_show_and_an_id_may_be_chosen() {
    let site = site(|script| {
        script.create_client = Some(Ok(AdminClient {
            client_id: "cli/1".to_owned(),
            ..AdminClient::default()
        }));
    });
    let form =
        "csrf_token=csrf-1&client_name=CLI&type=public&grant_device_code=1&client_id=cli%2F1";
    let answer = site.post("/admin/clients", form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(
        answer.location(),
        "/auth/admin/clients/cli%2F1?done=created"
    );
    let (_, Call::CreateClient(CreateClientRequest { metadata_json, .. })) = changed(&site) else {
        panic!("{:?}", site.calls());
    };
    assert_eq!(
        json_of(&metadata_json),
        json!({
            "client_id": "cli/1",
            "client_name": "CLI",
            "token_endpoint_auth_method": "none",
            "grant_types": ["urn:ietf:params:oauth:grant-type:device_code"],
        })
    );
}

#[tokio::test]
async fn a_form_that_was_sent_before_says_so_and_makes_nothing() {
    let again = |confidential| AdminClient {
        existed: true,
        confidential,
        client_secret: String::new(),
        ..samples::admin::client()
    };
    let form = format!("{NEW}&form_id=form-1");
    let site_one = site(|script| script.create_client = Some(Ok(again(true))));
    let page = site_one.post("/admin/clients", form.clone()).await;
    page.shows("<h1>Created already</h1>");
    page.shows(r#"href="/auth/admin/clients/notes""#);
    let (_, Call::CreateClient(CreateClientRequest { form_id, .. })) = changed(&site_one) else {
        panic!("{:?}", site_one.calls());
    };
    assert_eq!(form_id, "form-1");
    // Nothing was shown once of a public one: it is as if it were sent now.
    let site_two = site(|script| script.create_client = Some(Ok(again(false))));
    let answer = site_two.post("/admin/clients", form).await;
    assert_eq!(answer.location(), "/auth/admin/clients/notes?done=created");
    let page = site(|_| {}).get("/admin/clients/new").await;
    page.shows(r#"<input type="hidden" name="form_id" value=""#);
}

#[tokio::test]
async fn who_makes_a_client_confidential_sees_its_secret() {
    let site = site(|script| {
        script.update_client = Some(Ok(AdminClient {
            client_secret: "ago_fresh".to_owned(),
            ..samples::admin::client()
        }));
    });
    let body = format!("{NEW}&updated_at={}", samples::admin::client().updated_at);
    let page = site.post("/admin/clients/notes", body).await;
    assert_eq!(page.status, StatusCode::OK);
    page.shows("ago_fresh");
}

/// The reason is the core's; the field is called as the page calls it.
#[tokio::test]
async fn what_is_wrong_is_named_by_the_field_s_label_in_each_language() {
    let message = "redirect_uris[1]: is not absolute; scope: is unknown: x";
    for (language, uri, scope) in [
        ("en", "Redirect URIs, number 2: ", "Scopes: "),
        ("zh-TW", "重新導向 URI（第 2 項）: ", "權限範圍（scope）: "),
    ] {
        for path in ["/admin/clients", "/apps"] {
            let request = Request::post(path)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header(header::COOKIE, format!("authgate_lang={language}"))
                .body(Body::from(NEW));
            let site = site(|script| {
                script.create_client = Some(Err(Status::invalid_argument(message)));
                script.create_app = Some(Err(Status::invalid_argument(message)));
            });
            let page = site.send(request.expect("a request")).await;
            assert_eq!(page.status, StatusCode::BAD_REQUEST);
            for (label, reason) in [(uri, "is not absolute"), (scope, "is unknown: x")] {
                page.shows(&format!("{label}<span lang=\"en\">{reason}</span></a>"));
            }
            page.hides("redirect_uris[1]");
        }
    }
}

#[tokio::test]
async fn a_refused_form_comes_back_as_it_was_typed_with_what_is_wrong() {
    for refusal in [
        Status::invalid_argument,
        Status::already_exists,
        Status::failed_precondition,
    ] {
        let message = "redirect_uris[0]: must be <https>; client_id: is taken; the moon is full";
        let site = site(|script| script.create_client = Some(Err(refusal(message))));
        let page = site.post("/admin/clients", NEW).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        page.shows("<title>Error: New client");
        page.shows(r##"<a href="#redirect_uris">Redirect URIs, number 1: <span lang="en">must be &lt;https&gt;</span></a>"##);
        page.shows(r#"<li><span lang="en">The moon is full</span></li>"#);
        page.shows(
            r#"id="redirect_uris-problem" lang="en" class="wrong">Must be &lt;https&gt;</p>"#,
        );
        page.shows(
            r#"aria-invalid="true" aria-describedby="redirect_uris-hint redirect_uris-problem""#,
        );
        page.shows(r#"id="client_id-problem""#);
        page.shows(
            "https://a.example/cb\n\nhttps://b.example/cb"
                .replace("\n\n", "\r\n\r\n ")
                .as_str(),
        );
        page.shows(r#"name="client_name" value="Notes""#);
        page.shows(r#"id="trusted" name="trusted" value="1" checked"#);
        page.hides(r#"name="grant_device_code" value="1" checked"#);
    }
}

#[tokio::test]
async fn a_client_without_any_grant_is_refused_by_the_core_first() {
    let paths = ["/admin/clients", "/admin/clients/notes"];
    for path in paths {
        let refusal = || Some(Err(Status::invalid_argument("grant_types: names no grant")));
        let site = site(|script| {
            script.create_client = refusal();
            script.update_client = refusal();
        });
        let page = site.post(path, "csrf_token=csrf-1&client_name=x").await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{path}");
        page.shows(r##"<a href="#grants">Choose at least one way to get tokens</a>"##);
    }
    // Who may not ask does not get the form.
    for path in paths {
        let refusal = || Some(Err(Status::permission_denied("a form of another browser")));
        let site = site(|script| {
            script.create_client = refusal();
            script.update_client = refusal();
        });
        let page = site.post(path, "csrf_token=x&client_name=x").await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}");
        page.hides("<form class=\"card");
    }
}

#[tokio::test]
async fn the_form_is_for_admins_only() {
    let site = site(|script| script.view_browser = Some(Ok(samples::plain_surroundings())));
    let page = site.get("/admin/clients/new").await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
    page.shows("For administrators only");
    page.hides("<form class");
}

const EDITED: &str = "csrf_token=csrf-1&updated_at=1795057200000&client_name=Notes+2\
                      &type=confidential&grant_authorization_code=1\
                      &redirect_uris=https%3A%2F%2Fnotes.example.com%2Fcallback&scope=openid\
                      &token_profile=long&introspect_any=1";

#[tokio::test]
async fn the_edit_form_shows_what_is_on_record() {
    let page = site(|_| {}).get("/admin/clients/notes/edit").await;
    page.shows(r#"<form method="post" action="/auth/admin/clients/notes" class="narrow">"#);
    page.shows(r#"name="updated_at" value="1795057200000""#);
    page.shows(r#"name="client_name" value="Team Notes""#);
    page.shows("https://notes.example.com/callback\nhttps://staging.notes.example.com/callback");
    page.shows(r#"value="openid profile email offline_access notes.write""#);
    page.shows(r#"<option value="short" selected>"#);
    page.shows(r#"<option value="confidential" selected>"#);
    page.shows(r#"id="trusted" name="trusted" value="1" checked"#);
    page.hides("id=\"client_id\"");
}

#[tokio::test]
async fn editing_keeps_what_the_form_does_not_show() {
    let site = site(|_| {});
    let answer = site.post("/admin/clients/notes", EDITED).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.location(), "/auth/admin/clients/notes?done=saved");
    let (token, Call::UpdateClient(request)) = changed(&site) else {
        panic!("{:?}", site.calls());
    };
    let AdminUpdateClientRequest {
        client_id,
        metadata_json,
        updated_at,
    } = request;
    assert_eq!((token.as_str(), client_id.as_str()), ("csrf-1", "notes"));
    assert_eq!(updated_at, 1_795_057_200_000);
    // Contacts and the way to authenticate stay; what was emptied is gone.
    assert_eq!(
        json_of(&metadata_json),
        json!({
            "client_name": "Notes 2",
            "contacts": ["notes@example.com"],
            "token_endpoint_auth_method": "client_secret_post",
            "grant_types": ["authorization_code"],
            "redirect_uris": ["https://notes.example.com/callback"],
            "scope": "openid",
            "token_profile": "long",
            "introspect_any": true,
        })
    );
}

#[tokio::test]
async fn what_somebody_else_changed_meanwhile_is_shown_and_not_overwritten() {
    let site = site(|script| script.update_client = Some(Err(Status::aborted("changed"))));
    let page = site.post("/admin/clients/notes", EDITED).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    page.shows("Somebody else changed this while you were at it");
    page.shows(r#"name="client_name" value="Team Notes""#);
    page.shows(r#"name="updated_at" value="1795057200000""#);
}

#[tokio::test]
async fn a_refused_edit_comes_back_as_it_was_typed() {
    let site = site(|script| {
        script.update_client = Some(Err(Status::invalid_argument("scope: is too long")));
    });
    let page = site.post("/admin/clients/notes", EDITED).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    page.shows(r##"<a href="#scope">Scopes: <span lang="en">is too long</span></a>"##);
    page.shows(r#"name="client_name" value="Notes 2""#);
    page.shows(r#"<option value="long" selected>"#);
}

#[tokio::test]
async fn nonsense_instead_of_an_instant_overwrites_nothing() {
    let site = site(|_| {});
    let form = EDITED.replace("1795057200000", "x");
    site.post("/admin/clients/notes", form).await;
    let (_, Call::UpdateClient(request)) = changed(&site) else {
        panic!("not asked")
    };
    // 0 would mean: whatever is on record.
    assert_eq!(request.updated_at, -1);
}
