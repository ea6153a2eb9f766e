//! RFC 8628: the device authorization grant, from the device and from the browser.

use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{
    Answer, Browser, TestApp,
    oauth::{ALICE, CLI, people_and_clients},
    on_both,
};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

async fn ask_for_a_code(app: &TestApp) -> Value {
    app.seed(people_and_clients()).await;
    app.post_form(
        "/oauth/device/code",
        &[("client_id", CLI), ("scope", "openid read")],
    )
    .await
    .ok()
}

async fn poll(app: &TestApp, asked: &Value) -> Answer {
    app.advance(Duration::from_secs(asked["interval"].as_u64().unwrap()));
    let device_code = asked["device_code"].as_str().unwrap();
    let fields = [
        ("grant_type", GRANT),
        ("client_id", CLI),
        ("device_code", device_code),
    ];
    app.post_form("/oauth/token", &fields).await
}

/// Signs in, enters the code and takes the decision.
async fn decide(browser: &Browser, asked: &Value, decision: &str) -> Answer {
    browser.sign_in(ALICE.0, ALICE.1).await;
    let page = browser.get("/device").await;
    let user_code = asked["user_code"]
        .as_str()
        .unwrap()
        .to_lowercase()
        .replace('-', " ");
    let page = browser
        .submit(&page.forms()[0], &[("user_code", &user_code)])
        .await;
    assert!(page.text().contains("Command line"), "{}", page.text());
    browser
        .submit(&page.form("/device/verify"), &[("action", decision)])
        .await
}

on_both! {
    async fn a_device_gets_its_tokens_once_a_person_approves(app: TestApp) {
        let asked = ask_for_a_code(&app).await;
        poll(&app, &asked).await.assert_error(StatusCode::BAD_REQUEST, "authorization_pending");

        let page = decide(&app.browser(), &asked, "approve").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());

        let tokens = poll(&app, &asked).await.ok();
        assert_eq!(tokens["token_type"], "Bearer");
        assert_eq!(tokens["scope"], "openid read");
        assert!(tokens["id_token"].is_string() && tokens["refresh_token"].is_string());
        poll(&app, &asked).await.assert_error(StatusCode::BAD_REQUEST, "invalid_grant");
    }

    async fn a_device_may_ask_in_json(app: TestApp) {
        app.seed(people_and_clients()).await;
        let ask = app.request(Method::POST, "/oauth/device/code");
        let asked = ask.json(&json!({ "client_id": CLI, "scope": "read write" })).send().await.ok();
        assert_eq!(asked["scope"], "read write");
        poll(&app, &asked).await.assert_error(StatusCode::BAD_REQUEST, "authorization_pending");
    }

    async fn a_device_is_told_that_a_person_denied(app: TestApp) {
        let asked = ask_for_a_code(&app).await;
        decide(&app.browser(), &asked, "deny").await;
        poll(&app, &asked).await.assert_error(StatusCode::BAD_REQUEST, "access_denied");
    }

    async fn a_code_that_nobody_entered_expires(app: TestApp) {
        let asked = ask_for_a_code(&app).await;
        app.advance(Duration::from_secs(asked["expires_in"].as_u64().unwrap()));
        poll(&app, &asked).await.assert_error(StatusCode::BAD_REQUEST, "expired_token");
    }
}
