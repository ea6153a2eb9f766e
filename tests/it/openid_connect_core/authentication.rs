//! Section 3.1.2: the authorization endpoint, as far as it is about the person.

use std::time::Duration;

use http::Method;
use serde_json::json;

use super::{BOB, browser_of, id_token, redeem, text, tokens, world};
use crate::support::{
    Answer, Browser, Db, TestApp,
    oauth::{ALICE, Step, WEB_CALLBACK, authorize, authorize_path, next_step, web_request},
    on_both,
};

/// The error that the client is told at once, without a page in between.
async fn error(browser: &Browser, changes: &[(&str, &str)]) -> Option<String> {
    let answer = browser
        .get_only(&authorize_path(&web_request(changes)))
        .await;
    assert!(
        answer.location().starts_with(WEB_CALLBACK),
        "{}",
        answer.location()
    );
    assert_eq!(answer.redirect_parameter("state").as_deref(), Some("st4te"));
    answer.redirect_parameter("error")
}

async fn step(browser: &Browser, changes: &[(&str, &str)]) -> Step {
    next_step(browser, &web_request(changes)).await
}

/// Sends the login form that the request leads to.
async fn sign_in_for(
    browser: &Browser,
    changes: &[(&str, &str)],
    (username, password): (&str, &str),
) -> Answer {
    let form = browser
        .get(&authorize_path(&web_request(changes)))
        .await
        .form("/login");
    browser
        .submit(&form, &[("username", username), ("password", password)])
        .await
}

/// Agrees on the consent page.
async fn agree(browser: &Browser, page: &Answer) -> Answer {
    browser
        .submit(&page.form("/oauth/authorize"), &[("action", "approve")])
        .await
}

