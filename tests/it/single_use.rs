//! Of many who redeem the same thing at once, one wins.

use std::sync::Arc;

use http::StatusCode;
use tokio::{sync::Barrier, task::JoinSet};

use crate::support::{
    Answer, Browser, RequestBuilder, TestApp,
    oauth::{ALICE, VERIFIER, people_and_clients},
    on_both,
    tokens::{CLI_APP, WEB_APP, counts, text},
};

/// How many come at once.
const REDEEMERS: usize = 32;
const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// The answers to as many requests, sent when all are ready.
async fn at_once(request: impl Fn() -> RequestBuilder) -> Vec<Answer> {
    let barrier = Arc::new(Barrier::new(REDEEMERS));
    let mut redeemers = JoinSet::new();
    for _ in 0..REDEEMERS {
        let (request, barrier) = (request(), Arc::clone(&barrier));
        redeemers.spawn(async move {
            barrier.wait().await;
            request.send().await
        });
    }
    redeemers.join_all().await
}

/// The only success; everybody else was told `invalid_grant`.
fn only_winner(answers: &[Answer]) -> &Answer {
    let (won, lost): (Vec<&Answer>, Vec<&Answer>) = answers
        .iter()
        .partition(|answer| answer.status == StatusCode::OK);
    for answer in &lost {
        answer.assert_error(StatusCode::BAD_REQUEST, "invalid_grant");
    }
    assert_eq!((won.len(), lost.len()), (1, REDEEMERS - 1));
    won[0]
}

async fn approve(browser: &Browser, user_code: &str) {
    browser.sign_in(ALICE.0, ALICE.1).await;
    let page = browser.get("/device").await;
    let page = browser
        .submit(&page.forms()[0], &[("user_code", user_code)])
        .await;
    let page = browser
        .submit(&page.form("/device/verify"), &[("action", "approve")])
        .await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
}

on_both! {
    async fn one_code(app: TestApp) {
        app.seed(people_and_clients()).await;
        let code = WEB_APP.code(&app, "offline_access read").await;
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", &*code),
            ("redirect_uri", WEB_APP.callback),
            ("code_verifier", VERIFIER),
        ];
        let answers = at_once(|| WEB_APP.request(&app, "/oauth/token", &fields)).await;
        let tokens = only_winner(&answers).ok();
        // The others were replays, so the winner's tokens are taken back too.
        assert!(!counts(&app, &text(&tokens, "access_token")).await);
        let answer = WEB_APP.refresh(&app, &text(&tokens, "refresh_token")).await;
        answer.assert_error(StatusCode::BAD_REQUEST, "invalid_grant");
    }

    async fn one_device_code(app: TestApp) {
        app.seed(people_and_clients()).await;
        let asked = CLI_APP.post(&app, "/oauth/device/code", &[("scope", "read")]).await.ok();
        approve(&app.browser(), &text(&asked, "user_code")).await;
        let device_code = text(&asked, "device_code");
        let fields = [("grant_type", DEVICE_CODE), ("device_code", &*device_code)];
        let answers = at_once(|| CLI_APP.request(&app, "/oauth/token", &fields)).await;
        let tokens = only_winner(&answers).ok();
        assert!(counts(&app, &text(&tokens, "access_token")).await);
        CLI_APP.refresh(&app, &text(&tokens, "refresh_token")).await.ok();
    }

    /// They are retries of each other: each is answered, and with the same successor.
    async fn one_refresh_token(app: TestApp) {
        app.seed(people_and_clients()).await;
        let tokens = CLI_APP.tokens(&app, "offline_access read").await;
        let refresh_token = text(&tokens, "refresh_token");
        let fields = [("grant_type", "refresh_token"), ("refresh_token", &*refresh_token)];
        let answers = at_once(|| CLI_APP.request(&app, "/oauth/token", &fields)).await;
        let successors: Vec<String> = answers.iter().map(|answer| text(&answer.ok(), "refresh_token")).collect();
        assert_ne!(successors[0], refresh_token);
        assert!(successors.iter().all(|successor| *successor == successors[0]));
        let next = CLI_APP.refresh(&app, &successors[0]).await.ok();
        assert!(counts(&app, &text(&next, "access_token")).await);
    }

    /// Where nothing rotates, all get access tokens and the refresh token stays.
    async fn one_refresh_token_that_is_kept(app: TestApp) {
        app.seed(people_and_clients()).await;
        let tokens = WEB_APP.tokens(&app, "offline_access read").await;
        let refresh_token = text(&tokens, "refresh_token");
        let fields = [("grant_type", "refresh_token"), ("refresh_token", &*refresh_token)];
        for answer in at_once(|| WEB_APP.request(&app, "/oauth/token", &fields)).await {
            let tokens = answer.ok();
            assert_eq!(text(&tokens, "refresh_token"), refresh_token);
            assert!(counts(&app, &text(&tokens, "access_token")).await);
        }
    }
}
