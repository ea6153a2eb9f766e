//! RFC 8628: the device authorization grant, from the device and from the browser.

use std::time::Duration;

use authgate_proto::v1::ListUsersRequest;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{
    Answer, Browser, TestApp,
    oauth::{ALICE, CLI, SERVICE, claims, people_and_clients},
    on_both,
};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
const BOB: (&str, &str) = ("bob", "bob's own long password");
/// A confidential client with the device flow, and its secret.
const TV: (&str, &str) = ("tv", "tv-Zk3v9QmB7xLr2TnYpW5sHd8cJf1gKa6e");

/// The usual people and clients, with Bob and a confidential device.
fn seed() -> Value {
    let mut seed = people_and_clients();
    let bob = json!({ "username": BOB.0, "password": BOB.1, "role": "user" });
    seed["users"].as_array_mut().unwrap().push(bob);
    seed["clients"].as_array_mut().unwrap().push(json!({
        "client_id": TV.0,
        "client_secret": TV.1,
        "client_name": "Television",
        "grant_types": [GRANT],
        "response_types": [],
        "token_endpoint_auth_method": "client_secret_basic",
        "scope": "openid read",
    }));
    seed
}

async fn ask_for_a_code(app: &TestApp) -> Value {
    app.seed(seed()).await;
    app.post_form(
        "/oauth/device/code",
        &[("client_id", CLI), ("scope", "openid read")],
    )
    .await
    .ok()
}

/// Polls once the interval is over.
async fn poll(app: &TestApp, asked: &Value) -> Answer {
    app.advance(Duration::from_secs(asked["interval"].as_u64().unwrap()));
    poll_now(app, asked["device_code"].as_str().unwrap()).await
}

async fn poll_now(app: &TestApp, device_code: &str) -> Answer {
    let fields = [
        ("grant_type", GRANT),
        ("client_id", CLI),
        ("device_code", device_code),
    ];
    app.post_form("/oauth/token", &fields).await
}

fn user_code(asked: &Value) -> &str {
    asked["user_code"].as_str().unwrap()
}

/// A browser where this person is signed in.
async fn browser_of(app: &TestApp, person: (&str, &str)) -> Browser {
    let browser = app.browser();
    browser.sign_in(person.0, person.1).await;
    browser
}

/// Enters a code, as it was typed.
async fn enter(browser: &Browser, typed: &str) -> Answer {
    let form = browser.get("/device").await.form("/device/verify");
    browser.submit(&form, &[("user_code", typed)]).await
}

/// Signs in, enters the code and takes the decision.
async fn decide(browser: &Browser, asked: &Value, decision: &str) -> Answer {
    browser.sign_in(ALICE.0, ALICE.1).await;
    let page = enter(browser, &user_code(asked).to_lowercase().replace('-', " ")).await;
    assert!(page.text().contains("Command line"), "{}", page.text());
    browser
        .submit(&page.form("/device/verify"), &[("action", decision)])
        .await
}

