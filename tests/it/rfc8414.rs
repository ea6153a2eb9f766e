//! RFC 8414 and OpenID Connect Discovery: what the server says of itself is so.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use url::Url;

use crate::support::{
    Answer, Db, TestApp,
    oauth::{
        ALICE, SERVICE, VERIFIER, WEB, WEB_CALLBACK, authorize_path, claims, people_and_clients,
        web_request,
    },
    on_both,
};

const OAUTH: &str = "/.well-known/oauth-authorization-server";
const OPENID: &str = "/.well-known/openid-configuration";

/// The path of an endpoint that the document names.
#[track_caller]
fn path_of(document: &Value, endpoint: &str) -> String {
    let url = document[endpoint]
        .as_str()
        .unwrap_or_else(|| panic!("no {endpoint}: {document}"));
    let issuer = Url::parse(document["issuer"].as_str().unwrap()).unwrap();
    let url = Url::parse(url).unwrap();
    assert_eq!(url.origin(), issuer.origin(), "{endpoint}");
    assert!(
        url.path().starts_with(issuer.path().trim_end_matches('/')),
        "{endpoint}"
    );
    url.path().to_owned()
}

#[track_caller]
fn texts(list: &Value) -> Vec<&str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|item| item.as_str().unwrap())
        .collect()
}

async fn post(app: &TestApp, path: &str, fields: &[(&str, &str)]) -> Answer {
    app.request(Method::POST, path)
        .basic(SERVICE.0, SERVICE.1)
        .form(fields)
        .send()
        .await
}

