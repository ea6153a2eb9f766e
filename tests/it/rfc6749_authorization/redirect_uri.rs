//! Sections 3.1.2 and RFC 8252 section 7: where answers may go.

use http::Method;
use serde_json::json;

use super::assert_page_with;
use crate::support::{
    Answer, TestApp,
    oauth::{
        CLI, Step, VERIFIER, WEB, WEB_CALLBACK, authorize, authorize_path, next_step,
        people_and_clients, web_request,
    },
    on_both,
};

/// Seeds the command line's client with these redirect URIs.
async fn seed(app: &TestApp, redirect_uris: &[&str]) {
    let mut document = people_and_clients();
    document["clients"][0]["redirect_uris"] = json!(redirect_uris);
    app.seed(document).await;
}

/// The command line's request.
fn request(redirect_uri: &str) -> Vec<(&str, &str)> {
    web_request(&[("client_id", CLI), ("redirect_uri", redirect_uri)])
}

/// Redeems the command line's code, for this redirect URI.
async fn redeem(app: &TestApp, code: &str, redirect_uri: &str) -> Answer {
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", CLI),
        ("code", code),
        ("redirect_uri", redirect_uri),
        ("code_verifier", VERIFIER),
    ];
    app.request(Method::POST, "/oauth/token")
        .form(&fields)
        .send()
        .await
}

on_both! {
    async fn an_app_on_this_machine_listens_on_any_port(app: TestApp) {
        seed(&app, &["http://127.0.0.1/cb", "http://[::1]:1/cb", "http://localhost:8000/cb"]).await;
        for redirect_uri in [
            "http://127.0.0.1/cb",
            "http://127.0.0.1:50123/cb",
            "http://[::1]:50123/cb",
            "http://localhost/cb",
            "http://localhost:50123/cb",
        ] {
            let answer = authorize(&app.browser(), &request(redirect_uri)).await;
            assert!(answer.location().starts_with(&format!("{redirect_uri}?code=")), "{}", answer.location());
            let code = answer.redirect_parameter("code").unwrap();
            redeem(&app, &code, redirect_uri).await.ok();
        }
    }

    /// RFC 6749 section 4.1.3: the port that the code went to counts.
    async fn a_code_is_redeemed_for_the_very_address_that_it_went_to(app: TestApp) {
        seed(&app, &["http://127.0.0.1/cb"]).await;
        for other in ["http://127.0.0.1/cb", "http://127.0.0.1:50124/cb", ""] {
            let answer = authorize(&app.browser(), &request("http://127.0.0.1:50123/cb")).await;
            let code = answer.redirect_parameter("code").unwrap();
            let refused = redeem(&app, &code, other).await;
            assert!(refused.status.is_client_error(), "{other}: {}", refused.text());
        }
    }

    async fn everything_but_that_port_is_compared_letter_by_letter(app: TestApp) {
        seed(&app, &["http://127.0.0.1/cb", "https://native.example/cb", "com.example.app:/cb"]).await;
        for redirect_uri in [
            "http://localhost/cb",
            "http://[::1]/cb",
            "http://127.0.0.2/cb",
            "https://127.0.0.1/cb",
            "http://127.0.0.1/CB",
            "http://127.0.0.1/cb/",
            "http://127.0.0.1/cb?x=1",
            "http://127.0.0.1/cb#x",
            "http://127.0.0.1:99999/cb",
            "http://127.0.0.1:80@evil.example/cb",
            "http://127.0.0.1.evil.example/cb",
            "http://127.0.0.1:1234\\@evil.example/cb",
            "https://native.example:444/cb",
            "https://native.example/cb/../x",
            "https://native.example/%63b",
            "https://NATIVE.example/cb",
            "https://native.example/cb ",
            "com.example.app://cb",
            "com.example.app:/cb/more",
            "javascript:alert(1)",
            "/cb",
        ] {
            let answer = app.browser().get_only(&authorize_path(&request(redirect_uri))).await;
            assert_page_with(&answer, "invalid_request");
        }
    }

    async fn an_app_may_be_reached_by_a_scheme_of_its_own(app: TestApp) {
        for redirect_uri in ["com.example.app:/callback", "myapp://callback"] {
            seed(&app, &[redirect_uri]).await;
            let answer = authorize(&app.browser(), &request(redirect_uri)).await;
            assert!(answer.location().starts_with(&format!("{redirect_uri}?code=")), "{}", answer.location());
            assert_eq!(answer.redirect_parameter("iss").as_deref(), Some(app.issuer()));
            let code = answer.redirect_parameter("code").unwrap();
            redeem(&app, &code, redirect_uri).await.ok();
        }
    }

    async fn the_address_keeps_its_own_query(app: TestApp) {
        let own = "https://native.example/cb?tenant=a%20b&flag";
        seed(&app, &[own]).await;
        let answer = authorize(&app.browser(), &request(own)).await;
        assert!(answer.location().starts_with(&format!("{own}&code=")), "{}", answer.location());
        let code = answer.redirect_parameter("code").unwrap();
        redeem(&app, &code, own).await.ok();
        let mut refused = request(own);
        refused.push(("max_age", "soon"));
        let answer = app.browser().get_only(&authorize_path(&refused)).await;
        assert!(answer.location().starts_with(&format!("{own}&error=invalid_request")), "{}", answer.location());
    }

    async fn the_only_address_need_not_be_named(app: TestApp) {
        app.seed(people_and_clients()).await;
        let unnamed = web_request(&[("redirect_uri", "")]);
        let answer = authorize(&app.browser(), &unnamed).await;
        assert!(answer.location().starts_with(WEB_CALLBACK), "{}", answer.location());

        let code = answer.redirect_parameter("code").unwrap();
        let fields = [("grant_type", "authorization_code"), ("code", &code), ("code_verifier", VERIFIER)];
        let request = app.request(Method::POST, "/oauth/token").basic(WEB.0, WEB.1);
        request.form(&fields).send().await.ok();
        seed(&app, &["https://a.example/", "https://b.example/"]).await;
        let unclear = web_request(&[("client_id", CLI), ("redirect_uri", "")]);
        assert_eq!(next_step(&app.browser(), &unclear).await, Step::ErrorPage);
    }
}
