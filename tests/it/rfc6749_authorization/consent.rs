//! What people are asked, when it is remembered, and the decision itself.

use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};

use super::{assert_error, assert_gone, assert_page};
use crate::support::{
    Answer, Browser, Db, Form, TestApp,
    oauth::{
        ALICE, Step, WEB, WEB_CALLBACK, authorize, authorize_path, next_step, people_and_clients,
        redeem_for_web, web_request,
    },
    on_both,
};

/// The client that asks, registered with `metadata` instead of its own.
async fn seed(app: &TestApp, metadata: Value) {
    let mut document = people_and_clients();
    for (name, value) in metadata.as_object().unwrap() {
        document["clients"][1][name] = value.clone();
    }
    if metadata["token_endpoint_auth_method"] == "none" {
        document["clients"][1]
            .as_object_mut()
            .unwrap()
            .remove("client_secret");
    }
    app.seed(document).await;
}

/// Agrees to the first request and gives the step that the second leads to.
async fn step_after(app: &TestApp, first: &[(&str, &str)], second: &[(&str, &str)]) -> Step {
    let browser = app.browser();
    let answer = authorize(&browser, &web_request(first)).await;
    assert!(answer.redirect_parameter("code").is_some(), "{answer:?}");
    next_step(&browser, &web_request(second)).await
}

/// The consent page's form, of somebody who just signed in.
async fn consent_form(app: &TestApp) -> (Browser, Form) {
    app.seed(people_and_clients()).await;
    let browser = app.browser();
    browser.sign_in(ALICE.0, ALICE.1).await;
    let page = browser.get(&authorize_path(&web_request(&[]))).await;
    (browser, page.form("/oauth/authorize"))
}

/// Whether the answer hands out a code.
fn has_code(answer: &Answer) -> bool {
    answer.status.is_redirection() && answer.location().contains("code=")
}

