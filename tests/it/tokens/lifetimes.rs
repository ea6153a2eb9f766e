//! Token profiles and jitter.

use std::{collections::BTreeSet, time::Duration};

use http::StatusCode;
use serde_json::{Value, json};

use crate::support::{
    Db, TestApp,
    oauth::{WEB, WEB_CALLBACK, people_and_clients},
    on_both,
    tokens::{WEB_APP, counts, text},
};

const MINUTE: u64 = 60;
const HOUR: u64 = 3600;
const DAY: u64 = 86_400;

/// Tokens of a person for the web client, given this profile.
async fn with_profile(app: &TestApp, profile: &str) -> Value {
    app.seed(people_and_clients()).await;
    app.seed(json!({ "clients": [{
        "client_id": WEB.0, "client_secret": WEB.1, "redirect_uris": [WEB_CALLBACK], "token_profile": profile,
    }]}))
    .await;
    WEB_APP.tokens(app, "openid").await
}

/// Checks both lives: that they last so long and no longer.
async fn assert_lives(app: &TestApp, tokens: &Value, access: u64, refresh: u64) {
    assert_eq!(tokens["expires_in"], access);
    let token = text(tokens, "access_token");
    app.advance(Duration::from_secs(access - 1));
    assert!(counts(app, &token).await);
    app.advance(Duration::from_secs(1));
    assert!(!counts(app, &token).await);
    let refresh_token = text(tokens, "refresh_token");
    app.advance(Duration::from_secs(refresh - access - 1));
    WEB_APP.refresh(app, &refresh_token).await.ok();
    app.advance(Duration::from_secs(1));
    WEB_APP
        .refresh(app, &refresh_token)
        .await
        .assert_error(StatusCode::BAD_REQUEST, "invalid_grant");
}

on_both! {
    async fn short(app: TestApp) {
        let tokens = with_profile(&app, "short").await;
        assert_lives(&app, &tokens, 15 * MINUTE, DAY).await;
    }

    async fn standard(db: Db) {
        let app = TestApp::start_with(db, &[("JWT_EXPIRATION_JITTER", "0s")]).await;
        let tokens = with_profile(&app, "standard").await;
        assert_lives(&app, &tokens, 10 * HOUR, 30 * DAY).await;
    }

    async fn long(app: TestApp) {
        let tokens = with_profile(&app, "long").await;
        assert_lives(&app, &tokens, DAY, 90 * DAY).await;
    }

    async fn as_configured(db: Db) {
        let app = TestApp::start_with(db, &[
            ("JWT_EXPIRATION_JITTER", "0s"), ("JWT_EXPIRATION", "2h"), ("REFRESH_TOKEN_EXPIRATION", "48h"),
            ("TOKEN_PROFILE_SHORT_ACCESS_TTL", "1m"), ("TOKEN_PROFILE_SHORT_REFRESH_TTL", "10m"),
        ]).await;
        let tokens = with_profile(&app, "standard").await;
        assert_lives(&app, &tokens, 2 * HOUR, 2 * DAY).await;
        let tokens = with_profile(&app, "short").await;
        assert_lives(&app, &tokens, MINUTE, 10 * MINUTE).await;
    }

    /// Only in the standard profile, only longer, never beyond what is configured.
    async fn jitter_keeps_within_its_bounds(db: Db) {
        let app = TestApp::start_with(db, &[("JWT_EXPIRATION", "1h"), ("JWT_EXPIRATION_JITTER", "30m")]).await;
        let refresh_token = text(&with_profile(&app, "standard").await, "refresh_token");
        let mut lives = BTreeSet::new();
        for _ in 0..40 {
            let tokens = WEB_APP.refresh(&app, &refresh_token).await.ok();
            lives.insert(tokens["expires_in"].as_u64().unwrap());
        }
        assert!(lives.first() >= Some(&HOUR) && lives.last() <= Some(&(HOUR + 30 * MINUTE)), "{lives:?}");
        // Forty times the same of 1800 is no chance.
        assert!(lives.len() > 1, "{lives:?}");
    }
}
