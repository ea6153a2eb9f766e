//! How a request comes and an answer goes: by GET and POST, by query and form
//! (OAuth 2.0 Form Post Response Mode), and stored in between.

use std::time::Duration;

use http::{Method, StatusCode};

use super::{assert_error, assert_gone, assert_page_with};
use crate::support::{
    Answer, Browser, Form, TestApp,
    oauth::{
        ALICE, CLI, WEB_CALLBACK, authorize, authorize_path, people_and_clients, redeem_for_web,
        web_request,
    },
    on_both,
};

/// Posts the request as another site's page would that this browser trusts.
async fn post(browser: &Browser, changes: &[(&str, &str)]) -> Answer {
    let fields = web_request(changes);
    let form = Form {
        action: "/oauth/authorize".to_owned(),
        fields: fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
    };
    browser.submit_only(&form, &[]).await
}

/// The name by which a request waits for the consent that the browser is sent to.
fn waiting(answer: &Answer) -> String {
    let (_, query) = answer.location().split_once('?').unwrap();
    let (_, name) = form_urlencoded::parse(query.as_bytes())
        .find(|(key, _)| key == "request_uri")
        .unwrap();
    name.into_owned()
}

on_both! {
    async fn a_request_may_be_posted(app: TestApp) {
        app.seed(people_and_clients()).await;
        let browser = app.browser();
        browser.sign_in(ALICE.0, ALICE.1).await;
        let answer = post(&browser, &[]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert!(answer.location().starts_with("/consent?"), "{}", answer.location());
        let refused = post(&browser, &[("scope", "nonsense")]).await;
        assert_eq!(refused.status, StatusCode::SEE_OTHER);
        assert_error(&app, &refused, WEB_CALLBACK, "invalid_scope");
        assert_page_with(&post(&browser, &[("client_id", "nobody")]).await, "invalid_client");
    }

    /// A POST from another site carries no SameSite cookie; the GET after it does.
    async fn a_request_that_is_posted_without_a_cookie_comes_back_by_get(app: TestApp) {
        app.seed(people_and_clients()).await;
        let browser = app.browser();
        authorize(&browser, &web_request(&[])).await;
        let crossing = app.request(Method::POST, "/oauth/authorize").form(&web_request(&[])).send().await;
        assert_eq!(crossing.status, StatusCode::SEE_OTHER);
        assert_eq!(crossing.location(), authorize_path(&web_request(&[])));
        let answer = browser.get_only(crossing.location()).await;
        let code = answer.redirect_parameter("code").unwrap();
        redeem_for_web(&app, &code).await.ok();
    }

    async fn a_posted_request_that_no_url_can_hold_is_taken_as_it_is(app: TestApp) {
        app.seed(people_and_clients()).await;
        let hint = "x".repeat(9000);
        let request = web_request(&[("ui_locales", &hint)]);
        let answer = app.request(Method::POST, "/oauth/authorize").form(&request).send().await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert!(answer.location().starts_with("/login?"), "{}", answer.location());
    }

    async fn only_a_form_is_read(app: TestApp) {
        app.seed(people_and_clients()).await;
        let request = app.request(Method::POST, "/oauth/authorize");
        let answer = request.body("application/json", r#"{"client_id":"web"}"#).send().await;
        assert!(answer.status.is_client_error());
        let put = app.request(Method::PUT, "/oauth/authorize").send().await;
        assert_eq!((put.status, put.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "GET,HEAD,POST"));
    }

    async fn the_answer_may_come_by_a_posted_form(app: TestApp) {
        app.seed(people_and_clients()).await;
        let browser = app.browser();
        let by_form = [("response_mode", "form_post")];
        for answer in [
            authorize(&browser, &web_request(&by_form)).await,
            browser.get_only(&authorize_path(&web_request(&by_form))).await,
        ] {
            assert_eq!(answer.status, StatusCode::OK);
            assert!(answer.header("content-security-policy").contains("form-action https://web.example;")
                || answer.header("content-security-policy").ends_with("form-action https://web.example"));
            assert_eq!(answer.header("cache-control"), "no-store");
            let form = answer.form("/callback");
            assert_eq!(form.action, WEB_CALLBACK);
            assert_eq!(form.value("state"), Some("st4te"));
            assert_eq!(form.value("iss"), Some(app.issuer()));
            redeem_for_web(&app, form.value("code").unwrap()).await.ok();
        }
        let refused = [by_form[0], ("scope", "nonsense")];
        let form = browser.get_only(&authorize_path(&web_request(&refused))).await.form("/callback");
        assert_eq!(form.value("error"), Some("invalid_scope"));
        assert_eq!(form.value("state"), Some("st4te"));
        assert_eq!(form.value("iss"), Some(app.issuer()));
    }

    async fn a_waiting_request_is_its_client_s_only(app: TestApp) {
        app.seed(people_and_clients()).await;
        let browser = app.browser();
        browser.sign_in(ALICE.0, ALICE.1).await;
        let name = waiting(&browser.get_only(&authorize_path(&web_request(&[]))).await);
        let (reference, last) = name.split_at(name.len() - 1);
        let guessed = format!("{reference}{}", if last == "A" { "B" } else { "A" });
        for (client_id, name) in [(CLI, name.as_str()), ("nobody", &name), ("web", &guessed), ("", &name)] {
            let named = [("client_id", client_id), ("request_uri", name)];
            assert_gone(&browser.get_only(&authorize_path(&named)).await);
            let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(named).finish();
            let page = browser.get_only(&format!("/consent?{query}")).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{client_id}");
        }
    }

    /// What stands in the URL beside the name of a waiting request is not looked at.
    async fn a_waiting_request_is_not_changed_on_the_way(app: TestApp) {
        app.seed(people_and_clients()).await;
        let browser = app.browser();
        browser.sign_in(ALICE.0, ALICE.1).await;
        let name = waiting(&browser.get_only(&authorize_path(&web_request(&[]))).await);
        let changed = web_request(&[
            ("request_uri", &name),
            ("redirect_uri", "https://evil.example/"),
            ("scope", "openid write"),
            ("state", "other"),
        ]);
        let page = browser.get(&authorize_path(&changed)).await;
        let answer = browser.submit(&page.form("/oauth/authorize"), &[("action", "approve")]).await;
        assert!(answer.location().starts_with(WEB_CALLBACK), "{}", answer.location());
        assert_eq!(answer.redirect_parameter("state").as_deref(), Some("st4te"));
        let code = answer.redirect_parameter("code").unwrap();
        assert_eq!(redeem_for_web(&app, &code).await.ok()["scope"], "openid");
    }

    async fn a_waiting_request_expires(app: TestApp) {
        app.seed(people_and_clients()).await;
        let browser = app.browser();
        browser.sign_in(ALICE.0, ALICE.1).await;
        let redirect = browser.get_only(&authorize_path(&web_request(&[]))).await;
        let form = browser.get(redirect.location()).await.form("/oauth/authorize");
        let name = waiting(&redirect);
        app.advance(Duration::from_secs(30 * 60));
        let back = authorize_path(&[("client_id", "web"), ("request_uri", &name)]);
        assert_gone(&browser.get_only(&back).await);
        let late = browser.submit(&form, &[("action", "approve")]).await;
        assert_gone(&late);
    }
}