on_both! {
    async fn the_page_says_who_asks_for_what_and_as_whom(app: TestApp) {
        app.seed(people_and_clients()).await;
        let browser = app.browser();
        browser.sign_in(ALICE.0, ALICE.1).await;
        let asked = [("scope", "openid email write"), ("claims", r#"{"userinfo":{"phone_number":null}}"#)];
        let page = browser.get(&authorize_path(&web_request(&asked))).await;
        for words in ["Web app", "web.example", "alice"] {
            assert!(page.text().contains(words), "{words}: {}", page.text());
        }
        let narrower = browser.get(&authorize_path(&web_request(&[]))).await;
        assert!(page.text().matches("<li").count() > narrower.text().matches("<li").count());
        // After the decision the browser has to get to the app.
        assert!(page.header("content-security-policy").contains("https://web.example"));
    }

    async fn a_confidential_client_is_agreed_to_once(app: TestApp) {
        seed(&app, json!({})).await;
        assert_eq!(step_after(&app, &[], &[]).await, Step::Client);
    }

    async fn a_public_client_on_this_machine_is_agreed_to_each_time(app: TestApp) {
        let loopback = "http://127.0.0.1:7777/callback";
        seed(&app, json!({ "token_endpoint_auth_method": "none", "redirect_uris": [loopback] })).await;
        let there = [("redirect_uri", loopback)];
        assert_eq!(step_after(&app, &there, &there).await, Step::Consent);
    }

    async fn a_public_client_with_a_scheme_of_its_own_is_agreed_to_each_time(app: TestApp) {
        let custom = "com.example.app:/callback";
        seed(&app, json!({ "token_endpoint_auth_method": "none", "redirect_uris": [custom] })).await;
        let there = [("redirect_uri", custom)];
        assert_eq!(step_after(&app, &there, &there).await, Step::Consent);
    }

    async fn a_public_client_that_alone_receives_its_redirect_is_agreed_to_once(app: TestApp) {
        seed(&app, json!({ "token_endpoint_auth_method": "none" })).await;
        assert_eq!(step_after(&app, &[], &[]).await, Step::Client);
    }

    async fn a_trusted_client_is_agreed_to_once(app: TestApp) {
        let loopback = "http://127.0.0.1:7777/callback";
        let metadata = json!({
            "token_endpoint_auth_method": "none",
            "redirect_uris": [loopback],
            "trusted": true,
        });
        seed(&app, metadata).await;
        let there = [("redirect_uri", loopback)];
        assert_eq!(step_after(&app, &there, &there).await, Step::Client);
    }

    async fn where_nothing_is_remembered_everybody_asks_each_time(db: Db) {
        let app = TestApp::start_with(db, &[("CONSENT_REMEMBER", "false")]).await;
        seed(&app, json!({ "trusted": true })).await;
        assert_eq!(step_after(&app, &[], &[]).await, Step::Consent);
    }

    async fn what_goes_beyond_the_agreement_is_asked_for(app: TestApp) {
        seed(&app, json!({})).await;
        let scope = |scope| [("scope", scope)];
        let first = scope("openid read");
        assert_eq!(step_after(&app, &first, &scope("openid read write")).await, Step::Consent);
        assert_eq!(step_after(&app, &first, &scope("read")).await, Step::Client);
        // Agreements add up.
        assert_eq!(step_after(&app, &scope("openid email"), &scope("openid read email")).await, Step::Client);
        let claims = [first[0], ("claims", r#"{"id_token":{"birthdate":null}}"#)];
        assert_eq!(step_after(&app, &first, &claims).await, Step::Consent);
        assert_eq!(step_after(&app, &claims, &claims).await, Step::Client);
        let other = [first[0], ("claims", r#"{"userinfo":{"birthdate":null,"gender":null}}"#)];
        assert_eq!(step_after(&app, &claims, &other).await, Step::Consent);
    }

    async fn each_person_agrees_alone(app: TestApp) {
        let mut document = people_and_clients();
        document["users"].as_array_mut().unwrap().push(json!({ "username": "bob", "password": ALICE.1 }));
        app.seed(document).await;
        authorize(&app.browser(), &web_request(&[])).await;
        let bob = app.browser();
        bob.sign_in("bob", ALICE.1).await;
        assert_eq!(next_step(&bob, &web_request(&[])).await, Step::Consent);
    }

    async fn a_no_is_told_and_not_remembered(app: TestApp) {
        let (browser, form) = consent_form(&app).await;
        let answer = browser.submit_only(&form, &[("action", "deny")]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert_error(&app, &answer, WEB_CALLBACK, "access_denied");
        // Another mind about the same request comes too late.
        assert_gone(&browser.submit_only(&form, &[("action", "approve")]).await);
        assert_eq!(next_step(&browser, &web_request(&[])).await, Step::Consent);
    }

    async fn anything_but_a_yes_is_a_no(app: TestApp) {
        for action in ["Approve", "approve ", "yes"] {
            let (browser, form) = consent_form(&app).await;
            let answer = browser.submit_only(&form, &[("action", action)]).await;
            assert_error(&app, &answer, WEB_CALLBACK, "access_denied");
        }
    }

    async fn a_form_that_is_sent_twice_gives_one_code(app: TestApp) {
        let (browser, form) = consent_form(&app).await;
        let first = browser.submit_only(&form, &[("action", "approve")]).await;
        let second = browser.submit_only(&form, &[("action", "approve")]).await;
        assert_gone(&second);
        let code = first.redirect_parameter("code").unwrap();
        redeem_for_web(&app, &code).await.ok();
    }

    async fn a_form_that_is_sent_twice_at_once_gives_one_code(app: TestApp) {
        let (browser, form) = consent_form(&app).await;
        let send = || browser.submit_only(&form, &[("action", "approve")]);
        let (a, b, c, d) = tokio::join!(send(), send(), send(), send());
        assert_eq!([a, b, c, d].iter().filter(|answer| has_code(answer)).count(), 1);
    }

    async fn a_form_of_another_browser_decides_nothing(app: TestApp) {
        let (browser, form) = consent_form(&app).await;
        let stranger = app.browser();
        stranger.sign_in(ALICE.0, ALICE.1).await;
        let other = stranger.get("/").await.form("/logout");
        let foreign = other.value("csrf_token").unwrap();
        for token in ["", "nonsense", foreign] {
            let answer = browser.submit_only(&form, &[("action", "approve"), ("csrf_token", token)]).await;
            assert_page(&answer, StatusCode::FORBIDDEN);
        }
        let answer = stranger.submit_only(&form, &[("action", "approve")]).await;
        assert_page(&answer, StatusCode::FORBIDDEN);
        // The request itself is as it was.
        assert!(has_code(&browser.submit_only(&form, &[("action", "approve")]).await));
    }

    async fn who_is_not_signed_in_any_more_signs_in_before_the_decision_counts(db: Db) {
        let app = TestApp::start_with(db, &[("SESSION_IDLE_TIMEOUT", "300")]).await;
        let (browser, form) = consent_form(&app).await;
        app.advance(Duration::from_secs(301));
        let answer = browser.submit_only(&form, &[("action", "approve")]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert!(answer.location().starts_with("/login?"), "{}", answer.location());
        let login = browser.get(answer.location()).await.form("/login");
        let page = browser.submit(&login, &[("username", ALICE.0), ("password", ALICE.1)]).await;
        let answer = browser.submit(&page.form("/oauth/authorize"), &[("action", "approve")]).await;
        assert!(has_code(&answer));
    }

    async fn a_client_that_is_switched_off_meanwhile_gets_nothing(app: TestApp) {
        let (browser, form) = consent_form(&app).await;
        let mut document = people_and_clients();
        document["clients"][1]["status"] = json!("inactive");
        assert_eq!(document["clients"][1]["client_id"], WEB.0);
        app.seed(document).await;
        assert_gone(&browser.submit_only(&form, &[("action", "approve")]).await);
    }
}
