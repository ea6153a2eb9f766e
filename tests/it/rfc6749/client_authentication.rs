//! Section 2.3: who the client is, the same at every endpoint and for every grant.

use authgate_proto::v1::DeactivateClientRequest;
use http::{Method, StatusCode};
use serde_json::json;

use crate::support::{
    Answer, TestApp,
    oauth::{CLI, SERVICE, VERIFIER, WEB, WEB_CALLBACK, people_and_clients},
    on_both,
    tokens::{CLI_APP, Client, SERVICE_APP, WEB_APP, text},
};

/// Requests that need a client, but for its credentials.
const REQUESTS: [(&str, &[(&str, &str)]); 7] = [
    ("/oauth/token", &[("grant_type", "client_credentials")]),
    (
        "/oauth/token",
        &[("grant_type", "authorization_code"), ("code", "c")],
    ),
    (
        "/oauth/token",
        &[("grant_type", "refresh_token"), ("refresh_token", "r")],
    ),
    (
        "/oauth/token",
        &[
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            ("device_code", "d"),
        ],
    ),
    ("/oauth/device/code", &[("scope", "read")]),
    ("/oauth/introspect", &[("token", "t")]),
    ("/oauth/revoke", &[("token", "t")]),
];

fn assert_failed(answer: &Answer) {
    answer.assert_error(StatusCode::UNAUTHORIZED, "invalid_client");
    // Section 5.2.
    assert_eq!(
        answer.header("www-authenticate"),
        r#"Basic realm="authgate""#
    );
}

on_both! {
    async fn the_secret_comes_by_basic_or_by_post_on_every_grant(app: TestApp) {
        app.seed(people_and_clients()).await;
        let (id, secret) = (("client_id", WEB.0), ("client_secret", WEB.1));
        let code = WEB_APP.code(&app, "openid offline_access").await;
        let fields = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", WEB_CALLBACK), ("code_verifier", VERIFIER)];
        let tokens = app.post_form("/oauth/token", &[&fields[..], &[id, secret]].concat()).await.ok();

        let refresh_token = text(&tokens, "refresh_token");
        let fields = [("grant_type", "refresh_token"), ("refresh_token", &*refresh_token)];
        app.post_form("/oauth/token", &[&fields[..], &[id, secret]].concat()).await.ok();
        WEB_APP.ask(&app, &fields).await.ok();

        let fields = [("grant_type", "client_credentials"), ("client_id", SERVICE.0), ("client_secret", SERVICE.1)];
        app.post_form("/oauth/token", &fields).await.ok();

        let fields = [("token", "t"), id, secret];
        assert_eq!(app.post_form("/oauth/introspect", &fields).await.ok(), json!({ "active": false }));
        assert_eq!(app.post_form("/oauth/revoke", &fields).await.status, StatusCode::OK);
    }

    async fn every_reason_to_refuse_gives_the_same_answer(app: TestApp) {
        app.seed(people_and_clients()).await;
        app.seed(json!({ "clients": [{
            "client_id": "waiting", "client_secret": "s3cret", "redirect_uris": [WEB_CALLBACK], "status": "pending",
        }]})).await;
        app.admin().deactivate_client(DeactivateClientRequest { client_id: SERVICE.0.into() }).await.unwrap();
        for (path, fields) in REQUESTS {
            let ask = |id, secret| app.request(Method::POST, path).basic(id, secret).form(fields).send();
            let answers = [
                ask("nobody", "s3cret").await,
                ask("nobody", "").await,
                ask(WEB.0, "wrong").await,
                ask(WEB.0, "").await,
                ask(WEB.0, &WEB.1.to_uppercase()).await,
                ask(WEB.0, &format!("{} ", WEB.1)).await,
                // A public client has no secret, so whoever sends one is another.
                ask(CLI, "guess").await,
                ask("waiting", "s3cret").await,
                ask(SERVICE.0, SERVICE.1).await,
                app.post_form(path, &[fields, &[("client_id", WEB.0), ("client_secret", "wrong")]].concat()).await,
                // A confidential client that only says its name.
                app.post_form(path, &[fields, &[("client_id", WEB.0)]].concat()).await,
            ];
            for answer in &answers {
                assert_failed(answer);
                assert_eq!(answer.body, answers[0].body, "{path}");
            }
        }
    }

    async fn two_ways_at_once_are_refused(app: TestApp) {
        app.seed(people_and_clients()).await;
        for (path, fields) in REQUESTS {
            let ask = |more: &[(&str, &str)]| {
                app.request(Method::POST, path).basic(WEB.0, WEB.1).form(&[fields, more].concat()).send()
            };
            // Section 2.3: no more than one method, even when both are right.
            let both = ask(&[("client_id", WEB.0), ("client_secret", WEB.1)]).await;
            both.assert_error(StatusCode::BAD_REQUEST, "invalid_request");
            ask(&[("client_secret", WEB.1)]).await.assert_error(StatusCode::BAD_REQUEST, "invalid_request");
            ask(&[("client_id", CLI)]).await.assert_error(StatusCode::BAD_REQUEST, "invalid_request");
        }
        // The client's name may stand in the body as well (section 3.2.1).
        let fields = [("token", "t"), ("client_id", WEB.0)];
        assert_eq!(WEB_APP.post(&app, "/oauth/revoke", &fields).await.status, StatusCode::OK);
    }

    async fn credentials_in_the_url_are_none(app: TestApp) {
        app.seed(people_and_clients()).await;
        let path = format!("/oauth/token?client_id={}&client_secret={}", SERVICE.0, SERVICE.1);
        let answer = app.post_form(&path, &[("grant_type", "client_credentials")]).await;
        assert_failed(&answer);
    }

    async fn a_request_without_a_client_is_told_what_it_lacks(app: TestApp) {
        for (path, fields) in REQUESTS {
            let answer = app.post_form(path, fields).await;
            // Where public clients are served, a parameter is missing; elsewhere authentication.
            if matches!(fields[0].1, "client_credentials" | "t") {
                assert_failed(&answer);
            } else {
                answer.assert_error(StatusCode::BAD_REQUEST, "invalid_request");
                assert!(answer.text().contains("client_id"), "{path}: {}", answer.text());
            }
        }
    }

    async fn a_public_client_names_itself_by_basic_without_a_secret_too(app: TestApp) {
        app.seed(people_and_clients()).await;
        let code = CLI_APP.code(&app, "read").await;
        let fields = [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", CLI_APP.callback), ("code_verifier", VERIFIER)];
        let tokens = app.request(Method::POST, "/oauth/token").basic(CLI, "").form(&fields).send().await.ok();
        assert_eq!(tokens["scope"], "read");
    }

    async fn a_bcrypt_hash_of_the_predecessor_is_taken_and_replaced(app: TestApp) {
        app.seed(json!({ "clients": [{
            "client_id": SERVICE.0,
            // Of `U*U`, from the test vectors of crypt_blowfish.
            "client_secret": "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
            "grant_types": ["client_credentials"],
            "scope": "read",
        }]})).await;
        assert_failed(&SERVICE_APP.ask(&app, &[("grant_type", "client_credentials")]).await);
        let service = Client { secret: Some("U*U"), ..SERVICE_APP };
        // The second time by the hash that took its place.
        for _ in 0..2 {
            service.own_token(&app).await;
        }
        assert_failed(&SERVICE_APP.ask(&app, &[("grant_type", "client_credentials")]).await);
    }
}
