//! Forms work in the browser that they were made for, and nowhere else.
//!
//! The form that looks a user code up and the one that picks the colours carry no
//! decision: the first shows what a link shows, the second is a matter of looks.

use http::{Method, StatusCode};
use serde_json::Value;

use crate::support::{
    Answer, Browser, Form, TestApp,
    oauth::{ALICE, CLI, authorize_path, people_and_clients, web_request},
    on_both,
};

const COOKIE: &str = "authgate_session";
const CREDENTIALS: [(&str, &str); 2] = [("username", ALICE.0), ("password", ALICE.1)];

async fn signed_in(app: &TestApp) -> Browser {
    let browser = app.browser();
    browser.sign_in(ALICE.0, ALICE.1).await;
    browser
}

/// The CSRF token of a browser where nobody is signed in.
async fn token_of_a_stranger(app: &TestApp) -> String {
    token(&app.browser().get("/login").await.form("/login"))
}

/// The CSRF token of another session, of the same person.
async fn token_of_another_session(app: &TestApp) -> String {
    token(&signed_in(app).await.get("/").await.form("/logout"))
}

fn token(form: &Form) -> String {
    form.value("csrf_token").expect("it has one").to_owned()
}

fn without_token(form: &Form) -> Form {
    let mut form = form.clone();
    form.fields.retain(|(name, _)| name != "csrf_token");
    form
}

/// Sends the form with no token and with everybody else's, each of which must be
/// refused by a page.
async fn refuses_foreign_tokens(
    app: &TestApp,
    browser: &Browser,
    form: &Form,
    values: &[(&str, &str)],
) {
    let refused = |answer: &Answer, how: &str| {
        assert_eq!(
            answer.status,
            StatusCode::FORBIDDEN,
            "{how}: {}",
            answer.text()
        );
        assert!(
            answer.header("content-type").starts_with("text/html"),
            "{how}"
        );
        assert!(!answer.heading().is_empty(), "{how}");
    };
    let answer = browser.submit_only(&without_token(form), values).await;
    refused(&answer, "missing");
    let own = token(form);
    let tokens = [
        ("empty", String::new()),
        ("cut", own[..own.len() - 1].to_owned()),
        ("longer", format!("{own}A")),
        ("a stranger's", token_of_a_stranger(app).await),
        ("another session's", token_of_another_session(app).await),
        ("the cookie", browser.cookie(COOKIE).expect("it has one")),
    ];
    for (how, foreign) in tokens {
        let values: Vec<_> = values
            .iter()
            .copied()
            .chain([("csrf_token", foreign.as_str())])
            .collect();
        refused(&browser.submit_only(form, &values).await, how);
    }
    // The right token without the cookie that it belongs to.
    let answer = app.browser().submit_only(form, values).await;
    assert!(!answer.status.is_success(), "{}", answer.text());
    if answer.status.is_redirection() {
        assert!(
            answer.location().starts_with("/login"),
            "{}",
            answer.location()
        );
    }
}

async fn waiting_device(app: &TestApp) -> Value {
    let fields = [("client_id", CLI), ("scope", "openid read")];
    app.post_form("/oauth/device/code", &fields).await.ok()
}

/// The error that the device's poll gets.
async fn poll(app: &TestApp, asked: &Value) -> Answer {
    app.advance(std::time::Duration::from_secs(5));
    let fields = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("client_id", CLI),
        ("device_code", asked["device_code"].as_str().unwrap()),
    ];
    app.post_form("/oauth/token", &fields).await
}

