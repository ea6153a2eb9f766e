//! Signing in and out: sessions, their cookies and the forms' tokens.

use http::StatusCode;

use crate::support::{
    TestApp,
    oauth::{ALICE, people_and_clients},
    on_both,
};

const COOKIE: &str = "authgate_session";

on_both! {
    async fn a_stranger_is_asked_to_sign_in_and_comes_back(app: TestApp) {
        app.seed(people_and_clients()).await;
        let browser = app.browser();
        let answer = browser.get_only("/").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert!(answer.location().starts_with("/login"), "{}", answer.location());
        let page = browser.sign_in(ALICE.0, ALICE.1).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text().contains("alice@people.example"), "{}", page.text());
    }

    async fn a_wrong_password_and_an_unknown_name_look_the_same(app: TestApp) {
        app.seed(people_and_clients()).await;
        let known = app.browser().sign_in(ALICE.0, "wrong").await;
        let unknown = app.browser().sign_in("nobody", "wrong").await;
        assert_eq!((known.status, unknown.status), (StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED));
        assert_eq!(known.heading(), unknown.heading());
    }

    async fn a_planted_cookie_does_not_become_a_session(app: TestApp) {
        app.seed(people_and_clients()).await;
        let browser = app.browser();
        browser.get("/login").await;
        let before = browser.cookie(COOKIE).unwrap();
        browser.sign_in(ALICE.0, ALICE.1).await;
        assert_ne!(browser.cookie(COOKIE).unwrap(), before);

        let attacker = app.browser();
        attacker.set_cookie(COOKIE, &before);
        assert!(attacker.get_only("/").await.location().starts_with("/login"));
    }

    async fn a_form_of_another_browser_is_refused(app: TestApp) {
        app.seed(people_and_clients()).await;
        let (browser, other) = (app.browser(), app.browser());
        let foreign = other.get("/login").await.form("/login");
        let own = browser.get("/login").await.form("/login");
        assert_ne!(own.value("csrf_token"), foreign.value("csrf_token"));
        let fields = [("username", ALICE.0), ("password", ALICE.1)];
        let answer = browser.submit_only(&foreign, &fields).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        let answer = browser.submit_only(&own, &[fields[0], fields[1], ("csrf_token", "")]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert_eq!(browser.submit_only(&own, &fields).await.status, StatusCode::SEE_OTHER);
    }

    async fn signing_out_ends_the_session_on_the_server(app: TestApp) {
        app.seed(people_and_clients()).await;
        let browser = app.browser();
        let home = browser.sign_in(ALICE.0, ALICE.1).await;
        let thief = app.browser();
        thief.set_cookie(COOKIE, &browser.cookie(COOKIE).unwrap());
        browser.submit(&home.form("/logout"), &[]).await;
        assert!(browser.get_only("/").await.location().starts_with("/login"));
        assert!(thief.get_only("/").await.location().starts_with("/login"));
    }
}