on_both! {
    async fn both_documents_are_the_same_and_may_be_kept_a_while(app: TestApp) {
        let openid = app.get(OPENID).await;
        let oauth = app.get(OAUTH).await;
        assert_eq!(openid.ok(), oauth.ok());
        assert_eq!(openid.ok()["issuer"], app.issuer());
        for answer in [openid, oauth] {
            assert_eq!(answer.header("content-type"), "application/json");
            assert!(answer.header("cache-control").starts_with("public, max-age="));
        }
    }

    async fn each_endpoint_answers_as_what_it_is(app: TestApp) {
        app.seed(people_and_clients()).await;
        let document = app.get(OPENID).await.ok();
        let at = |endpoint| path_of(&document, endpoint);

        let asked = post(&app, &at("token_endpoint"), &[("grant_type", "client_credentials")]).await.ok();
        let token = asked["access_token"].as_str().unwrap();
        let shown = [("token", token)];
        assert_eq!(post(&app, &at("introspection_endpoint"), &shown).await.ok()["active"], true);
        assert_eq!(post(&app, &at("revocation_endpoint"), &shown).await.status, StatusCode::OK);
        assert_eq!(post(&app, &at("introspection_endpoint"), &shown).await.ok(), json!({ "active": false }));

        let device = app.post_form(&at("device_authorization_endpoint"), &[("client_id", "cli")]).await.ok();
        let page = app.get(Url::parse(device["verification_uri"].as_str().unwrap()).unwrap().path()).await;
        assert!(page.status.is_redirection() || page.status == StatusCode::OK, "{page:?}");

        let userinfo = app.get(&at("userinfo_endpoint")).await;
        userinfo.assert_error(StatusCode::UNAUTHORIZED, "invalid_token");
        let keys = app.get(&at("jwks_uri")).await.ok();
        assert!(!keys["keys"].as_array().unwrap().is_empty());
        let authorize = form_urlencoded::Serializer::new(format!("{}?", at("authorization_endpoint")))
            .extend_pairs(web_request(&[]))
            .finish();
        assert!(app.get(&authorize).await.location().starts_with("/login?"));
        // That is all of them.
        let named = document.as_object().unwrap().keys();
        assert_eq!(named.filter(|name| name.ends_with("_endpoint") || *name == "jwks_uri").count(), 7);
    }

    async fn registration_is_named_where_it_is_open(db: Db) {
        let app = TestApp::start_with(db, &[("ENABLE_DYNAMIC_CLIENT_REGISTRATION", "true")]).await;
        let document = app.get(OAUTH).await.ok();
        let metadata = json!({ "redirect_uris": [WEB_CALLBACK] });
        let request = app.request(Method::POST, &path_of(&document, "registration_endpoint"));
        assert_eq!(request.json(&metadata).send().await.status, StatusCode::CREATED);

        let closed = TestApp::start(db).await;
        assert_eq!(closed.get(OAUTH).await.ok().get("registration_endpoint"), None);
        let refused = closed.request(Method::POST, "/oauth/register").json(&metadata).send().await;
        refused.assert_error(StatusCode::FORBIDDEN, "registration_not_supported");
    }

    async fn what_is_supported_is(app: TestApp) {
        app.seed(people_and_clients()).await;
        let document = app.get(OPENID).await.ok();
        for grant_type in texts(&document["grant_types_supported"]) {
            let answer = app.post_form("/oauth/token", &[("client_id", "cli"), ("grant_type", grant_type)]).await;
            assert_ne!(answer.json()["error"], "unsupported_grant_type", "{grant_type}");
        }
        let other = app.post_form("/oauth/token", &[("client_id", "cli"), ("grant_type", "password")]).await;
        other.assert_error(StatusCode::BAD_REQUEST, "unsupported_grant_type");

        for (name, parameter, refused) in [
            ("response_types_supported", "response_type", "token"),
            ("response_modes_supported", "response_mode", "fragment"),
            ("code_challenge_methods_supported", "code_challenge_method", "plain"),
        ] {
            let supported = texts(&document[name]);
            assert!(!supported.contains(&refused));
            for value in supported {
                let path = authorize_path(&web_request(&[(parameter, value)]));
                assert!(app.get(&path).await.location().starts_with("/login?"), "{parameter}={value}");
            }
        }
        let keys = app.get("/.well-known/jwks.json").await.ok();
        let signs = |name| keys["keys"].as_array().unwrap().iter().any(|key| key["alg"] == name);
        let algorithms = texts(&document["id_token_signing_alg_values_supported"]);
        assert!(algorithms.contains(&"RS256"));
        for algorithm in algorithms {
            assert!(signs(algorithm), "{algorithm}");
        }
    }

    async fn without_refresh_tokens_none_are_promised(db: Db) {
        let app = TestApp::start_with(db, &[("ENABLE_REFRESH_TOKENS", "false")]).await;
        let document = app.get(OAUTH).await.ok();
        assert!(!texts(&document["grant_types_supported"]).contains(&"refresh_token"));
        let fields = [("client_id", "cli"), ("grant_type", "refresh_token"), ("refresh_token", "x")];
        app.seed(people_and_clients()).await;
        let refused = app.post_form("/oauth/token", &fields).await;
        assert!(refused.status.is_client_error(), "{}", refused.text());
    }

    /// Section 3.1: the well-known part stands before the issuer's path; OpenID
    /// Connect Discovery section 4 puts it behind. Clients try both.
    async fn an_issuer_with_a_path_is_found_at_each_place(db: Db) {
        let app = TestApp::start_with(db, &[("BASE_URL", "http://localhost:8080/auth")]).await;
        let document = app.get(&format!("{OAUTH}/auth")).await.ok();
        assert_eq!(document["issuer"], "http://localhost:8080/auth");
        for path in [format!("{OPENID}/auth"), format!("/auth{OAUTH}"), format!("/auth{OPENID}")] {
            assert_eq!(app.get(&path).await.ok(), document, "{path}");
        }
        // Here no issuer lives whose path is empty.
        for path in [OAUTH, OPENID, "/.well-known/jwks.json", "/oauth/token"] {
            assert_eq!(app.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
    }

    async fn a_whole_code_flow_runs_below_an_issuer_s_path(db: Db) {
        let app = TestApp::start_with(db, &[("BASE_URL", "http://localhost:8080/auth")]).await;
        app.seed(people_and_clients()).await;
        let document = app.get(&format!("{OAUTH}/auth")).await.ok();
        let at = |endpoint| path_of(&document, endpoint);

        let browser = app.browser();
        let request = form_urlencoded::Serializer::new(format!("{}?", at("authorization_endpoint")))
            .extend_pairs(web_request(&[]))
            .finish();
        let page = browser.get(&request).await;
        let credentials = [("username", ALICE.0), ("password", ALICE.1)];
        let page = browser.submit(&page.form("/auth/login"), &credentials).await;
        let answer = browser.submit(&page.form("/auth/oauth/authorize"), &[("action", "approve")]).await;
        assert_eq!(answer.redirect_parameter("iss").as_deref(), Some("http://localhost:8080/auth"));

        let code = answer.redirect_parameter("code").unwrap();
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", WEB_CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        let ask = app.request(Method::POST, &at("token_endpoint")).basic(WEB.0, WEB.1);
        let tokens = ask.form(&fields).send().await.ok();
        let id_token = claims(tokens["id_token"].as_str().unwrap());
        assert_eq!(id_token["iss"], "http://localhost:8080/auth");
        let token = tokens["access_token"].as_str().unwrap();
        let user = app.request(Method::GET, &at("userinfo_endpoint")).bearer(token).send().await.ok();
        assert_eq!(user["sub"], id_token["sub"]);
        // Everything on the pages is below the path too.
        let home = browser.get("/auth").await;
        assert_eq!(home.status, StatusCode::OK);
        assert!(!home.text().contains("=\"/static"), "{}", home.text());
        let out = browser.submit(&home.form("/auth/logout"), &[]).await;
        assert_eq!(out.status, StatusCode::OK, "{}", out.text());
        assert!(browser.get_only(&request).await.location().starts_with("/auth/login?"));
    }
}