on_both! {
    async fn sign_in(app: TestApp) {
        app.seed(people_and_clients()).await;
        let browser = app.browser();
        let form = browser.get("/login").await.form("/login");
        refuses_foreign_tokens(&app, &browser, &form, &CREDENTIALS).await;
        assert!(browser.get_only("/").await.location().starts_with("/login"));
        assert_eq!(browser.submit(&form, &CREDENTIALS).await.status, StatusCode::OK);
    }

    async fn nobody_is_signed_in_as_somebody_else(app: TestApp) {
        let mut seed = people_and_clients();
        seed["users"].as_array_mut().unwrap().push(serde_json::json!({
            "username": "mallory", "password": "mallory's own password", "role": "user",
        }));
        app.seed(seed).await;
        // Mallory's own form and credentials, posted by the victim's browser.
        let form = app.browser().get("/login").await.form("/login");
        let as_mallory = [("username", "mallory"), ("password", "mallory's own password")];
        for victim in [app.browser(), signed_in(&app).await] {
            victim.get("/login").await;
            let before = victim.cookie(COOKIE);
            assert_eq!(victim.submit_only(&form, &as_mallory).await.status, StatusCode::FORBIDDEN);
            assert_eq!(victim.cookie(COOKIE), before);
        }
    }

    async fn a_form_from_before_sign_in_is_of_another_session(app: TestApp) {
        app.seed(people_and_clients()).await;
        let browser = app.browser();
        let form = browser.get("/login").await.form("/login");
        browser.submit(&form, &CREDENTIALS).await;
        let home = browser.get("/").await;
        let before = token(&form);
        let answer = browser.submit_only(&home.form("/logout"), &[("csrf_token", &before)]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert_eq!(browser.get_only("/").await.status, StatusCode::OK);
    }

    async fn sign_out(app: TestApp) {
        app.seed(people_and_clients()).await;
        let browser = signed_in(&app).await;
        for page in ["/", "/logout"] {
            let form = browser.get(page).await.form("/logout");
            refuses_foreign_tokens(&app, &browser, &form, &[]).await;
            assert_eq!(browser.get_only("/").await.status, StatusCode::OK, "{page}");
        }
        // A link only asks.
        browser.get("/logout").await;
        assert_eq!(browser.get_only("/").await.status, StatusCode::OK);
        let form = browser.get("/logout").await.form("/logout");
        browser.submit(&form, &[]).await;
        assert!(browser.get_only("/").await.location().starts_with("/login"));
    }

    async fn device_decision(app: TestApp) {
        app.seed(people_and_clients()).await;
        let browser = signed_in(&app).await;
        let asked = waiting_device(&app).await;
        let page = format!("/device?user_code={}", asked["user_code"].as_str().unwrap());
        let form = browser.get(&page).await.form("/device/verify");
        for decision in ["approve", "deny"] {
            refuses_foreign_tokens(&app, &browser, &form, &[("action", decision)]).await;
        }
        poll(&app, &asked).await.assert_error(StatusCode::BAD_REQUEST, "authorization_pending");

        // A link decides nothing, whatever stands in it.
        let link = format!("{page}&action=approve&csrf_token={}", token(&form));
        assert_eq!(browser.get(&link).await.status, StatusCode::OK);
        poll(&app, &asked).await.assert_error(StatusCode::BAD_REQUEST, "authorization_pending");
        assert_eq!(browser.get_only("/device/verify?action=approve").await.status, StatusCode::METHOD_NOT_ALLOWED);

        assert_eq!(browser.submit(&form, &[("action", "approve")]).await.status, StatusCode::OK);
        poll(&app, &asked).await.ok();
    }

    async fn looking_a_code_up_decides_nothing(app: TestApp) {
        app.seed(people_and_clients()).await;
        let browser = signed_in(&app).await;
        let asked = waiting_device(&app).await;
        let form = browser.get("/device").await.form("/device/verify");
        let code = [("user_code", asked["user_code"].as_str().unwrap())];
        let page = browser.submit_only(&without_token(&form), &code).await;
        assert_eq!(page.status, StatusCode::OK);
        poll(&app, &asked).await.assert_error(StatusCode::BAD_REQUEST, "authorization_pending");
    }

    async fn consent(app: TestApp) {
        app.seed(people_and_clients()).await;
        let browser = signed_in(&app).await;
        let page = browser.get(&authorize_path(&web_request(&[("scope", "openid read")]))).await;
        let form = page.form("/oauth/authorize");
        for decision in ["approve", "deny"] {
            refuses_foreign_tokens(&app, &browser, &form, &[("action", decision)]).await;
        }

        // A link decides nothing, whatever stands in it.
        let mut fields = form.fields.clone();
        fields.push(("action".to_owned(), "approve".to_owned()));
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
        let answer = browser.get_only(&format!("/oauth/authorize?{query}")).await;
        assert!(answer.location().starts_with("/consent"), "{}", answer.location());

        let answer = browser.submit_only(&form, &[("action", "approve")]).await;
        assert!(answer.redirect_parameter("code").is_some());
    }

    async fn a_form_is_posted_as_a_form_or_not_at_all(app: TestApp) {
        app.seed(people_and_clients()).await;
        let browser = signed_in(&app).await;
        let form = browser.get("/").await.form("/logout");
        let body = format!("csrf_token={}", token(&form));
        // What other sites can send without being asked: text/plain and multipart.
        for media_type in ["text/plain", "multipart/form-data; boundary=x", "application/json"] {
            let request = app.request(Method::POST, "/logout")
                .header("cookie", format!("{COOKIE}={}", browser.cookie(COOKIE).unwrap()))
                .header("user-agent", "Mozilla/5.0 (test)")
                .body(media_type, body.clone());
            let answer = request.send().await;
            assert!(answer.status.is_client_error(), "{media_type}: {}", answer.status);
        }
        assert_eq!(browser.get_only("/").await.status, StatusCode::OK);
    }
}
