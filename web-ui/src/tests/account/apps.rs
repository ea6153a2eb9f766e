//! `/apps` and what lies below it.

use authgate_proto::v1::{
    CreateAppRequest, DeleteAppRequest, GetAppRequest, ListAppsRequest, ListAppsResponse, OwnApp,
    RegenerateAppSecretRequest, UpdateAppRequest,
};
use http::{StatusCode, header};
use serde_json::{Value, json};
use tonic::Status;

use super::{Answer, Call, changed, in_chinese, samples::account as samples, site};

const FORM: &str = "csrf_token=csrf-1&client_name=Notes&type=public&grant_device_code=1\
                    &grant_refresh_token=1&scope_openid=1&scope_offline_access=1\
                    &redirect_uris=https%3A%2F%2Fa.example%2Fcb%0D%0A%0D%0Aapp%3A%2Fcb";

#[tokio::test]
async fn the_list_shows_each_app_with_its_state() {
    let site = site(|_| {});
    let page = site.get("/apps?search=note&page_token=t").await;
    page.shows("Team Notes");
    page.shows("6f1c7a52-5d3e-4b70-9f0a-2f1f5a7c9b11");
    page.shows("Pending");
    page.shows("&lt;b&gt;Old&lt;/b&gt;");
    page.shows(r#"href="/auth/apps/new""#);
    let request = ListAppsRequest {
        search: "note".to_owned(),
        page_size: 0,
        page_token: "t".to_owned(),
    };
    assert_eq!(site.asked(), [(String::new(), Call::ListApps(request))]);
}

#[tokio::test]
async fn nothing_there_offers_to_begin() {
    let site = site(|script| script.list_apps = Some(Ok(ListAppsResponse::default())));
    let page = site.get("/apps").await;
    page.shows("You have no apps yet");
    page.shows(r#"href="/auth/apps/new""#);
}

#[tokio::test]
async fn a_new_app_is_sent_as_metadata_and_its_secret_shown_once() {
    let site = site(|_| {});
    let page = site.post("/apps", FORM).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.header(header::CACHE_CONTROL), "no-store");
    page.shows("ago_k2v6jq5t3nq7x4m2s6d5a7w3c4r2e5y6h7b3z4k2v6jq5t3nq7x4");
    page.shows("An administrator has to approve this app.");
    let Call::CreateApp(CreateAppRequest { metadata_json, .. }) = changed(&site) else {
        panic!("no app was made");
    };
    let metadata: Value = serde_json::from_str(&metadata_json).expect("JSON");
    assert_eq!(
        metadata,
        json!({
            "client_name": "Notes",
            "token_endpoint_auth_method": "none",
            "grant_types": ["urn:ietf:params:oauth:grant-type:device_code", "refresh_token"],
            "redirect_uris": ["https://a.example/cb", "app:/cb"],
            "scope": "openid offline_access",
        })
    );
}

#[tokio::test]
async fn a_refused_form_keeps_what_was_typed_and_says_what_is_wrong_where() {
    let refused = "redirect_uris[1]: must be <https>; scope: is given by an admin only: x";
    for status in [
        Status::invalid_argument(refused),
        Status::failed_precondition(refused),
    ] {
        let page = site(|script| script.create_app = Some(Err(status)))
            .post("/apps", FORM)
            .await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        page.shows(r##"<a href="#redirect_uris">Redirect URIs, number 2: <span lang="en">must be &lt;https&gt;</span></a>"##);
        page.shows(r##"<a href="#scope">"##);
        page.shows(r#"value="Notes""#);
        page.shows("https://a.example/cb\r\n\r\napp:/cb</textarea>");
        page.hides("ago_");
    }
}

#[tokio::test]
async fn a_form_without_a_grant_is_refused_before_the_core_hears_of_it() {
    for path in ["/apps", "/apps/app"] {
        let site = site(|_| {});
        let page = site.post(path, "csrf_token=csrf-1&client_name=Notes").await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{path}");
        page.shows("Choose at least one way");
        assert!(site.asked().iter().all(|(token, _)| token.is_empty()));
    }
}

#[tokio::test]
async fn an_app_says_where_it_stands() {
    for (status, text) in [
        ("pending", "An administrator has to approve this app."),
        ("inactive", "switched this app off or did not approve it"),
        ("active", "An active app cannot be deleted."),
    ] {
        let site = site(|script| script.get_app = Some(Ok(samples::own_app(status))));
        let page = site.get("/apps/a%2Fb").await;
        page.shows(text);
        page.shows("https://notes.example.com/callback");
        page.shows("Make a new secret");
        assert_eq!(page.body.contains("Delete this app"), status != "active");
        let client_id = "a/b".to_owned();
        let asked = Call::GetApp(GetAppRequest { client_id });
        assert_eq!(site.asked(), [(String::new(), asked)]);
    }
}

#[tokio::test]
async fn editing_keeps_what_the_form_does_not_show() {
    let site = site(|_| {});
    site.get("/apps/app/edit")
        .await
        .shows(r#"value="Team Notes""#);
    let body = FORM.replace("type=public", "type=confidential") + "&updated_at=7";
    let answer = site.post("/apps/app", body).await;
    let path = "/auth/apps/6f1c7a52-5d3e-4b70-9f0a-2f1f5a7c9b11";
    assert_eq!(answer.location(), format!("{path}?done=saved"));
    let Call::UpdateApp(UpdateAppRequest {
        client_id,
        metadata_json,
        updated_at: 7,
    }) = changed(&site)
    else {
        panic!("not changed");
    };
    assert_eq!(client_id, "app");
    let metadata: Value = serde_json::from_str(&metadata_json).expect("JSON");
    assert_eq!(metadata["contacts"], json!(["ops@example.com"]));
    assert_eq!(metadata["token_endpoint_auth_method"], "client_secret_post");
    // `read` was given by an admin.
    assert_eq!(metadata["scope"], "openid offline_access read");
    assert_eq!(metadata.get("description"), None);
}

#[tokio::test]
async fn an_app_that_needs_a_secret_from_now_on_shows_it() {
    let site = site(|script| script.update_app = Some(Ok(samples::app_with_secret("active"))));
    let page = site.post("/apps/app", format!("{FORM}&updated_at=7")).await;
    assert_eq!(page.status, StatusCode::OK);
    page.shows("ago_k2v6");
}

#[tokio::test]
async fn an_app_that_was_changed_meanwhile_is_shown_as_it_is_now() {
    let site = site(|script| script.update_app = Some(Err(Status::aborted("outdated"))));
    let page = site.post("/apps/app", format!("{FORM}&updated_at=x")).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    page.shows("Somebody else changed this");
    page.shows(r#"value="Team Notes""#);
    let updated_at = samples::own_app("active").updated_at;
    page.shows(&format!(r#"name="updated_at" value="{updated_at}""#));
}

#[tokio::test]
async fn what_cannot_be_undone_is_asked_about_first() {
    for (action, text) in [
        ("delete", "are gone for good"),
        ("regenerate-secret", "stops working at once"),
    ] {
        let site = site(|_| {});
        let page = site.get(&format!("/apps/app/{action}")).await;
        page.shows(text);
        page.shows("Team Notes");
        page.shows(r#"name="csrf_token" value="csrf-1""#);
        page.shows(&format!("/{action}\""));
        assert_eq!(site.asked().len(), 1);
    }
}

#[tokio::test]
async fn deleting_leads_to_the_list_and_a_new_secret_is_shown() {
    let site_one = site(|_| {});
    let answer = site_one.post("/apps/app/delete", "csrf_token=csrf-1").await;
    assert_eq!(answer.location(), "/auth/apps?done=deleted");
    let client_id = "app".to_owned();
    assert_eq!(
        changed(&site_one),
        Call::DeleteApp(DeleteAppRequest { client_id })
    );

    let site_two = site(|_| {});
    let page = site_two
        .post(
            "/apps/app/regenerate-secret",
            "csrf_token=csrf-1&updated_at=7",
        )
        .await;
    page.shows("ago_k2v6");
    let request = RegenerateAppSecretRequest {
        client_id: "app".to_owned(),
        updated_at: 7,
    };
    assert_eq!(changed(&site_two), Call::RegenerateAppSecret(request));
}

/// What the form was sent with first stays with it when it comes back refused.
#[tokio::test]
async fn each_form_of_a_new_app_is_another_and_stays_what_it_is() {
    let id_of = |page: &Answer| {
        let (_, rest) = page
            .body
            .split_once(r#"name="form_id" value=""#)
            .expect("an id");
        rest.split('"').next().expect("its end").to_owned()
    };
    let (one, other) = (
        site(|_| {}).get("/apps/new").await,
        site(|_| {}).get("/apps/new").await,
    );
    assert_ne!(id_of(&one), id_of(&other));

    let form = format!("{FORM}&form_id=form-1");
    let refused = Status::invalid_argument("scope: is unknown");
    let site_one = site(|script| script.create_app = Some(Err(refused)));
    let page = site_one.post("/apps", form.clone()).await;
    assert_eq!(id_of(&page), "form-1");
    let Call::CreateApp(CreateAppRequest { form_id, .. }) = changed(&site_one) else {
        panic!("no app was made");
    };
    assert_eq!(form_id, "form-1");
}

#[tokio::test]
async fn a_form_that_was_sent_before_says_so() {
    let again = OwnApp {
        client_id: "app".to_owned(),
        existed: true,
        ..OwnApp::default()
    };
    let page = site(|script| script.create_app = Some(Ok(again)))
        .post("/apps", FORM)
        .await;
    assert_eq!(page.status, StatusCode::OK);
    page.shows("<h1>Created already</h1>");
    page.shows(r#"href="/auth/apps/app""#);
    page.hides("ago_");

    let form = site(|_| {}).get("/apps/app/regenerate-secret").await;
    form.shows(r#"<input type="hidden" name="updated_at" value=""#);
    let changed = Status::aborted("changed");
    let page = site(|script| script.regenerate_app_secret = Some(Err(changed)))
        .post(
            "/apps/app/regenerate-secret",
            "csrf_token=csrf-1&updated_at=7",
        )
        .await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    page.shows("<h1>No new secret was made</h1>");
    page.shows(r#"href="/auth/apps/app""#);
}

#[tokio::test]
async fn a_guard_of_the_core_is_said_in_its_words() {
    let guard = Status::failed_precondition("the app is active: ask an admin");
    let page = site(|script| script.delete_app = Some(Err(guard)))
        .post("/apps/app/delete", "csrf_token=csrf-1")
        .await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    page.shows("the app is active: ask an admin");
    page.shows(r#"href="/auth/apps/app""#);
}

#[tokio::test]
async fn they_speak_chinese() {
    in_chinese("/apps").await.shows("我的應用程式");
    in_chinese("/apps/new").await.shows("註冊應用程式");
    in_chinese("/apps/app").await.shows("請謹慎操作");
}
