//! Section 4.14.2: refresh tokens that rotate, and what their reuse tells.

use std::time::Duration;

use http::StatusCode;
use serde_json::Value;

use crate::support::{
    Answer, Db, TestApp,
    oauth::people_and_clients,
    on_both,
    tokens::{CLI_APP, Client, WEB_APP, counts, text},
};

/// The default grace within which a lost answer may be asked for again.
const GRACE: Duration = Duration::from_secs(10);

async fn first(app: &TestApp, client: &Client) -> Value {
    app.seed(people_and_clients()).await;
    client.tokens(app, "openid offline_access read").await
}

fn refresh_token(tokens: &Value) -> String {
    text(tokens, "refresh_token")
}

fn assert_refused(answer: &Answer) {
    answer.assert_error(StatusCode::BAD_REQUEST, "invalid_grant");
}

/// Checks that nothing of the family is left.
async fn assert_ended(app: &TestApp, client: &Client, family: &[&Value]) {
    for tokens in family {
        assert!(!counts(app, &text(tokens, "access_token")).await);
        assert_refused(&client.refresh(app, &refresh_token(tokens)).await);
    }
}

on_both! {
    async fn public_clients_tokens_rotate(app: TestApp) {
        let one = first(&app, &CLI_APP).await;
        let two = CLI_APP.refresh(&app, &refresh_token(&one)).await.ok();
        let three = CLI_APP.refresh(&app, &refresh_token(&two)).await.ok();
        assert_ne!(refresh_token(&one), refresh_token(&two));
        assert_ne!(refresh_token(&two), refresh_token(&three));
        // An access token does not end because there is a younger one.
        for tokens in [one, two, three] {
            assert!(counts(&app, &text(&tokens, "access_token")).await);
        }
    }

    async fn confidential_clients_keep_theirs(app: TestApp) {
        let one = first(&app, &WEB_APP).await;
        for _ in 0..3 {
            app.advance(Duration::from_secs(3600));
            let next = WEB_APP.refresh(&app, &refresh_token(&one)).await.ok();
            assert_eq!(refresh_token(&next), refresh_token(&one));
            assert_ne!(next["access_token"], one["access_token"]);
        }
    }

    async fn rotation_may_be_asked_of_everybody(db: Db) {
        let app = TestApp::start_with(db, &[("ENABLE_TOKEN_ROTATION", "true")]).await;
        let one = first(&app, &WEB_APP).await;
        let two = WEB_APP.refresh(&app, &refresh_token(&one)).await.ok();
        assert_ne!(refresh_token(&one), refresh_token(&two));
        app.advance(GRACE + Duration::from_secs(1));
        assert_refused(&WEB_APP.refresh(&app, &refresh_token(&one)).await);
        assert_ended(&app, &WEB_APP, &[&one, &two]).await;
    }

    async fn rotation_may_be_asked_of_nobody(db: Db) {
        let app = TestApp::start_with(db, &[("ENABLE_TOKEN_ROTATION", "false")]).await;
        let one = first(&app, &CLI_APP).await;
        for _ in 0..3 {
            app.advance(Duration::from_secs(3600));
            let next = CLI_APP.refresh(&app, &refresh_token(&one)).await.ok();
            assert_eq!(refresh_token(&next), refresh_token(&one));
        }
    }

    /// An answer that got lost is asked for again: no fork, no lock-out.
    async fn a_retry_within_the_grace_gets_the_same_successor(app: TestApp) {
        let one = first(&app, &CLI_APP).await;
        let two = CLI_APP.refresh(&app, &refresh_token(&one)).await.ok();
        for _ in 0..2 {
            app.advance(GRACE / 2 - Duration::from_millis(1));
            let again = CLI_APP.refresh(&app, &refresh_token(&one)).await.ok();
            assert_eq!(refresh_token(&again), refresh_token(&two));
            assert!(counts(&app, &text(&again, "access_token")).await);
        }
        CLI_APP.refresh(&app, &refresh_token(&two)).await.ok();
    }

    async fn a_replay_after_the_grace_ends_the_family(app: TestApp) {
        let one = first(&app, &CLI_APP).await;
        let two = CLI_APP.refresh(&app, &refresh_token(&one)).await.ok();
        app.advance(GRACE + Duration::from_millis(1));
        assert!(counts(&app, &text(&two, "access_token")).await);
        assert_refused(&CLI_APP.refresh(&app, &refresh_token(&one)).await);
        assert_ended(&app, &CLI_APP, &[&one, &two]).await;
    }

    /// Within the grace as well: who used the successor had got the answer.
    async fn a_replay_after_the_successor_was_used_ends_the_family(app: TestApp) {
        let one = first(&app, &CLI_APP).await;
        let two = CLI_APP.refresh(&app, &refresh_token(&one)).await.ok();
        let three = CLI_APP.refresh(&app, &refresh_token(&two)).await.ok();
        assert_refused(&CLI_APP.refresh(&app, &refresh_token(&one)).await);
        assert_ended(&app, &CLI_APP, &[&one, &two, &three]).await;
    }

    async fn an_old_replay_ends_the_family_however_many_came_since(app: TestApp) {
        let one = first(&app, &CLI_APP).await;
        let mut youngest = one.clone();
        for _ in 0..4 {
            app.advance(Duration::from_secs(3600));
            youngest = CLI_APP.refresh(&app, &refresh_token(&youngest)).await.ok();
        }
        assert_refused(&CLI_APP.refresh(&app, &refresh_token(&one)).await);
        assert_ended(&app, &CLI_APP, &[&youngest]).await;
    }

    async fn the_grace_can_be_set_and_switched_off(db: Db) {
        let app = TestApp::start_with(db, &[("REFRESH_TOKEN_ROTATION_GRACE", "0s")]).await;
        let one = first(&app, &CLI_APP).await;
        let two = CLI_APP.refresh(&app, &refresh_token(&one)).await.ok();
        assert_refused(&CLI_APP.refresh(&app, &refresh_token(&one)).await);
        assert_ended(&app, &CLI_APP, &[&two]).await;
    }

    async fn families_do_not_hang_together(app: TestApp) {
        let one = first(&app, &CLI_APP).await;
        let other = CLI_APP.tokens(&app, "offline_access read").await;
        let two = CLI_APP.refresh(&app, &refresh_token(&one)).await.ok();
        app.advance(GRACE * 2);
        assert_refused(&CLI_APP.refresh(&app, &refresh_token(&one)).await);
        assert_ended(&app, &CLI_APP, &[&two]).await;
        assert!(counts(&app, &text(&other, "access_token")).await);
        CLI_APP.refresh(&app, &refresh_token(&other)).await.ok();
    }

    /// Who merely found a token, and is another client, can't end anything with it.
    async fn another_client_s_replay_ends_nothing(app: TestApp) {
        let one = first(&app, &CLI_APP).await;
        let two = CLI_APP.refresh(&app, &refresh_token(&one)).await.ok();
        app.advance(GRACE * 2);
        assert_refused(&WEB_APP.refresh(&app, &refresh_token(&one)).await);
        assert!(counts(&app, &text(&two, "access_token")).await);
        CLI_APP.refresh(&app, &refresh_token(&two)).await.ok();
    }

    async fn a_refused_request_does_not_rotate(app: TestApp) {
        let one = first(&app, &CLI_APP).await;
        let fields = [("grant_type", "refresh_token"), ("refresh_token", &*refresh_token(&one)), ("scope", "admin")];
        CLI_APP.ask(&app, &fields).await.assert_error(StatusCode::BAD_REQUEST, "invalid_scope");
        app.advance(GRACE * 2);
        CLI_APP.refresh(&app, &refresh_token(&one)).await.ok();
    }
}
