//! Section 2, the ID token, and sections 3.1.3.3, 5.4, 5.5 and 12.2 on what is in it.

use std::time::Duration;

use aws_lc_rs::digest::{Algorithm, SHA256, SHA512, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{browser_of, id_token, text, token_request, tokens, world};
use crate::support::{
    Db, TestApp,
    oauth::{ALICE, WEB, header, verified},
    on_both,
};

/// The left half of the access token's hash (section 3.1.3.6).
fn at_hash(hash: &'static Algorithm, tokens: &Value) -> String {
    let hash = digest(hash, text(tokens, "access_token").as_bytes());
    let (left, _) = hash.as_ref().split_at(hash.as_ref().len() / 2);
    URL_SAFE_NO_PAD.encode(left)
}

/// The names of an ID token's claims about the person.
fn personal(id_token: &Value) -> Vec<&str> {
    let protocol = [
        "iss",
        "sub",
        "aud",
        "exp",
        "iat",
        "jti",
        "auth_time",
        "at_hash",
        "amr",
        "acr",
        "nonce",
        "sid",
    ];
    let names = id_token.as_object().unwrap().keys().map(String::as_str);
    names.filter(|name| !protocol.contains(name)).collect()
}

on_both! {
    async fn it_says_who_signed_in_where_when_how_and_for_whom(db: Db) {
        let app = TestApp::start_with(db, &[("ID_TOKEN_EXPIRATION", "5m")]).await;
        app.seed(world(json!({}))).await;
        let browser = browser_of(&app, ALICE).await;
        let signed_in_at = app.now();
        app.advance(Duration::from_secs(60));
        let tokens = tokens(&app, &browser, &[("nonce", "n-0S6_WzA2Mj")]).await;

        assert_eq!(header(text(&tokens, "id_token"))["alg"], "RS256");
        let claims = verified(&app, text(&tokens, "id_token")).await.unwrap();
        assert_eq!(claims["iss"], app.issuer());
        assert_eq!(claims["aud"], WEB.0);
        assert_eq!(claims["nonce"], "n-0S6_WzA2Mj");
        assert_eq!(claims["iat"], app.now());
        assert_eq!(claims["exp"], app.now() + 300);
        assert_eq!(claims["auth_time"], signed_in_at);
        assert_eq!(claims["acr"], "1");
        assert_eq!(claims["amr"], json!(["pwd"]));
        assert_eq!(claims["at_hash"], at_hash(&SHA256, &tokens));
        assert_eq!(personal(&claims), Vec::<&str>::new());
        let access_token = text(&tokens, "access_token");
        let user = app.request(Method::GET, "/oauth/userinfo").bearer(access_token).send().await.ok();
        assert_eq!(user["sub"], claims["sub"]);
    }

    async fn the_nonce_is_optional(app: TestApp) {
        app.seed(world(json!({}))).await;
        let answer = tokens(&app, &app.browser(), &[]).await;
        assert_eq!(id_token(&answer).get("nonce"), None);
    }

    async fn the_client_chooses_the_algorithm(db: Db) {
        for (algorithm, hash) in [("RS256", &SHA256), ("ES256", &SHA256), ("EdDSA", &SHA512)] {
            let app = TestApp::start(db).await;
            app.seed(world(json!({ "id_token_signed_response_alg": algorithm }))).await;
            let tokens = tokens(&app, &app.browser(), &[]).await;
            assert_eq!(header(text(&tokens, "id_token"))["alg"], algorithm);
            let claims = verified(&app, text(&tokens, "id_token")).await.unwrap();
            assert_eq!(claims["at_hash"], at_hash(hash, &tokens), "{algorithm}");
        }
    }

    async fn without_openid_there_is_none(app: TestApp) {
        app.seed(world(json!({}))).await;
        let answer = tokens(&app, &app.browser(), &[("scope", "profile email")]).await;
        assert_eq!(answer.get("id_token"), None);
    }

    async fn scopes_and_claims_put_the_person_into_it(app: TestApp) {
        app.seed(world(json!({}))).await;
        let browser = app.browser();
        let by_scope = tokens(&app, &browser, &[("scope", "openid email")]).await;
        assert_eq!(personal(&id_token(&by_scope)), ["email", "email_verified"]);

        let claims = json!({
            "id_token": { "nickname": null, "address": { "essential": true }, "password_hash": null },
            "userinfo": { "phone_number": null },
        });
        let by_name = id_token(&tokens(&app, &browser, &[("claims", &claims.to_string())]).await);
        assert_eq!(personal(&by_name), ["address", "nickname"]);
        assert_eq!(by_name["nickname"], "Al");
        assert_eq!(by_name["address"], json!({ "locality": "Oxford", "country": "GB" }));
    }

    async fn sid_is_the_same_as_long_as_the_person_stays_signed_in(app: TestApp) {
        app.seed(world(json!({}))).await;
        let browser = app.browser();
        let first = id_token(&tokens(&app, &browser, &[]).await);
        let second = id_token(&tokens(&app, &browser, &[]).await);
        assert_eq!(text(&first, "sid"), text(&second, "sid"));
        let elsewhere = id_token(&tokens(&app, &app.browser(), &[]).await);
        assert_ne!(first["sid"], elsewhere["sid"]);
        // It names the session and opens it for nobody.
        let thief = app.browser();
        thief.set_cookie("authgate_session", text(&first, "sid"));
        assert!(thief.get_only("/").await.location().starts_with("/login"));
    }

    async fn a_refresh_gives_a_new_one_of_the_same_sign_in(app: TestApp) {
        app.seed(world(json!({}))).await;
        let scope = ("scope", "openid email offline_access");
        let first = tokens(&app, &app.browser(), &[scope, ("nonce", "n0nce")]).await;
        app.advance(Duration::from_secs(60));
        let refresh_token = text(&first, "refresh_token");
        let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
        let second = token_request(&app, &fields).await.ok();

        let before = id_token(&first);
        let after = verified(&app, text(&second, "id_token")).await.unwrap();
        for name in ["iss", "sub", "aud", "auth_time", "sid", "acr", "amr", "email"] {
            assert_eq!(after[name], before[name], "{name}");
        }
        assert_eq!(after.get("nonce"), None);
        assert_eq!(after["iat"], app.now());
        assert_eq!(after["at_hash"], at_hash(&SHA256, &second));

        let narrower = [fields[0], fields[1], ("scope", "email")];
        assert_eq!(token_request(&app, &narrower).await.ok().get("id_token"), None);
    }

    async fn a_device_gets_one_of_the_person_who_approved(app: TestApp) {
        app.seed(world(json!({}))).await;
        let ask = app.request(Method::POST, "/oauth/device/code").basic(WEB.0, WEB.1);
        let asked = ask.form(&[("scope", "openid")]).send().await.ok();
        let browser = browser_of(&app, ALICE).await;
        let signed_in_at = app.now();
        app.advance(Duration::from_secs(60));
        let page = browser.get(&format!("/device?user_code={}", text(&asked, "user_code"))).await;
        let page = browser.submit(&page.forms()[0], &[]).await;
        let done = browser.submit(&page.form("/device/verify"), &[("action", "approve")]).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.text());

        let answer = token_request(&app, &[
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            ("device_code", text(&asked, "device_code")),
        ]).await.ok();
        let claims = verified(&app, text(&answer, "id_token")).await.unwrap();
        assert_eq!(claims["auth_time"], signed_in_at);
        assert_eq!(claims["amr"], json!(["pwd"]));
        assert_eq!(claims["at_hash"], at_hash(&SHA256, &answer));
        assert_eq!(claims.get("nonce"), None);
        let in_browser = id_token(&tokens(&app, &browser, &[]).await);
        assert_eq!((&claims["sub"], &claims["sid"]), (&in_browser["sub"], &in_browser["sid"]));
    }
}
