//! Section 4.1.2.1: errors go to the redirect URI once client and redirect URI are
//! verified, and to a page before.

use http::StatusCode;
use serde_json::json;

use super::{assert_error, assert_page_with};
use crate::support::{
    TestApp,
    oauth::{
        CHALLENGE, CLI, CLI_CALLBACK, Step, WEB, WEB_CALLBACK, authorize, authorize_path,
        next_step, people_and_clients, redeem_for_web, web_request,
    },
    on_both,
};

on_both! {
    async fn an_unverified_client_or_address_is_told_nothing(app: TestApp) {
        let mut document = people_and_clients();
        document["clients"][0]["status"] = json!("inactive");
        document["clients"][2]["status"] = json!("pending");
        app.seed(document).await;
        let browser = app.browser();
        for (changes, code) in [
            (vec![("client_id", "")], "invalid_request"),
            (vec![("client_id", "nobody")], "invalid_client"),
            (vec![("client_id", "web\0")], "invalid_request"),
            (vec![("client_id", CLI), ("redirect_uri", CLI_CALLBACK)], "invalid_client"),
            (vec![("client_id", "service"), ("redirect_uri", "")], "invalid_client"),
            (vec![("redirect_uri", "https://evil.example/callback")], "invalid_request"),
            // The error itself must not lead there either.
            (vec![("redirect_uri", "https://evil.example/"), ("scope", "nonsense")], "invalid_request"),
            (vec![("redirect_uri", "https://evil.example/"), ("prompt", "none")], "invalid_request"),
        ] {
            let answer = browser.get_only(&authorize_path(&web_request(&changes))).await;
            assert_page_with(&answer, code);
            assert!(!answer.text().contains("evil.example"), "{}", answer.text());
        }
    }

    async fn a_client_or_address_that_comes_twice_is_none(app: TestApp) {
        app.seed(people_and_clients()).await;
        for (name, value) in [
            ("client_id", WEB.0),
            ("client_id", "other"),
            ("redirect_uri", WEB_CALLBACK),
            ("redirect_uri", "https://evil.example/"),
        ] {
            let mut twice = web_request(&[]);
            twice.push((name, value));
            let answer = app.browser().get_only(&authorize_path(&twice)).await;
            assert_page_with(&answer, "invalid_request");
        }
    }

    async fn a_query_that_is_no_text_is_refused_on_a_page(app: TestApp) {
        app.seed(people_and_clients()).await;
        let usual = authorize_path(&web_request(&[]));
        for broken in ["state=%FF", "state=%zz", "state=a%00b", "%FF=a"] {
            let answer = app.browser().get_only(&format!("{usual}&{broken}")).await;
            assert_page_with(&answer, "invalid_request");
        }
    }

    async fn the_client_is_told_what_is_wrong_with_its_request(app: TestApp) {
        app.seed(people_and_clients()).await;
        // Nobody is signed in: none of this needs a person.
        let browser = app.browser();
        let long = "n".repeat(1025);
        for (changes, code) in [
            (vec![("response_type", "")], "invalid_request"),
            (vec![("response_type", "token")], "unsupported_response_type"),
            (vec![("response_type", "code id_token")], "unsupported_response_type"),
            (vec![("response_type", "id_token"), ("nonce", "n")], "unsupported_response_type"),
            (vec![("scope", "openid nonsense")], "invalid_scope"),
            (vec![("scope", "read \"write\"")], "invalid_scope"),
            (vec![("nonce", long.as_str())], "invalid_request"),
            (vec![("response_mode", "fragment")], "invalid_request"),
            (vec![("response_mode", "web_message")], "invalid_request"),
            (vec![("request", "eyJhbGciOiJub25lIn0.e30.")], "request_not_supported"),
            (vec![("request_uri", "https://web.example/request.jwt")], "request_uri_not_supported"),
            (vec![("registration", "{}")], "registration_not_supported"),
            (vec![("code_challenge_method", "plain")], "invalid_request"),
            (vec![("code_challenge_method", "")], "invalid_request"),
            (vec![("code_challenge", "")], "invalid_request"),
            (vec![("code_challenge", "too-short")], "invalid_request"),
        ] {
            let answer = browser.get_only(&authorize_path(&web_request(&changes))).await;
            assert_eq!(answer.status, StatusCode::FOUND, "{changes:?}");
            assert_error(&app, &answer, WEB_CALLBACK, code);
        }
    }

    async fn a_state_that_is_too_long_does_not_come_back(app: TestApp) {
        app.seed(people_and_clients()).await;
        let browser = app.browser();
        let (long, longest) = ("s".repeat(1025), "s".repeat(1024));
        let answer = browser.get_only(&authorize_path(&web_request(&[("state", &long)]))).await;
        assert_eq!(answer.redirect_parameter("error").as_deref(), Some("invalid_request"));
        assert_eq!(answer.redirect_parameter("state"), None);
        let fine = web_request(&[("state", &longest), ("prompt", "none")]);
        let answer = browser.get_only(&authorize_path(&fine)).await;
        assert_eq!(answer.redirect_parameter("state"), Some(longest));
    }

    async fn a_parameter_that_comes_twice_is_an_invalid_request(app: TestApp) {
        app.seed(people_and_clients()).await;
        for (name, value) in [
            ("scope", "openid"),
            ("state", "st4te"),
            ("response_type", "code"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ] {
            let mut twice = web_request(&[]);
            twice.push((name, value));
            let answer = app.browser().get_only(&authorize_path(&twice)).await;
            assert_error(&app, &answer, WEB_CALLBACK, "invalid_request");
        }
        // RFC 8707 section 2 lets this one be repeated.
        let mut twice = web_request(&[("resource", "https://a.example/")]);
        twice.push(("resource", "https://b.example/"));
        assert_eq!(next_step(&app.browser(), &twice).await, Step::SignIn);
    }

    async fn a_public_client_needs_pkce_and_others_where_the_server_says_so(app: TestApp) {
        app.seed(people_and_clients()).await;
        let without = [("code_challenge", ""), ("code_challenge_method", "")];
        assert_eq!(next_step(&app.browser(), &web_request(&without)).await, Step::SignIn);
        let mut public = web_request(&without);
        public.retain(|(name, _)| !matches!(*name, "client_id" | "redirect_uri"));
        public.extend([("client_id", CLI), ("redirect_uri", CLI_CALLBACK)]);
        let answer = app.browser().get_only(&authorize_path(&public)).await;
        assert_error(&app, &answer, CLI_CALLBACK, "invalid_request");
    }

    async fn a_client_without_the_code_grant_gets_no_code(app: TestApp) {
        let mut document = people_and_clients();
        document["clients"][1]["grant_types"] = json!(["client_credentials"]);
        document["clients"][1]["response_types"] = json!([]);
        app.seed(document).await;
        let answer = app.browser().get_only(&authorize_path(&web_request(&[]))).await;
        assert_error(&app, &answer, WEB_CALLBACK, "unauthorized_client");
    }

    async fn nothing_asked_for_means_all_that_the_client_may_have(app: TestApp) {
        app.seed(people_and_clients()).await;
        let browser = app.browser();
        let code = authorize(&browser, &web_request(&[("scope", "")])).await;
        let code = code.redirect_parameter("code").unwrap();
        let tokens = redeem_for_web(&app, &code).await.ok();
        assert_eq!(tokens["scope"], "openid profile email offline_access read write");
    }
}
