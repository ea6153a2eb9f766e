//! The predecessor's `extra_claims`: claims that a client adds to its own tokens.

use http::StatusCode;
use serde_json::{Value, json};

use crate::support::{
    Answer, Db, TestApp,
    oauth::{CLI, CLI_CALLBACK, SERVICE, VERIFIER, claims, people_and_clients},
    on_both,
    tokens::{CLI_APP, SERVICE_APP, text},
};

/// Seeds the usual clients, of which the service and the public one may add claims.
async fn seed(app: &TestApp) {
    let mut document = people_and_clients();
    for client in document["clients"].as_array_mut().unwrap() {
        if client["client_id"] == SERVICE.0 || client["client_id"] == CLI {
            client["extra_claims_allowed"] = true.into();
        }
    }
    app.seed(document).await;
}

async fn ask(app: &TestApp, extra_claims: &str) -> Answer {
    let fields = [
        ("grant_type", "client_credentials"),
        ("extra_claims", extra_claims),
    ];
    SERVICE_APP.ask(app, &fields).await
}

async fn given(app: &TestApp, extra_claims: &Value) -> Value {
    let tokens = ask(app, &extra_claims.to_string()).await.ok();
    claims(&text(&tokens, "access_token"))
}

fn assert_refused(answer: &Answer) {
    answer.assert_error(StatusCode::BAD_REQUEST, "invalid_request");
    assert!(answer.text().contains("extra_claims"), "{}", answer.text());
}

on_both! {
    async fn a_client_needs_leave(app: TestApp) {
        app.seed(people_and_clients()).await;
        assert_refused(&ask(&app, r#"{"tenant":"a"}"#).await);
        let code = CLI_APP.code(&app, "read").await;
        let fields = [
            ("grant_type", "authorization_code"), ("code", &*code), ("redirect_uri", CLI_CALLBACK),
            ("code_verifier", VERIFIER), ("extra_claims", r#"{"roles":["root"]}"#),
        ];
        assert_refused(&CLI_APP.ask(&app, &fields).await);
        // The code was not used up by that.
        CLI_APP.redeem(&app, &code).await.ok();
    }

    async fn with_leave_its_claims_are_in_the_token(app: TestApp) {
        seed(&app).await;
        let asked = json!({ "tenant": "a", "roles": ["x", "y"], "limits": { "cpu": 2 } });
        let claims = given(&app, &asked).await;
        for (name, value) in asked.as_object().unwrap() {
            assert_eq!(&claims[name], value);
        }
        // They tell introspection as much, and change nothing else.
        let token = text(&ask(&app, &asked.to_string()).await.ok(), "access_token");
        let said = SERVICE_APP.introspect(&app, &token).await;
        assert_eq!((&said["tenant"], &said["active"]), (&"a".into(), &true.into()));
        assert_eq!(given(&app, &Value::Null).await.get("tenant"), None);
    }

    async fn they_are_not_remembered_and_not_in_the_id_token(app: TestApp) {
        seed(&app).await;
        let code = CLI_APP.code(&app, "openid offline_access").await;
        let fields = [
            ("grant_type", "authorization_code"), ("code", &*code), ("redirect_uri", CLI_CALLBACK),
            ("code_verifier", VERIFIER), ("extra_claims", r#"{"tenant":"a"}"#),
        ];
        let tokens = CLI_APP.ask(&app, &fields).await.ok();
        assert_eq!(claims(&text(&tokens, "access_token"))["tenant"], "a");
        assert_eq!(claims(&text(&tokens, "id_token")).get("tenant"), None);
        let next = CLI_APP.refresh(&app, &text(&tokens, "refresh_token")).await.ok();
        assert_eq!(claims(&text(&next, "access_token")).get("tenant"), None);
    }

    async fn the_server_s_own_claims_are_not_the_client_s(db: Db) {
        let app = TestApp::start_with(db, &[("JWT_PRIVATE_CLAIM_PREFIX", "acme")]).await;
        seed(&app).await;
        for name in [
            "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "type", "scope", "user_id", "client_id", "azp", "amr",
            "acr", "auth_time", "nonce", "at_hash", "sid", "cnf", "act", "may_act", "domain", "project",
            "service_account", "uid", "acme_uid", "acme_anything", "extra_uid", "extra_anything",
        ] {
            assert_refused(&ask(&app, &json!({ name: "root" }).to_string()).await);
        }
        // Introspection does not let them speak for us either.
        let claims = json!({ "active": false, "username": "root", "token_use": "refresh_token" });
        let token = text(&ask(&app, &claims.to_string()).await.ok(), "access_token");
        let said = SERVICE_APP.introspect(&app, &token).await;
        assert_eq!((&said["active"], said.get("username"), &said["token_use"]), (&true.into(), None, &"access_token".into()));
    }

    async fn only_one_json_object_is_taken(app: TestApp) {
        seed(&app).await;
        for text in ["{", "[]", "7", "\"a\"", "true", "{} {}", "{\"a\":1}x", "{\"\":1}", "a=b", "\u{e9}"] {
            assert_refused(&ask(&app, text).await);
        }
    }

    async fn there_are_limits(app: TestApp) {
        seed(&app).await;
        let members = |count: usize| Value::Object((0..count).map(|n| (format!("a{n}"), json!(n))).collect());
        given(&app, &members(16)).await;
        assert_refused(&ask(&app, &members(17).to_string()).await);
        // 512 bytes of JSON, quotes included.
        given(&app, &json!({ "a": "x".repeat(510) })).await;
        assert_refused(&ask(&app, &json!({ "a": "x".repeat(511) }).to_string()).await);
        let padded = |length: usize| format!("{{{}}}", " ".repeat(length - 2));
        ask(&app, &padded(4096)).await.ok();
        assert_refused(&ask(&app, &padded(4097)).await);
    }

    async fn the_limits_can_be_set_and_lifted(db: Db) {
        let app = TestApp::start_with(db, &[
            ("EXTRA_CLAIMS_MAX_KEYS", "1"), ("EXTRA_CLAIMS_MAX_VAL_SIZE", "0"), ("EXTRA_CLAIMS_MAX_RAW_SIZE", "0"),
        ]).await;
        seed(&app).await;
        given(&app, &json!({ "a": "x".repeat(8000) })).await;
        assert_refused(&ask(&app, r#"{"a":1,"b":2}"#).await);
    }

    async fn they_can_be_switched_off_for_all(db: Db) {
        let app = TestApp::start_with(db, &[("EXTRA_CLAIMS_ENABLED", "false")]).await;
        seed(&app).await;
        assert_refused(&ask(&app, r#"{"tenant":"a"}"#).await);
    }
}
