//! Browser sessions: how long they live, what they are tied to, and what ends them.

use std::time::Duration;

use authgate::config::{Config, Variables};
use authgate_proto::v1::{SetPasswordRequest, UserRequest};
use http::{Method, StatusCode, header::SET_COOKIE};

use crate::support::{
    Answer, Browser, Db, TestApp,
    oauth::{
        ALICE, WEB, authorize_path, code_for_web, people_and_clients, redeem_for_web, web_request,
    },
    on_both,
};

const COOKIE: &str = "authgate_session";
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);

/// An app with these settings, where Alice signed in.
async fn signed_in(db: Db, variables: &[(&str, &str)]) -> (TestApp, Browser) {
    let app = TestApp::start_with(db, variables).await;
    app.seed(people_and_clients()).await;
    let browser = app.browser();
    assert_eq!(
        browser.sign_in(ALICE.0, ALICE.1).await.status,
        StatusCode::OK
    );
    (app, browser)
}

/// Signs in and asks to be remembered; the answer sets the cookie.
async fn sign_in_remembered(browser: &Browser) -> Answer {
    let form = browser.get("/login").await.form("/login");
    let fields = [
        ("username", ALICE.0),
        ("password", ALICE.1),
        ("remember_me", "1"),
    ];
    browser.submit_only(&form, &fields).await
}

async fn is_signed_in(browser: &Browser) -> bool {
    let answer = browser.get_only("/").await;
    if answer.status == StatusCode::OK {
        return true;
    }
    assert!(
        answer.location().starts_with("/login"),
        "{}",
        answer.location()
    );
    false
}

/// The line that sets the session cookie.
#[track_caller]
fn cookie_line(answer: &Answer) -> &str {
    let mut lines = answer.headers.get_all(SET_COOKIE).iter();
    let line = lines
        .next()
        .expect("a cookie is set")
        .to_str()
        .expect("it is text");
    assert!(lines.next().is_none(), "one cookie");
    line
}

/// The attributes of a cookie, in lower case and sorted.
fn attributes(line: &str) -> Vec<String> {
    let mut attributes: Vec<String> = line
        .split(';')
        .skip(1)
        .map(|attribute| attribute.trim().to_ascii_lowercase())
        .collect();
    attributes.sort();
    attributes
}

