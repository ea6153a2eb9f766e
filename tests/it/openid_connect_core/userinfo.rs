//! Section 5.3, UserInfo, and sections 5.4 and 5.5 on what is released.

use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{BOB, browser_of, id_token, text, token_request, tokens, world};
use crate::support::{
    Answer, TestApp,
    oauth::{ALICE, WEB, header, verified},
    on_both,
};

async fn userinfo(app: &TestApp, access_token: &str) -> Answer {
    app.request(Method::GET, "/oauth/userinfo")
        .bearer(access_token)
        .send()
        .await
}

/// What UserInfo says of that person under these changes to the usual request,
/// without `iss` and `sub`.
async fn released(app: &TestApp, who: (&str, &str), changes: &[(&str, &str)]) -> Value {
    let tokens = tokens(app, &browser_of(app, who).await, changes).await;
    let mut user = userinfo(app, text(&tokens, "access_token")).await.ok();
    let members = user.as_object_mut().unwrap();
    assert_eq!(
        members.remove("sub"),
        Some(id_token(&tokens)["sub"].clone())
    );
    assert!(members.remove("iss").is_none_or(|iss| iss == app.issuer()));
    user
}

on_both! {
    async fn each_scope_releases_its_claims(app: TestApp) {
        app.seed(world(json!({}))).await;
        for (scope, expected) in [
            ("openid", json!({})),
            ("openid profile", json!({
                "name": "Alice P. Liddell",
                "given_name": "Alice",
                "family_name": "Liddell",
                "middle_name": "Pleasance",
                "nickname": "Al",
                "preferred_username": "alice.liddell",
                "profile": "https://people.example/alice",
                "picture": "https://people.example/alice.png",
                "website": "https://alice.example/",
                "gender": "female",
                "birthdate": "1852-05-04",
                "zoneinfo": "Europe/London",
                "locale": "en-GB",
                "updated_at": 1_600_000_000,
            })),
            ("openid email", json!({ "email": "alice@people.example", "email_verified": true })),
            ("openid address", json!({ "address": { "locality": "Oxford", "country": "GB" } })),
            ("openid phone", json!({ "phone_number": "+44 1865 276150", "phone_number_verified": false })),
        ] {
            assert_eq!(released(&app, ALICE, &[("scope", scope)]).await, expected, "{scope}");
        }
    }

    async fn what_is_not_known_of_the_person_is_left_out(app: TestApp) {
        app.seed(world(json!({}))).await;
        let scope = ("scope", "openid profile email address phone");
        let known = json!({ "preferred_username": BOB.0, "updated_at": 1_600_000_000 });
        assert_eq!(released(&app, BOB, &[scope]).await, known);
    }

    async fn single_claims_are_released_without_their_scopes(app: TestApp) {
        app.seed(world(json!({}))).await;
        let claims = json!({
            "userinfo": {
                "email": { "essential": true },
                "phone_number": null,
                "birthdate": { "value": "1900-01-01" },
                "password_hash": null,
                "role": { "essential": true },
            },
            "id_token": { "gender": null },
        });
        let expected = json!({
            "email": "alice@people.example",
            "phone_number": "+44 1865 276150",
            "birthdate": "1852-05-04",
        });
        assert_eq!(released(&app, ALICE, &[("claims", &claims.to_string())]).await, expected);
        assert_eq!(released(&app, BOB, &[("claims", &claims.to_string())]).await, json!({}));
    }

    async fn the_token_comes_in_the_header_or_in_a_posted_form(app: TestApp) {
        app.seed(world(json!({}))).await;
        let tokens = tokens(&app, &app.browser(), &[("scope", "openid email")]).await;
        let token = text(&tokens, "access_token");
        let get = userinfo(&app, token).await;
        assert_eq!(get.header("cache-control"), "no-store");
        let post = || app.request(Method::POST, "/oauth/userinfo");
        let by_header = post().bearer(token).send().await;
        let by_form = post().form(&[("access_token", token)]).send().await;
        assert_eq!(by_header.ok(), get.ok());
        assert_eq!(by_form.ok(), get.ok());

        let twice = post().bearer(token).form(&[("access_token", token)]).send().await;
        twice.assert_error(StatusCode::BAD_REQUEST, "invalid_request");
        let in_url = app.get(&format!("/oauth/userinfo?access_token={token}")).await;
        in_url.assert_error(StatusCode::UNAUTHORIZED, "invalid_token");
        // RFC 6750 section 3: who shows no token is told of no error.
        assert_eq!(in_url.header("www-authenticate"), r#"Bearer realm="authgate""#);
    }

    async fn a_client_may_have_it_signed(app: TestApp) {
        for algorithm in ["RS256", "ES256", "EdDSA"] {
            app.seed(world(json!({ "userinfo_signed_response_alg": algorithm }))).await;
            let tokens = tokens(&app, &app.browser(), &[("scope", "openid email")]).await;
            let answer = userinfo(&app, text(&tokens, "access_token")).await;
            assert_eq!(answer.header("content-type"), "application/jwt");
            assert_eq!(header(answer.text())["alg"], algorithm);
            let claims = verified(&app, answer.text()).await.unwrap();
            assert_eq!(claims, json!({
                "iss": app.issuer(),
                "aud": WEB.0,
                "sub": id_token(&tokens)["sub"],
                "email": "alice@people.example",
                "email_verified": true,
            }));
        }
    }

    async fn it_needs_a_person_and_the_scope_openid(app: TestApp) {
        app.seed(world(json!({}))).await;
        let of_person = tokens(&app, &app.browser(), &[("scope", "profile")]).await;
        let of_service = token_request(&app, &[("grant_type", "client_credentials")]).await.ok();
        for tokens in [of_person, of_service] {
            let answer = userinfo(&app, text(&tokens, "access_token")).await;
            answer.assert_error(StatusCode::FORBIDDEN, "insufficient_scope");
            let challenge = answer.header("www-authenticate");
            assert!(challenge.starts_with("Bearer ") && challenge.contains(r#"scope="openid""#), "{challenge}");
        }
    }

    async fn only_a_live_access_token_counts(app: TestApp) {
        app.seed(world(json!({}))).await;
        let tokens = tokens(&app, &app.browser(), &[("scope", "openid offline_access")]).await;
        for token in [text(&tokens, "id_token"), text(&tokens, "refresh_token"), "nonsense", "a.b.c"] {
            let answer = userinfo(&app, token).await;
            answer.assert_error(StatusCode::UNAUTHORIZED, "invalid_token");
            assert!(answer.header("www-authenticate").contains(r#"error="invalid_token""#));
        }
        let token = text(&tokens, "access_token");
        app.advance(Duration::from_secs(tokens["expires_in"].as_u64().unwrap() - 1));
        userinfo(&app, token).await.ok();
        app.advance(Duration::from_secs(1));
        userinfo(&app, token).await.assert_error(StatusCode::UNAUTHORIZED, "invalid_token");
    }

    async fn it_tells_what_is_so_now(app: TestApp) {
        app.seed(world(json!({}))).await;
        let tokens = tokens(&app, &app.browser(), &[("scope", "openid email")]).await;
        let mut changed = world(json!({}));
        changed["users"][0]["email"] = json!("alice@wonderland.example");
        app.seed(changed).await;
        let user = userinfo(&app, text(&tokens, "access_token")).await.ok();
        assert_eq!(user["email"], "alice@wonderland.example");
    }
}
