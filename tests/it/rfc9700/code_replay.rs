//! Section 4.5, RFC 6749 section 4.1.2: a code that comes twice was stolen.

use std::time::Duration;

use http::StatusCode;

use crate::support::{
    TestApp,
    oauth::people_and_clients,
    on_both,
    tokens::{CLI_APP, WEB_APP, counts, text},
};

on_both! {
    /// However late: the tokens outlive the code.
    async fn a_replay_after_a_while_takes_everything_back(app: TestApp) {
        app.seed(people_and_clients()).await;
        for client in [WEB_APP, CLI_APP] {
            let code = client.code(&app, "offline_access read").await;
            let tokens = client.redeem(&app, &code).await.ok();
            let refreshed = client.refresh(&app, &text(&tokens, "refresh_token")).await.ok();
            app.advance(Duration::from_secs(30));
            assert!(counts(&app, &text(&tokens, "access_token")).await);

            client.redeem(&app, &code).await.assert_error(StatusCode::BAD_REQUEST, "invalid_grant");
            assert!(!counts(&app, &text(&tokens, "access_token")).await);
            assert!(!counts(&app, &text(&refreshed, "access_token")).await);
            let answer = client.refresh(&app, &text(&refreshed, "refresh_token")).await;
            answer.assert_error(StatusCode::BAD_REQUEST, "invalid_grant");
        }
    }

    async fn a_replay_after_the_code_s_own_life_does_so_too(app: TestApp) {
        app.seed(people_and_clients()).await;
        let code = WEB_APP.code(&app, "read").await;
        let tokens = WEB_APP.redeem(&app, &code).await.ok();
        app.advance(Duration::from_secs(15 * 60));
        WEB_APP.redeem(&app, &code).await.assert_error(StatusCode::BAD_REQUEST, "invalid_grant");
        assert!(!counts(&app, &text(&tokens, "access_token")).await);
    }

    /// Else anybody who saw a code in a log could end what others were given.
    async fn another_client_s_replay_ends_nothing(app: TestApp) {
        app.seed(people_and_clients()).await;
        let code = WEB_APP.code(&app, "read").await;
        let tokens = WEB_APP.redeem(&app, &code).await.ok();
        CLI_APP.redeem(&app, &code).await.assert_error(StatusCode::BAD_REQUEST, "invalid_grant");
        assert!(counts(&app, &text(&tokens, "access_token")).await);
    }

    async fn a_replay_ends_what_that_code_gave_and_nothing_else(app: TestApp) {
        app.seed(people_and_clients()).await;
        let other = WEB_APP.tokens(&app, "offline_access read").await;
        let code = WEB_APP.code(&app, "offline_access read").await;
        WEB_APP.redeem(&app, &code).await.ok();
        WEB_APP.redeem(&app, &code).await.assert_error(StatusCode::BAD_REQUEST, "invalid_grant");
        assert!(counts(&app, &text(&other, "access_token")).await);
        WEB_APP.refresh(&app, &text(&other, "refresh_token")).await.ok();
    }
}
