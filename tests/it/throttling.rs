//! Guessing of passwords and user codes gets slow, and tells nothing.

use std::time::Duration;

use authgate_proto::v1::UserRequest;
use http::StatusCode;
use serde_json::{Value, json};

use crate::support::{
    Answer, Browser, TestApp,
    oauth::{ALICE, CLI, people_and_clients},
    on_both,
};

const BOB: (&str, &str) = ("bob", "bob's own long password");
const DISABLED: (&str, &str) = ("dora", "dora's own long password");
/// Nobody's name.
const UNKNOWN: &str = "nobody";
/// Failures that an account has at one address, and an address in all.
const PER_ACCOUNT: usize = 5;
const PER_ADDRESS: usize = 20;
/// Wrong user codes that a person or an address has.
const USER_CODES: usize = 10;
const FIRST_WAIT: Duration = Duration::from_secs(60);

/// Alice and Bob, and Dora, whose account is switched off.
async fn people(app: &TestApp) {
    let mut seed = people_and_clients();
    for (username, password) in [BOB, DISABLED] {
        let user = json!({ "username": username, "password": password, "role": "user" });
        seed["users"].as_array_mut().unwrap().push(user);
    }
    app.seed(seed).await;
    let request = UserRequest {
        username: DISABLED.0.to_owned(),
        ..UserRequest::default()
    };
    app.admin().disable_user(request).await.unwrap();
}

#[track_caller]
fn assert_waits(answer: &Answer, seconds: &str) {
    assert_eq!(
        answer.status,
        StatusCode::TOO_MANY_REQUESTS,
        "{}",
        answer.text()
    );
    assert_eq!(answer.header("retry-after"), seconds);
    assert!(answer.header("content-type").starts_with("text/html"));
}

/// A page without what differs for good reasons: the name that was typed, and the
/// browser's token.
fn comparable(page: &Answer, username: &str) -> String {
    let form = page.form("/login");
    let token = form.value("csrf_token").unwrap();
    page.text()
        .replace(token, "TOKEN")
        .replace(username, "NAME")
}

async fn ask_for_a_code(app: &TestApp) -> Value {
    app.post_form("/oauth/device/code", &[("client_id", CLI)])
        .await
        .ok()
}

/// Enters a user code on the page.
async fn enter(browser: &Browser, user_code: &str) -> Answer {
    let form = browser.get("/device").await.form("/device/verify");
    browser.submit(&form, &[("user_code", user_code)]).await
}

/// A user code that nobody was given.
fn wrong_code(number: usize) -> String {
    format!("WRNG-WR{}{}", number / 8 + 2, number % 8 + 2)
}

