//! Bodies of another kind, or too long.

use http::{Method, StatusCode};

use super::{FORM, FORMS};
use crate::support::{
    Answer, TestApp,
    oauth::{CLI, SERVICE, people_and_clients},
    on_both,
    tokens::WEB_APP,
};

/// The longest body that is read.
const LIMIT: usize = 64 * 1024;

async fn post(app: &TestApp, path: &str, media_type: &str, body: String) -> Answer {
    app.request(Method::POST, path)
        .body(media_type, body)
        .send()
        .await
}

on_both! {
    async fn a_form_says_that_it_is_one(app: TestApp) {
        app.seed(people_and_clients()).await;
        for path in ["/oauth/token", "/oauth/introspect", "/oauth/revoke"] {
            for media_type in ["application/json", "text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded-not", "", ";"] {
                let request = app.request(Method::POST, path).basic(SERVICE.0, SERVICE.1);
                let answer = request.body(media_type, "grant_type=client_credentials&token=t").send().await;
                answer.assert_error(StatusCode::BAD_REQUEST, "invalid_request");
            }
            let bare = app.request(Method::POST, path).send().await;
            bare.assert_error(StatusCode::BAD_REQUEST, "invalid_request");
        }
    }

    async fn its_letters_case_and_charset_do_not_matter(app: TestApp) {
        app.seed(people_and_clients()).await;
        for media_type in ["application/x-www-form-urlencoded; charset=UTF-8", "Application/X-WWW-Form-Urlencoded"] {
            let request = app.request(Method::POST, "/oauth/token").basic(SERVICE.0, SERVICE.1);
            request.body(media_type, "grant_type=client_credentials").send().await.ok();
        }
    }

    async fn a_device_asks_by_form_or_json_only(app: TestApp) {
        app.seed(people_and_clients()).await;
        for media_type in ["text/plain", "application/xml", "multipart/form-data", ""] {
            let answer = post(&app, "/oauth/device/code", media_type, format!("client_id={CLI}")).await;
            answer.assert_error(StatusCode::BAD_REQUEST, "invalid_request");
        }
        for json in ["", "{", "[]", "null", "\"cli\"", r#"{"client_id":7}"#, r#"{"client_id":["cli"]}"#, r#"{"client_id":"cli"}{}"#, r#"{"client_id":"cli","client_id":"web"}"#] {
            let answer = post(&app, "/oauth/device/code", "application/json", json.to_owned()).await;
            answer.assert_error(StatusCode::BAD_REQUEST, "invalid_request");
        }
        post(&app, "/oauth/device/code", "application/json", format!(r#"{{"client_id":"{CLI}"}}"#)).await.ok();
    }

    /// Only a form's token is looked at.
    async fn userinfo_passes_over_what_is_no_form(app: TestApp) {
        app.seed(people_and_clients()).await;
        let tokens = WEB_APP.tokens(&app, "openid").await;
        let token = tokens["access_token"].as_str().unwrap();
        for media_type in ["application/json", "text/plain", ""] {
            let answer = post(&app, "/oauth/userinfo", media_type, format!("access_token={token}")).await;
            answer.assert_error(StatusCode::UNAUTHORIZED, "invalid_token");
        }
        post(&app, "/oauth/userinfo", FORM, format!("access_token={token}")).await.ok();
        // Two tokens at once, even when they are the same (RFC 6750 section 2).
        let both = app.request(Method::POST, "/oauth/userinfo").bearer(token);
        let both = both.form(&[("access_token", token)]).send().await;
        both.assert_error(StatusCode::BAD_REQUEST, "invalid_request");
        assert!(both.header("www-authenticate").starts_with(r#"Bearer realm="authgate", error="invalid_request""#));
    }

    async fn a_body_is_as_long_as_the_limit_and_no_longer(app: TestApp) {
        app.seed(people_and_clients()).await;
        for (path, _) in FORMS {
            let long = |length: usize| format!("a={}", "x".repeat(length - 2));
            let answer = post(&app, path, FORM, long(LIMIT + 1)).await;
            answer.assert_error(StatusCode::PAYLOAD_TOO_LARGE, "invalid_request");
            assert_eq!(answer.header("cache-control"), "no-store");
            let answer = post(&app, path, FORM, long(LIMIT)).await;
            assert_ne!(answer.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
        }
        for (method, path, media_type) in [
            (Method::POST, "/oauth/register", "application/json"),
            (Method::PUT, "/oauth/register/any", "application/json"),
            (Method::POST, "/oauth/device/code", "application/json"),
        ] {
            let request = app.request(method, path).bearer("x");
            let answer = request.body(media_type, "x".repeat(LIMIT + 1)).send().await;
            answer.assert_error(StatusCode::PAYLOAD_TOO_LARGE, "invalid_request");
        }
    }
}