on_both! {
    async fn a_device_gets_its_tokens_once_a_person_approves(app: TestApp) {
        let asked = ask_for_a_code(&app).await;
        poll(&app, &asked).await.assert_error(StatusCode::BAD_REQUEST, "authorization_pending");

        let page = decide(&app.browser(), &asked, "approve").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());

        let tokens = poll(&app, &asked).await.ok();
        assert_eq!(tokens["token_type"], "Bearer");
        assert_eq!(tokens["scope"], "openid read");
        assert!(tokens["id_token"].is_string() && tokens["refresh_token"].is_string());
        poll(&app, &asked).await.assert_error(StatusCode::BAD_REQUEST, "invalid_grant");
    }

    async fn the_answer_to_a_device_says_where_to_go(app: TestApp) {
        app.seed(seed()).await;
        let answer = app.post_form("/oauth/device/code", &[("client_id", CLI)]).await;
        assert_eq!(answer.header("cache-control"), "no-store");
        let asked = answer.ok();
        let page = format!("{}/device", app.issuer());
        assert_eq!(asked["verification_uri"], page);
        assert_eq!(asked["verification_uri_complete"], format!("{page}?user_code={}", user_code(&asked)));
        assert_eq!((&asked["expires_in"], &asked["interval"]), (&1800.into(), &5.into()));
        // Section 6.1: no vowels or digits that are taken for one another.
        assert_eq!(user_code(&asked).len(), 9);
        assert!(!user_code(&asked).contains(['0', '1', 'O', 'I']), "{asked}");
        let again = app.post_form("/oauth/device/code", &[("client_id", CLI)]).await.ok();
        assert_ne!(asked["user_code"], again["user_code"]);
        assert_ne!(asked["device_code"], again["device_code"]);
    }

    async fn a_device_may_ask_in_json(app: TestApp) {
        app.seed(seed()).await;
        let ask = app.request(Method::POST, "/oauth/device/code");
        let asked = ask.json(&json!({ "client_id": CLI, "scope": "read write" })).send().await.ok();
        assert_eq!(asked["scope"], "read write");
        poll(&app, &asked).await.assert_error(StatusCode::BAD_REQUEST, "authorization_pending");

        for body in ["{", "[]", "\"cli\"", r#"{"client_id": ["cli"]}"#, r#"{"client_id": 7}"#] {
            let ask = app.request(Method::POST, "/oauth/device/code");
            let answer = ask.body("application/json", body).send().await;
            answer.assert_error(StatusCode::BAD_REQUEST, "invalid_request");
        }
    }

    /// Section 3.5: `slow_down` adds five seconds, for this and all later polls.
    async fn a_device_that_polls_too_fast_waits_longer_each_time(app: TestApp) {
        let asked = ask_for_a_code(&app).await;
        let device_code = asked["device_code"].as_str().unwrap();
        poll(&app, &asked).await.assert_error(StatusCode::BAD_REQUEST, "authorization_pending");
        // The interval is 5 seconds, then 10, 15 and 20.
        for (wait, error) in [
            (4, "slow_down"),
            (9, "slow_down"),
            (14, "slow_down"),
            (20, "authorization_pending"),
            (20, "authorization_pending"),
            (19, "slow_down"),
            (25, "authorization_pending"),
        ] {
            app.advance(Duration::from_secs(wait));
            poll_now(&app, device_code).await.assert_error(StatusCode::BAD_REQUEST, error);
        }
        // Another device is not slowed down by it.
        let other = app.post_form("/oauth/device/code", &[("client_id", CLI)]).await.ok();
        poll(&app, &other).await.assert_error(StatusCode::BAD_REQUEST, "authorization_pending");
        poll(&app, &other).await.assert_error(StatusCode::BAD_REQUEST, "authorization_pending");
    }

    async fn a_device_is_told_that_a_person_denied(app: TestApp) {
        let asked = ask_for_a_code(&app).await;
        let page = decide(&app.browser(), &asked, "deny").await;
        assert_eq!((page.status, page.heading().as_str()), (StatusCode::OK, "Request denied"));
        for _ in 0..2 {
            poll(&app, &asked).await.assert_error(StatusCode::BAD_REQUEST, "access_denied");
        }
    }

    async fn a_code_that_nobody_entered_expires(app: TestApp) {
        let asked = ask_for_a_code(&app).await;
        app.advance(Duration::from_secs(asked["expires_in"].as_u64().unwrap()));
        poll(&app, &asked).await.assert_error(StatusCode::BAD_REQUEST, "expired_token");
        let page = enter(&browser_of(&app, ALICE).await, user_code(&asked)).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        assert!(page.text().contains("expired"), "{}", page.text());
    }

    async fn a_code_may_expire_while_somebody_looks_at_it(app: TestApp) {
        let asked = ask_for_a_code(&app).await;
        let life = Duration::from_secs(asked["expires_in"].as_u64().unwrap());
        app.advance(life - Duration::from_secs(1));
        let browser = browser_of(&app, ALICE).await;
        let form = enter(&browser, user_code(&asked)).await.form("/device/verify");
        app.advance(Duration::from_secs(1));
        let page = browser.submit(&form, &[("action", "approve")]).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        assert!(page.text().contains("expired"), "{}", page.text());
        poll(&app, &asked).await.assert_error(StatusCode::BAD_REQUEST, "expired_token");
    }

    async fn tokens_are_for_who_asked_in_time(app: TestApp) {
        let asked = ask_for_a_code(&app).await;
        decide(&app.browser(), &asked, "approve").await;
        app.advance(Duration::from_secs(asked["expires_in"].as_u64().unwrap()));
        poll(&app, &asked).await.assert_error(StatusCode::BAD_REQUEST, "expired_token");
    }

    async fn a_device_code_is_its_client_s(app: TestApp) {
        let asked = ask_for_a_code(&app).await;
        let device_code = asked["device_code"].as_str().unwrap();
        decide(&app.browser(), &asked, "approve").await;
        let fields = [("grant_type", GRANT), ("device_code", device_code)];
        let thief = app.request(Method::POST, "/oauth/token").basic(TV.0, TV.1);
        thief.form(&fields).send().await.assert_error(StatusCode::BAD_REQUEST, "invalid_grant");
        // It did no harm.
        poll(&app, &asked).await.ok();
    }

    async fn what_is_no_device_code_is_refused(app: TestApp) {
        let asked = ask_for_a_code(&app).await;
        let right = asked["device_code"].as_str().unwrap();
        let last = if right.ends_with('0') { "1" } else { "0" };
        let tampered = format!("{}{last}", &right[..right.len() - 1]);
        for wrong in [
            "x", "0", user_code(&asked), &right.to_uppercase(), &right[..20], &format!("{right}0"),
            &format!(" {right}"), &tampered, &"0".repeat(40), &"f".repeat(5000), "é", "'; DROP TABLE device_codes; --",
        ] {
            if wrong != right {
                poll_now(&app, wrong).await.assert_error(StatusCode::BAD_REQUEST, "invalid_grant");
            }
        }
        let missing = [("grant_type", GRANT), ("client_id", CLI)];
        app.post_form("/oauth/token", &missing).await.assert_error(StatusCode::BAD_REQUEST, "invalid_request");
        poll_now(&app, "").await.assert_error(StatusCode::BAD_REQUEST, "invalid_request");
        let twice = [("grant_type", GRANT), ("client_id", CLI), ("device_code", right), ("device_code", right)];
        app.post_form("/oauth/token", &twice).await.assert_error(StatusCode::BAD_REQUEST, "invalid_request");
    }

    /// The predecessor's CLIs ask for more than their client may have, and go on.
    async fn scopes_that_the_client_may_not_have_are_dropped_and_told(app: TestApp) {
        app.seed(seed()).await;
        let fields = [("client_id", CLI), ("scope", "read admin nonsense")];
        let asked = app.post_form("/oauth/device/code", &fields).await.ok();
        assert_eq!(asked["scope"], "read");
        let browser = app.browser();
        decide(&browser, &asked, "approve").await;
        let tokens = poll(&app, &asked).await.ok();
        assert_eq!(tokens["scope"], "read");
        assert_eq!(claims(tokens["access_token"].as_str().unwrap())["scope"], "read");
        assert_eq!(tokens.get("id_token"), None);

        let fields = [("client_id", CLI), ("scope", "read \"write\"")];
        app.post_form("/oauth/device/code", &fields).await.assert_error(StatusCode::BAD_REQUEST, "invalid_scope");
    }

    async fn only_clients_with_the_device_grant_may_ask(app: TestApp) {
        app.seed(seed()).await;
        let ask = app.request(Method::POST, "/oauth/device/code").basic(SERVICE.0, SERVICE.1);
        ask.form(&[("scope", "read")]).send().await.assert_error(StatusCode::BAD_REQUEST, "unauthorized_client");
        let poll = app.request(Method::POST, "/oauth/token").basic(SERVICE.0, SERVICE.1);
        let poll = poll.form(&[("grant_type", GRANT), ("device_code", &"0".repeat(40))]).send().await;
        poll.assert_error(StatusCode::BAD_REQUEST, "unauthorized_client");

        let unknown = app.post_form("/oauth/device/code", &[("client_id", "nobody")]).await;
        unknown.assert_error(StatusCode::UNAUTHORIZED, "invalid_client");
        let nameless = app.post_form("/oauth/device/code", &[("scope", "read")]).await;
        nameless.assert_error(StatusCode::BAD_REQUEST, "invalid_request");
    }

    /// Section 3.1 with RFC 6749 section 3.2.1.
    async fn a_confidential_client_authenticates_when_it_asks_and_when_it_polls(app: TestApp) {
        app.seed(seed()).await;
        let claimed = app.post_form("/oauth/device/code", &[("client_id", TV.0)]).await;
        claimed.assert_error(StatusCode::UNAUTHORIZED, "invalid_client");
        let forged = app.request(Method::POST, "/oauth/device/code").basic(TV.0, "wrong");
        let forged = forged.form(&[("scope", "read")]).send().await;
        forged.assert_error(StatusCode::UNAUTHORIZED, "invalid_client");
        assert!(forged.header("www-authenticate").starts_with("Basic"));

        let ask = app.request(Method::POST, "/oauth/device/code").basic(TV.0, TV.1);
        let asked = ask.form(&[("scope", "openid read")]).send().await.ok();
        let browser = browser_of(&app, ALICE).await;
        let page = enter(&browser, user_code(&asked)).await;
        browser.submit(&page.form("/device/verify"), &[("action", "approve")]).await;
        let fields = [("grant_type", GRANT), ("device_code", asked["device_code"].as_str().unwrap())];
        let claimed: Vec<_> = fields.into_iter().chain([("client_id", TV.0)]).collect();
        app.post_form("/oauth/token", &claimed).await.assert_error(StatusCode::UNAUTHORIZED, "invalid_client");
        let poll = app.request(Method::POST, "/oauth/token").basic(TV.0, TV.1);
        assert_eq!(poll.form(&fields).send().await.ok()["scope"], "openid read");
    }

    async fn a_user_code_is_known_however_it_is_typed(app: TestApp) {
        let asked = ask_for_a_code(&app).await;
        let browser = browser_of(&app, ALICE).await;
        let code = user_code(&asked);
        let bare = code.replace('-', "");
        for typed in [
            code.to_owned(),
            bare.clone(),
            bare.to_lowercase(),
            format!("  {} ", code.to_lowercase()),
            bare.chars().map(|c| format!("{c} ")).collect(),
            code.replace('-', "\u{2013}"),
            code.replace('-', "--"),
            code.replace('-', "\u{a0}"),
        ] {
            let page = enter(&browser, &typed).await;
            assert_eq!(page.status, StatusCode::OK, "{typed:?}");
            // Section 3.3.1: shown as the device shows it, to compare.
            assert!(page.text().contains(code), "{typed:?}");
        }
        for typed in ["", " ", "-"] {
            let page = enter(&browser, typed).await;
            assert_ne!(page.form("/device/verify").value("user_code"), Some(code), "{typed:?}");
        }
    }

    async fn a_link_with_the_code_survives_sign_in(app: TestApp) {
        let asked = ask_for_a_code(&app).await;
        let browser = app.browser();
        let link = asked["verification_uri_complete"].as_str().unwrap().strip_prefix(app.issuer()).unwrap();
        let page = browser.get(link).await;
        // Nothing of the request is shown to strangers.
        assert!(!page.text().contains("Command line"));
        let page = browser.submit(&page.form("/login"), &[("username", ALICE.0), ("password", ALICE.1)]).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text().contains("Command line") && page.text().contains(user_code(&asked)), "{}", page.text());
        // Section 5.4: the link decides nothing.
        poll(&app, &asked).await.assert_error(StatusCode::BAD_REQUEST, "authorization_pending");
        browser.submit(&page.form("/device/verify"), &[("action", "approve")]).await;
        poll(&app, &asked).await.ok();
    }

    async fn of_two_people_the_first_decides(app: TestApp) {
        let asked = ask_for_a_code(&app).await;
        let (alice, bob) = (browser_of(&app, ALICE).await, browser_of(&app, BOB).await);
        let form_of_alice = enter(&alice, user_code(&asked)).await.form("/device/verify");
        let form_of_bob = enter(&bob, user_code(&asked)).await.form("/device/verify");
        assert_eq!(bob.submit(&form_of_bob, &[("action", "approve")]).await.status, StatusCode::OK);
        for decision in ["deny", "approve"] {
            let page = alice.submit(&form_of_alice, &[("action", decision)]).await;
            assert_eq!(page.status, StatusCode::BAD_REQUEST);
            assert!(page.text().contains("used already"), "{}", page.text());
        }
        let tokens = poll(&app, &asked).await.ok();
        let user = app.request(Method::GET, "/oauth/userinfo").bearer(tokens["access_token"].as_str().unwrap());
        let bob_s = user.send().await.ok()["sub"].clone();
        assert_eq!(claims(tokens["id_token"].as_str().unwrap())["sub"], bob_s);
        let everybody = ListUsersRequest { page_size: 10, ..ListUsersRequest::default() };
        let users = app.admin().list_users(everybody).await.unwrap().into_inner().users;
        assert!(users.iter().any(|user| user.username == BOB.0 && bob_s == user.user_id.as_str()));
    }

    async fn of_many_decisions_at_once_one_stands(app: TestApp) {
        let asked = ask_for_a_code(&app).await;
        let browser = browser_of(&app, ALICE).await;
        let form = enter(&browser, user_code(&asked)).await.form("/device/verify");
        let send = |action: &'static str| {
            let (browser, form) = (browser.clone(), form.clone());
            tokio::spawn(async move { browser.submit(&form, &[("action", action)]).await.status })
        };
        let sent: Vec<_> = (0..8).map(|at| send(if at % 2 == 0 { "approve" } else { "deny" })).collect();
        let mut stood = 0;
        for answer in sent {
            let status = answer.await.unwrap();
            assert!(matches!(status, StatusCode::OK | StatusCode::BAD_REQUEST), "{status}");
            stood += usize::from(status == StatusCode::OK);
        }
        assert_eq!(stood, 1);
    }

    async fn of_many_polls_at_once_one_gets_tokens(app: TestApp) {
        let asked = ask_for_a_code(&app).await;
        decide(&app.browser(), &asked, "approve").await;
        let device_code = asked["device_code"].as_str().unwrap();
        let request = || {
            let fields = [("grant_type", GRANT), ("client_id", CLI), ("device_code", device_code)];
            tokio::spawn(app.request(Method::POST, "/oauth/token").form(&fields).send())
        };
        let sent: Vec<_> = (0..8).map(|_| request()).collect();
        let mut served = 0;
        for answer in sent {
            let answer = answer.await.unwrap();
            if answer.status == StatusCode::OK {
                served += 1;
            } else {
                answer.assert_error(StatusCode::BAD_REQUEST, "invalid_grant");
            }
        }
        assert_eq!(served, 1);
    }

    async fn a_double_submit_changes_nothing(app: TestApp) {
        let asked = ask_for_a_code(&app).await;
        let browser = browser_of(&app, ALICE).await;
        let form = enter(&browser, user_code(&asked)).await.form("/device/verify");
        assert_eq!(browser.submit(&form, &[("action", "approve")]).await.status, StatusCode::OK);
        let page = browser.submit(&form, &[("action", "approve")]).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        let page = browser.submit(&form, &[("action", "deny")]).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        poll(&app, &asked).await.ok();
    }

    async fn hostile_texts_stay_texts(app: TestApp) {
        let name = r#"</p><script>alert(1)</script><img src=x onerror="alert(2)">'"#;
        let user_agent = r#""><script src=//evil.example></script><svg onload=alert(3)>"#;
        let mut seed = seed();
        seed["clients"].as_array_mut().unwrap().push(json!({
            "client_id": "hostile",
            "client_name": name,
            "grant_types": [GRANT],
            "response_types": [],
            "token_endpoint_auth_method": "none",
            "scope": "read",
        }));
        app.seed(seed).await;
        let ask = app.request(Method::POST, "/oauth/device/code").header("user-agent", user_agent);
        let asked = ask.form(&[("client_id", "hostile"), ("scope", "read")]).send().await.ok();
        let browser = browser_of(&app, ALICE).await;
        let confirm = enter(&browser, user_code(&asked)).await;
        assert!(confirm.text().contains("&lt;script&gt;alert(1)"), "{}", confirm.text());
        let settled = browser.submit(&confirm.form("/device/verify"), &[("action", "approve")]).await;
        let echoed = enter(&browser, "<script>alert(4)</script>").await;
        for page in [confirm, settled, echoed] {
            let document = scraper::Html::parse_document(page.text());
            let select = |text: &str| {
                let selector = scraper::Selector::parse(text).unwrap();
                document.select(&selector).count()
            };
            assert_eq!(select("script"), 1, "only the page's own: {}", page.text());
            assert_eq!(select("script[src^='/static/']"), 1);
            assert_eq!(select("[onerror], [onload], svg, img[src=x]"), 0, "{}", page.text());
        }
    }
}