on_both! {
    async fn prompt_none_shows_no_page_whatever_is_missing(app: TestApp) {
        app.seed(world(json!({}))).await;
        let browser = app.browser();
        let silently = [("prompt", "none")];
        assert_eq!(error(&browser, &silently).await.as_deref(), Some("login_required"));
        browser.sign_in(ALICE.0, ALICE.1).await;
        assert_eq!(error(&browser, &silently).await.as_deref(), Some("consent_required"));
        tokens(&app, &browser, &[]).await;
        assert_eq!(error(&browser, &silently).await, None);
        let answer = browser.get_only(&authorize_path(&web_request(&silently))).await;
        redeem(&app, &answer).await;
    }

    async fn prompt_none_stands_alone(app: TestApp) {
        app.seed(world(json!({}))).await;
        let browser = browser_of(&app, ALICE).await;
        for prompt in ["none login", "consent none"] {
            let refused = error(&browser, &[("prompt", prompt)]).await;
            assert_eq!(refused.as_deref(), Some("invalid_request"), "{prompt}");
        }
    }

    async fn prompt_login_has_the_person_sign_in_again(app: TestApp) {
        app.seed(world(json!({}))).await;
        let browser = app.browser();
        let before = id_token(&tokens(&app, &browser, &[]).await);
        app.advance(Duration::from_secs(5));
        let again = [("prompt", "login")];
        assert_eq!(step(&browser, &again).await, Step::SignIn);
        // To come back without having signed in leads to the same form.
        let login = browser.get_only(&authorize_path(&web_request(&again))).await;
        let (_, back) = login.location().split_once("redirect=").unwrap();
        let back = form_urlencoded::parse(format!("to={back}").as_bytes()).next().unwrap().1.into_owned();
        assert!(browser.get_only(&back).await.location().starts_with("/login"));

        let after = id_token(&redeem(&app, &sign_in_for(&browser, &again, ALICE).await).await);
        assert_eq!(after["sub"], before["sub"]);
        assert_eq!(after["auth_time"].as_i64(), before["auth_time"].as_i64().map(|then| then + 5));
        assert_ne!(after["sid"], before["sid"]);
    }

    async fn prompt_consent_asks_again_what_was_agreed_to(app: TestApp) {
        app.seed(world(json!({}))).await;
        let browser = app.browser();
        tokens(&app, &browser, &[]).await;
        assert_eq!(step(&browser, &[]).await, Step::Client);
        assert_eq!(step(&browser, &[("prompt", "consent")]).await, Step::Consent);
        let both = authorize(&browser, &web_request(&[("prompt", "consent login")])).await;
        redeem(&app, &both).await;
    }

    async fn prompt_select_account_lets_the_person_be_somebody_else(app: TestApp) {
        app.seed(world(json!({}))).await;
        let browser = app.browser();
        let alice = id_token(&tokens(&app, &browser, &[]).await);
        app.advance(Duration::from_secs(5));
        let select = [("prompt", "select_account")];
        assert_eq!(step(&browser, &select).await, Step::SignIn);
        let consent = sign_in_for(&browser, &select, BOB).await;
        let bob = id_token(&redeem(&app, &agree(&browser, &consent).await).await);
        assert_ne!(bob["sub"], alice["sub"]);
    }

    async fn max_age_limits_how_long_ago_the_sign_in_was(app: TestApp) {
        app.seed(world(json!({}))).await;
        let browser = app.browser();
        let before = id_token(&tokens(&app, &browser, &[]).await);
        app.advance(Duration::from_secs(1));
        assert_eq!(step(&browser, &[("max_age", "1")]).await, Step::Client);
        app.advance(Duration::from_secs(1));
        assert_eq!(step(&browser, &[("max_age", "1")]).await, Step::SignIn);
        let refused = error(&browser, &[("max_age", "1"), ("prompt", "none")]).await;
        assert_eq!(refused.as_deref(), Some("login_required"));

        let same = id_token(&tokens(&app, &browser, &[("max_age", "10000")]).await);
        assert_eq!(same["auth_time"], before["auth_time"]);
        // As good as prompt=login.
        let now = id_token(&tokens(&app, &browser, &[("max_age", "0")]).await);
        assert_eq!(now["auth_time"], app.now());
        assert_eq!(step(&browser, &[("max_age", "0")]).await, Step::SignIn);

        for nonsense in ["-1", "soon", "1.5"] {
            let refused = error(&browser, &[("max_age", nonsense)]).await;
            assert_eq!(refused.as_deref(), Some("invalid_request"), "{nonsense}");
        }
    }

    async fn a_client_may_register_a_max_age(app: TestApp) {
        app.seed(world(json!({ "default_max_age": 60 }))).await;
        let browser = app.browser();
        tokens(&app, &browser, &[]).await;
        app.advance(Duration::from_secs(61));
        assert_eq!(step(&browser, &[]).await, Step::SignIn);
        assert_eq!(step(&browser, &[("max_age", "100")]).await, Step::Client);
    }

    async fn id_token_hint_names_the_person_even_when_it_has_expired(db: Db) {
        let app = TestApp::start_with(db, &[("ID_TOKEN_EXPIRATION", "1m")]).await;
        app.seed(world(json!({}))).await;
        let browser = app.browser();
        let tokens = tokens(&app, &browser, &[]).await;
        let hint = text(&tokens, "id_token");
        app.advance(Duration::from_secs(300));
        assert!(id_token(&tokens)["exp"].as_i64().unwrap() < app.now());
        let silently = [("id_token_hint", hint), ("prompt", "none")];
        assert_eq!(error(&browser, &silently).await, None);
    }

    async fn id_token_hint_of_another_person_needs_that_person(app: TestApp) {
        app.seed(world(json!({}))).await;
        let of_bob = browser_of(&app, BOB).await;
        let bobs = tokens(&app, &of_bob, &[]).await;
        let hint = [("id_token_hint", text(&bobs, "id_token"))];
        let browser = browser_of(&app, ALICE).await;
        tokens(&app, &browser, &[]).await;
        app.advance(Duration::from_secs(5));

        let silently = [hint[0], ("prompt", "none")];
        assert_eq!(error(&browser, &silently).await.as_deref(), Some("login_required"));
        assert_eq!(step(&browser, &hint).await, Step::SignIn);
        // Whoever insists on being somebody else is not asked for ever.
        let refused = sign_in_for(&browser, &hint, ALICE).await;
        assert_eq!(refused.redirect_parameter("error").as_deref(), Some("login_required"));
        app.advance(Duration::from_secs(5));
        let answer = sign_in_for(&browser, &hint, BOB).await;
        assert_eq!(id_token(&redeem(&app, &answer).await)["sub"], id_token(&bobs)["sub"]);
    }

    async fn only_an_id_token_of_ours_is_an_id_token_hint(app: TestApp) {
        app.seed(world(json!({ "userinfo_signed_response_alg": "RS256" }))).await;
        let browser = app.browser();
        let tokens = tokens(&app, &browser, &[]).await;
        let access_token = text(&tokens, "access_token");
        let userinfo = app.request(Method::GET, "/oauth/userinfo").bearer(access_token).send().await;
        let [head, body, _] = text(&tokens, "id_token").split('.').collect::<Vec<_>>()[..] else {
            panic!("{tokens}");
        };
        let unsigned = format!("{head}.{body}.");
        let forged = format!("{head}.{body}.{}", "A".repeat(342));
        // {"alg":"none"}
        let none = format!("eyJhbGciOiJub25lIn0.{body}.");
        for (what, hint) in [
            ("an access token", access_token),
            ("a signed UserInfo answer", userinfo.text()),
            ("without its signature", &unsigned),
            ("with another signature", &forged),
            ("alg none", &none),
            ("nonsense", "nonsense"),
        ] {
            let refused = error(&browser, &[("id_token_hint", hint)]).await;
            assert_eq!(refused.as_deref(), Some("invalid_request"), "{what}");
        }
    }

    async fn login_hint_stands_in_the_form(app: TestApp) {
        app.seed(world(json!({}))).await;
        let hinted = r#"al"<i>ce@people.example"#;
        let page = app.browser().get(&authorize_path(&web_request(&[("login_hint", hinted)]))).await;
        assert_eq!(page.form("/login").value("username"), Some(hinted));
        assert!(!page.text().contains("<i>"), "{}", page.text());
    }

    async fn acr_values_are_a_wish_and_an_essential_acr_a_condition(app: TestApp) {
        app.seed(world(json!({}))).await;
        let browser = app.browser();
        let wish = [("acr_values", "phr phrh")];
        assert_eq!(id_token(&tokens(&app, &browser, &wish).await)["acr"], "1");

        let acr = |request| json!({ "id_token": { "acr": request } }).to_string();
        for fine in [
            json!(null),
            json!({ "essential": true }),
            json!({ "essential": true, "values": ["phr", "1"] }),
            json!({ "value": "phr" }),
        ] {
            let asked = acr(fine);
            let answer = tokens(&app, &browser, &[("claims", &asked)]).await;
            assert_eq!(id_token(&answer)["acr"], "1", "{asked}");
        }
        for impossible in [
            json!({ "essential": true, "value": "phr" }),
            json!({ "essential": true, "values": ["phr", "phrh"] }),
        ] {
            let asked = acr(impossible);
            let refused = error(&browser, &[("claims", &asked)]).await;
            assert_eq!(refused.as_deref(), Some("access_denied"), "{asked}");
        }
    }

    async fn the_claim_sub_names_the_person(app: TestApp) {
        app.seed(world(json!({}))).await;
        let bob = id_token(&tokens(&app, &browser_of(&app, BOB).await, &[]).await);
        let browser = browser_of(&app, ALICE).await;
        let alice = tokens(&app, &browser, &[]).await;
        app.advance(Duration::from_secs(5));
        for section in ["id_token", "userinfo"] {
            let about = |sub| json!({ section: { "sub": { "value": sub } } }).to_string();
            let (herself, other) = (about(&id_token(&alice)["sub"]), about(&bob["sub"]));
            assert_eq!(step(&browser, &[("claims", &herself)]).await, Step::Client);
            assert_eq!(step(&browser, &[("claims", &other)]).await, Step::SignIn);
            let silently = [("claims", other.as_str()), ("prompt", "none")];
            assert_eq!(error(&browser, &silently).await.as_deref(), Some("login_required"));
            let contradictory = [("claims", other.as_str()), ("id_token_hint", text(&alice, "id_token"))];
            assert_eq!(error(&browser, &contradictory).await.as_deref(), Some("invalid_request"));
        }
    }

    async fn a_malformed_claims_parameter_is_refused(app: TestApp) {
        app.seed(world(json!({}))).await;
        let browser = browser_of(&app, ALICE).await;
        for claims in ["{", "[]", "7", r#"{"userinfo":["email"]}"#, r#"{"id_token":{"email":true}}"#] {
            let refused = error(&browser, &[("claims", claims)]).await;
            assert_eq!(refused.as_deref(), Some("invalid_request"), "{claims}");
        }
    }

    async fn what_says_nothing_to_this_server_changes_nothing(app: TestApp) {
        app.seed(world(json!({}))).await;
        let browser = app.browser();
        tokens(&app, &browser, &[]).await;
        for (name, value) in [
            ("ui_locales", "se fr-CA"),
            ("claims_locales", "de"),
            ("display", "popup"),
            ("prompt", "create"),
            ("never_heard_of", "it"),
            ("claims", r#"{"userinfo":{"shoe_size":null},"somewhere":{"email":null}}"#),
        ] {
            let answer = authorize(&browser, &web_request(&[(name, value)])).await;
            assert!(answer.redirect_parameter("code").is_some(), "{name}: {answer:?}");
        }
    }
}