on_both! {
    async fn a_session_ends_when_it_idles(db: Db) {
        let (app, browser) = signed_in(db, &[("SESSION_MAX_AGE", "86400"), ("SESSION_IDLE_TIMEOUT", "1800")]).await;
        // In use it lives on, well beyond the idle time.
        for _ in 0..4 {
            app.advance(29 * MINUTE);
            assert!(is_signed_in(&browser).await);
        }
        app.advance(30 * MINUTE);
        assert!(!is_signed_in(&browser).await);
    }

    async fn a_session_ends_at_its_age_however_much_it_is_used(db: Db) {
        let (app, browser) = signed_in(db, &[("SESSION_MAX_AGE", "600"), ("SESSION_IDLE_TIMEOUT", "0")]).await;
        for _ in 0..9 {
            app.advance(MINUTE);
            assert!(is_signed_in(&browser).await);
        }
        app.advance(MINUTE);
        assert!(!is_signed_in(&browser).await);
    }

    async fn who_is_remembered_may_idle_and_signs_in_again_after_the_limit(db: Db) {
        let app = TestApp::start_with(db, &[("SESSION_REMEMBER_ME_MAX_AGE", "604800")]).await;
        app.seed(people_and_clients()).await;
        let browser = app.browser();
        assert!(browser.get("/login").await.text().contains("7 days"));
        let answer = sign_in_remembered(&browser).await;
        assert!(attributes(cookie_line(&answer)).contains(&"max-age=604800".to_owned()));
        app.advance(6 * DAY);
        assert!(is_signed_in(&browser).await);
        // Use does not make it longer.
        app.advance(DAY);
        assert!(!is_signed_in(&browser).await);
    }

    async fn nobody_is_remembered_where_that_is_switched_off(db: Db) {
        let app = TestApp::start_with(db, &[("SESSION_REMEMBER_ME_ENABLED", "false")]).await;
        app.seed(people_and_clients()).await;
        let browser = app.browser();
        assert!(!browser.get("/login").await.text().contains("remember_me"));
        // The field can be sent all the same.
        let answer = sign_in_remembered(&browser).await;
        assert!(!cookie_line(&answer).to_ascii_lowercase().contains("max-age"));
        app.advance(31 * MINUTE);
        assert!(!is_signed_in(&browser).await);
    }

    async fn a_cookie_in_another_program_is_no_session(db: Db) {
        let (app, browser) = signed_in(db, &[]).await;
        let stolen = browser.cookie(COOKIE).unwrap();
        let thief = app.browser().as_user_agent("curl/8");
        thief.set_cookie(COOKIE, &stolen);
        assert!(!is_signed_in(&thief).await);
        // The owner notices nothing, and may change the network.
        assert!(is_signed_in(&browser).await);
        assert!(is_signed_in(&browser.at("198.51.100.7")).await);
    }

    async fn what_a_session_is_tied_to_can_be_set(db: Db) {
        let (app, browser) = signed_in(db, &[("SESSION_FINGERPRINT", "false")]).await;
        let elsewhere = app.browser().as_user_agent("Mozilla/6.0");
        elsewhere.set_cookie(COOKIE, &browser.cookie(COOKIE).unwrap());
        assert!(is_signed_in(&elsewhere).await);

        let (app, browser) = signed_in(db, &[("SESSION_FINGERPRINT_IP", "true")]).await;
        let elsewhere = app.browser().at("198.51.100.7");
        elsewhere.set_cookie(COOKIE, &browser.cookie(COOKIE).unwrap());
        assert!(!is_signed_in(&elsewhere).await);
        assert!(is_signed_in(&browser).await);
    }

    async fn signing_in_again_gives_a_new_cookie_and_ends_the_old_one(db: Db) {
        let (app, browser) = signed_in(db, &[]).await;
        let before = browser.cookie(COOKIE).unwrap();
        let page = browser.get(&authorize_path(&web_request(&[("prompt", "login")]))).await;
        let form = page.form("/login");
        browser.submit_only(&form, &[("username", ALICE.0), ("password", ALICE.1)]).await;
        assert_ne!(browser.cookie(COOKIE).unwrap(), before);
        assert!(is_signed_in(&browser).await);
        let thief = app.browser();
        thief.set_cookie(COOKIE, &before);
        assert!(!is_signed_in(&thief).await);
    }

    async fn a_wrong_password_leaves_the_session_as_it_is(db: Db) {
        let (_app, browser) = signed_in(db, &[]).await;
        let before = browser.cookie(COOKIE);
        let page = browser.get(&authorize_path(&web_request(&[("prompt", "login")]))).await;
        let answer = browser.submit_only(&page.form("/login"), &[("username", ALICE.0), ("password", "wrong")]).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(browser.cookie(COOKIE), before);
        assert!(is_signed_in(&browser).await);
    }

    async fn over_http_the_cookie_is_for_this_host_and_no_script(app: TestApp) {
        app.seed(people_and_clients()).await;
        let browser = app.browser();
        let anonymous = browser.get_only("/login").await;
        let form = anonymous.form("/login");
        let signed_in = browser.submit_only(&form, &[("username", ALICE.0), ("password", ALICE.1)]).await;
        for answer in [&anonymous, &signed_in] {
            let line = cookie_line(answer);
            assert!(line.starts_with("authgate_session="), "{line}");
            assert_eq!(attributes(line), ["httponly", "path=/", "samesite=lax"]);
        }
        let home = browser.get("/").await;
        let signed_out = browser.submit_only(&home.form("/logout"), &[]).await;
        let line = cookie_line(&signed_out);
        assert!(line.starts_with("authgate_session=;"), "{line}");
        assert!(attributes(line).contains(&"max-age=0".to_owned()), "{line}");
    }

    async fn over_https_no_other_host_can_plant_the_cookie(db: Db) {
        let app = TestApp::start_with(db, &[("BASE_URL", "https://id.example/auth")]).await;
        app.seed(people_and_clients()).await;
        let browser = app.browser();
        let anonymous = browser.get_only("/auth/login").await;
        let form = anonymous.form("/login");
        let signed_in = browser.submit_only(&form, &[("username", ALICE.0), ("password", ALICE.1)]).await;
        for answer in [&anonymous, &signed_in] {
            let line = cookie_line(answer);
            assert!(line.starts_with("__Host-authgate_session="), "{line}");
            // What browsers demand of the prefix: Secure, Path=/ and no Domain.
            assert_eq!(attributes(line), ["httponly", "path=/", "samesite=lax", "secure"]);
        }
        // The cookie of the name without the prefix is somebody else's.
        let other = app.browser();
        other.set_cookie(COOKIE, &browser.cookie("__Host-authgate_session").unwrap());
        assert!(other.get_only("/auth").await.status.is_redirection());
        assert_eq!(browser.get("/auth").await.status, StatusCode::OK);

        // A deletion that browsers take: with the attributes that the prefix demands.
        let home = browser.get("/auth").await;
        let signed_out = browser.submit_only(&home.form("/logout"), &[]).await;
        let line = cookie_line(&signed_out);
        let all = attributes(line);
        assert!(line.starts_with("__Host-authgate_session=;"), "{line}");
        for needed in ["max-age=0", "path=/", "secure"] {
            assert!(all.iter().any(|attribute| attribute == needed), "{line}");
        }
    }

    async fn disabling_a_user_ends_everything_at_once(app: TestApp) {
        app.seed(people_and_clients()).await;
        let browser = app.browser();
        let code = code_for_web(&browser, "openid offline_access read").await;
        let unused = code_for_web(&browser, "openid offline_access read").await;
        let tokens = redeem_for_web(&app, &code).await.ok();
        assert!(is_signed_in(&browser).await);

        let request = UserRequest { username: ALICE.0.to_owned(), ..UserRequest::default() };
        app.admin().disable_user(request).await.unwrap();
        assert!(!is_signed_in(&browser).await);
        assert_everything_ended(&app, &tokens).await;
        redeem_for_web(&app, &unused).await.assert_error(StatusCode::BAD_REQUEST, "invalid_grant");
        let refused = app.browser().sign_in(ALICE.0, ALICE.1).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);

        // What ended does not come back with the account.
        let request = UserRequest { username: ALICE.0.to_owned(), ..UserRequest::default() };
        app.admin().enable_user(request).await.unwrap();
        assert!(!is_signed_in(&browser).await);
        assert_everything_ended(&app, &tokens).await;
        assert_eq!(app.browser().sign_in(ALICE.0, ALICE.1).await.status, StatusCode::OK);
    }

    async fn another_password_ends_sessions_and_grants(app: TestApp) {
        app.seed(people_and_clients()).await;
        let browser = app.browser();
        let code = code_for_web(&browser, "openid offline_access read").await;
        let tokens = redeem_for_web(&app, &code).await.ok();

        let password = "a new horse, another battery";
        let request = SetPasswordRequest { username: ALICE.0.to_owned(), password: password.to_owned(), ..SetPasswordRequest::default() };
        let answer = app.admin().set_password(request).await.unwrap().into_inner();
        assert_eq!(answer.generated_password, "");
        assert!(!is_signed_in(&browser).await);
        assert_everything_ended(&app, &tokens).await;
        let old = app.browser().sign_in(ALICE.0, ALICE.1).await;
        assert_eq!(old.status, StatusCode::UNAUTHORIZED);
        assert_eq!(app.browser().sign_in(ALICE.0, password).await.status, StatusCode::OK);
    }
}

async fn assert_everything_ended(app: &TestApp, tokens: &serde_json::Value) {
    let access_token = tokens["access_token"].as_str().unwrap();
    let user = app
        .request(Method::GET, "/oauth/userinfo")
        .bearer(access_token);
    user.send()
        .await
        .assert_error(StatusCode::UNAUTHORIZED, "invalid_token");
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
    ];
    let refresh = app
        .request(Method::POST, "/oauth/token")
        .basic(WEB.0, WEB.1);
    let answer = refresh.form(&fields).send().await;
    answer.assert_error(StatusCode::BAD_REQUEST, "invalid_grant");
}

#[test]
fn nobody_is_remembered_for_longer_than_a_month() {
    let remembered_for = |seconds: &str| {
        let variables = [("SESSION_REMEMBER_ME_MAX_AGE", seconds)];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Config::read(&Variables::from(variables)).map(|_| ())
    };
    assert_eq!(remembered_for("2592000"), Ok(()));
    let problems = remembered_for("2592001").unwrap_err();
    assert_eq!(problems.0[0].name, "SESSION_REMEMBER_ME_MAX_AGE");
}
