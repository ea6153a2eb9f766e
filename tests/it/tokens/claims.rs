//! The claims of RFC 9068 section 2.2, and those of the predecessor.

use http::Method;
use serde_json::{Value, json};

use crate::support::{
    Db, TestApp,
    oauth::{ALICE, CLI, SERVICE, claims, header, people_and_clients, verified},
    on_both,
    tokens::{CLI_APP, SERVICE_APP, WEB_APP, text},
};

/// The claims of an access token that the service gets for itself.
async fn own_claims(app: &TestApp) -> Value {
    claims(&SERVICE_APP.own_token(app).await)
}

/// Seeds the service with these members more.
async fn seed_service(app: &TestApp, more: Value) {
    let mut client = json!({
        "client_id": SERVICE.0,
        "client_secret": SERVICE.1,
        "grant_types": ["client_credentials"],
        "scope": "read",
    });
    let members = client.as_object_mut().unwrap();
    members.extend(more.as_object().unwrap().clone());
    app.seed(json!({ "clients": [client] })).await;
}

on_both! {
    async fn a_person_s_token(app: TestApp) {
        app.seed(people_and_clients()).await;
        let tokens = CLI_APP.tokens(&app, "openid read").await;
        let token = text(&tokens, "access_token");
        assert_eq!((&header(&token)["typ"], &header(&token)["alg"]), (&"at+jwt".into(), &"ES256".into()));
        let claims = verified(&app, &token).await.unwrap();
        let userinfo = app.request(Method::GET, "/oauth/userinfo").bearer(&token).send().await.ok();
        let expected = json!({
            "iss": app.issuer(), "aud": app.issuer(), "client_id": CLI, "scope": "openid read",
            "sub": userinfo["sub"], "user_id": userinfo["sub"], "type": "access",
            "iat": app.now(), "auth_time": app.now(), "extra_uid": ALICE.0,
        });
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(&claims[name], value, "{name}");
        }
        assert_eq!(claims["exp"].as_i64().unwrap() - app.now(), tokens["expires_in"].as_i64().unwrap());
        assert!(!text(&claims, "jti").is_empty());
        // Who the person is, is for the ID token and UserInfo to say.
        for name in ["email", "name", "extra_domain", "extra_project", "extra_service_account"] {
            assert_eq!(claims.get(name), None, "{name}");
        }
    }

    async fn each_token_is_one_of_its_own(app: TestApp) {
        app.seed(people_and_clients()).await;
        let (one, other) = (own_claims(&app).await, own_claims(&app).await);
        assert_ne!(one["jti"], other["jti"]);
    }

    async fn the_audience_is_one(db: Db) {
        let app = TestApp::start_with(db, &[("JWT_AUDIENCE", "https://api.example")]).await;
        app.seed(people_and_clients()).await;
        assert_eq!(own_claims(&app).await["aud"], "https://api.example");
    }

    async fn the_audience_is_many(db: Db) {
        let app = TestApp::start_with(db, &[("JWT_AUDIENCE", "https://api.example, https://files.example,")]).await;
        app.seed(people_and_clients()).await;
        assert_eq!(own_claims(&app).await["aud"], json!(["https://api.example", "https://files.example"]));
        // An ID token is for the client, whatever is configured.
        let tokens = WEB_APP.tokens(&app, "openid").await;
        assert_eq!(claims(&text(&tokens, "id_token"))["aud"], WEB_APP.id);
    }

    async fn a_token_says_the_domain_project_and_service_account(db: Db) {
        let app = TestApp::start_with(db, &[("JWT_DOMAIN", "people.example")]).await;
        seed_service(&app, json!({ "project": "apollo-11", "service_account": "bot@people.example" })).await;
        let claims = own_claims(&app).await;
        assert_eq!(
            (&claims["extra_domain"], &claims["extra_project"], &claims["extra_service_account"]),
            (&"people.example".into(), &"apollo-11".into(), &"bot@people.example".into())
        );
        assert_eq!(claims.get("extra_uid"), None);
    }

    async fn under_the_prefix_that_is_configured(db: Db) {
        let app = TestApp::start_with(db, &[("JWT_DOMAIN", "people.example"), ("JWT_PRIVATE_CLAIM_PREFIX", "acme")]).await;
        app.seed(people_and_clients()).await;
        seed_service(&app, json!({ "project": "apollo-11" })).await;
        let claims = own_claims(&app).await;
        assert_eq!((&claims["acme_domain"], &claims["acme_project"]), (&"people.example".into(), &"apollo-11".into()));
        let tokens = WEB_APP.tokens(&app, "read").await;
        let of_person = crate::support::oauth::claims(&text(&tokens, "access_token"));
        assert_eq!(of_person["acme_uid"], ALICE.0);
        for claims in [claims, of_person] {
            assert!(claims.as_object().unwrap().keys().all(|name| !name.starts_with("extra_")));
        }
    }
}