on_both! {
    async fn an_account_waits_after_failures_and_then_works(app: TestApp) {
        people(&app).await;
        for _ in 0..PER_ACCOUNT {
            assert_eq!(app.browser().sign_in(ALICE.0, "wrong").await.status, StatusCode::UNAUTHORIZED);
        }
        // Whatever the browser, the spelling and the password.
        for (name, password) in [(ALICE.0, "wrong"), (ALICE.0, ALICE.1), (" ALICE ", ALICE.1)] {
            assert_waits(&app.browser().sign_in(name, password).await, "60");
        }
        app.advance(FIRST_WAIT / 2);
        assert_waits(&app.browser().sign_in(ALICE.0, ALICE.1).await, "30");
        app.advance(FIRST_WAIT / 2);
        // Another failure waits longer.
        assert_eq!(app.browser().sign_in(ALICE.0, "wrong").await.status, StatusCode::UNAUTHORIZED);
        assert_waits(&app.browser().sign_in(ALICE.0, ALICE.1).await, "120");
        app.advance(2 * FIRST_WAIT);
        assert_eq!(app.browser().sign_in(ALICE.0, ALICE.1).await.status, StatusCode::OK);
        // Who knows the password starts anew.
        assert_eq!(app.browser().sign_in(ALICE.0, "wrong").await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(app.browser().sign_in(ALICE.0, ALICE.1).await.status, StatusCode::OK);
    }

    async fn who_guesses_at_an_account_does_not_lock_its_owner_out(app: TestApp) {
        people(&app).await;
        let guesser = app.browser().at("192.0.2.66");
        for _ in 0..=PER_ACCOUNT {
            guesser.sign_in(ALICE.0, "wrong").await;
        }
        assert_waits(&guesser.sign_in(ALICE.0, "wrong").await, "60");
        assert_eq!(app.browser().sign_in(ALICE.0, ALICE.1).await.status, StatusCode::OK);
    }

    async fn an_account_is_guarded_against_many_addresses(app: TestApp) {
        people(&app).await;
        for host in 0..10 * PER_ACCOUNT {
            let bot = app.browser().at(&format!("192.0.2.{host}"));
            assert_eq!(bot.sign_in(ALICE.0, "wrong").await.status, StatusCode::UNAUTHORIZED);
        }
        assert_waits(&app.browser().at("198.51.100.1").sign_in(ALICE.0, "wrong").await, "60");
    }

    async fn an_address_waits_after_failures_at_many_names(app: TestApp) {
        people(&app).await;
        for user in 0..PER_ADDRESS {
            // An IPv6 subscriber has a whole /64 of addresses.
            let sprayer = app.browser().at(&format!("2001:db8:0:1::{user:x}"));
            let answer = sprayer.sign_in(&format!("user{user}"), "Spring2024!").await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        }
        assert_waits(&app.browser().at("2001:db8:0:1:ffff::1").sign_in(BOB.0, BOB.1).await, "60");
        assert_eq!(app.browser().at("2001:db8:0:2::1").sign_in(BOB.0, BOB.1).await.status, StatusCode::OK);
        app.advance(FIRST_WAIT);
        assert_eq!(app.browser().at("2001:db8:0:1::1").sign_in(BOB.0, BOB.1).await.status, StatusCode::OK);
    }

    async fn unknown_known_and_disabled_names_look_the_same(app: TestApp) {
        people(&app).await;
        let mut pages = Vec::new();
        for (name, address) in [(UNKNOWN, "192.0.2.1"), (ALICE.0, "192.0.2.2"), (DISABLED.0, "192.0.2.3")] {
            let mut answers = Vec::new();
            // Into the throttle and beyond.
            for _ in 0..PER_ACCOUNT + 2 {
                let answer = app.browser().at(address).sign_in(name, "wrong").await;
                let mut headers: Vec<_> = answer.headers.keys().map(|name| name.as_str().to_owned()).collect();
                headers.sort();
                answers.push((answer.status, answer.header("retry-after").to_owned(), headers, comparable(&answer, name)));
            }
            pages.push(answers);
        }
        assert_eq!(pages[0], pages[1]);
        assert_eq!(pages[0], pages[2]);
        assert_eq!(pages[0].last().unwrap().0, StatusCode::TOO_MANY_REQUESTS);
    }

    async fn only_the_right_password_is_told_of_a_disabled_account(app: TestApp) {
        people(&app).await;
        let wrong = app.browser().sign_in(DISABLED.0, "wrong").await;
        assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
        let right = app.browser().sign_in(DISABLED.0, DISABLED.1).await;
        assert_eq!(right.status, StatusCode::FORBIDDEN);
        assert_ne!(comparable(&wrong, DISABLED.0), comparable(&right, DISABLED.0));
    }

    async fn user_codes_can_not_be_guessed_for_long(app: TestApp) {
        people(&app).await;
        let asked = ask_for_a_code(&app).await;
        let code = asked["user_code"].as_str().unwrap();
        let guesser = app.browser().at("192.0.2.66");
        guesser.sign_in(ALICE.0, ALICE.1).await;
        for number in 0..USER_CODES {
            assert_eq!(enter(&guesser, &wrong_code(number)).await.status, StatusCode::BAD_REQUEST);
        }
        // Now even the right one is not looked at, by form or by link or by decision.
        assert_waits(&enter(&guesser, code).await, "60");
        assert_waits(&guesser.get(&format!("/device?user_code={code}")).await, "60");
        let form = guesser.get("/device").await.form("/device/verify");
        let decision = [("user_code", code), ("action", "approve")];
        assert_waits(&guesser.submit(&form, &decision).await, "60");
        // From elsewhere the same person waits too, and so do others from there.
        assert_waits(&enter(&guesser.at("198.51.100.1"), code).await, "60");
        let other = app.browser();
        other.sign_in(BOB.0, BOB.1).await;
        assert_waits(&enter(&other.at("192.0.2.66"), code).await, "60");
        // Other people elsewhere notice nothing.
        assert_eq!(enter(&other, code).await.status, StatusCode::OK);

        app.advance(FIRST_WAIT);
        assert_eq!(enter(&guesser, code).await.status, StatusCode::OK);
    }

    async fn what_can_be_no_user_code_is_no_guess(app: TestApp) {
        people(&app).await;
        let browser = app.browser();
        browser.sign_in(ALICE.0, ALICE.1).await;
        for typed in ["ABC", "O0O0-I1I1", "ABCD-EFGH-JKLM"].into_iter().cycle().take(2 * USER_CODES) {
            assert_eq!(enter(&browser, typed).await.status, StatusCode::BAD_REQUEST, "{typed}");
        }
        let asked = ask_for_a_code(&app).await;
        assert_eq!(enter(&browser, asked["user_code"].as_str().unwrap()).await.status, StatusCode::OK);
    }
}
