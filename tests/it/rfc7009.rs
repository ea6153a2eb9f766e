//! RFC 7009: a client gives its tokens back.

use std::time::Duration;

use http::StatusCode;
use serde_json::Value;

use crate::support::{
    Answer, TestApp,
    oauth::people_and_clients,
    on_both,
    tokens::{CLI_APP, Client, SERVICE_APP, WEB_APP, counts, text},
};

async fn first(app: &TestApp, client: &Client) -> Value {
    app.seed(people_and_clients()).await;
    client.tokens(app, "openid offline_access read").await
}

async fn revoke(app: &TestApp, client: &Client, token: &str) -> Answer {
    client.post(app, "/oauth/revoke", &[("token", token)]).await
}

/// Section 2.2: 200, and nothing more to say.
fn assert_done(answer: &Answer) {
    assert_eq!(
        (answer.status, &answer.body[..]),
        (StatusCode::OK, &b""[..])
    );
    assert_eq!(answer.header("cache-control"), "no-store");
}

on_both! {
    async fn an_access_token_goes_alone(app: TestApp) {
        for client in [WEB_APP, CLI_APP] {
            let tokens = first(&app, &client).await;
            let access_token = text(&tokens, "access_token");
            assert_done(&revoke(&app, &client, &access_token).await);
            assert!(!counts(&app, &access_token).await);
            // Once more is no fault.
            assert_done(&revoke(&app, &client, &access_token).await);
            let next = client.refresh(&app, &text(&tokens, "refresh_token")).await.ok();
            assert!(counts(&app, &text(&next, "access_token")).await);
        }
    }

    async fn a_refresh_token_takes_its_family_along(app: TestApp) {
        for client in [WEB_APP, CLI_APP] {
            let tokens = first(&app, &client).await;
            let other = client.tokens(&app, "offline_access read").await;
            let next = client.refresh(&app, &text(&tokens, "refresh_token")).await.ok();
            let refresh_token = text(&next, "refresh_token");
            assert_done(&revoke(&app, &client, &refresh_token).await);
            assert!(!counts(&app, &text(&tokens, "access_token")).await);
            assert!(!counts(&app, &text(&next, "access_token")).await);
            let answer = client.refresh(&app, &refresh_token).await;
            answer.assert_error(StatusCode::BAD_REQUEST, "invalid_grant");
            assert_done(&revoke(&app, &client, &refresh_token).await);
            assert!(counts(&app, &text(&other, "access_token")).await);
        }
    }

    /// What a client kept of a rotated family is enough to end it.
    async fn a_rotated_refresh_token_ends_its_family_too(app: TestApp) {
        let tokens = first(&app, &CLI_APP).await;
        let next = CLI_APP.refresh(&app, &text(&tokens, "refresh_token")).await.ok();
        assert_done(&revoke(&app, &CLI_APP, &text(&tokens, "refresh_token")).await);
        assert!(!counts(&app, &text(&next, "access_token")).await);
    }

    async fn a_service_gives_its_own_token_back(app: TestApp) {
        app.seed(people_and_clients()).await;
        let (token, other) = (SERVICE_APP.own_token(&app).await, SERVICE_APP.own_token(&app).await);
        assert_done(&revoke(&app, &SERVICE_APP, &token).await);
        assert!(!counts(&app, &token).await && counts(&app, &other).await);
    }

    /// Section 2.1: the hint saves work, it decides nothing.
    async fn the_hint_may_be_wrong_or_unknown(app: TestApp) {
        let tokens = first(&app, &WEB_APP).await;
        let cases = [
            ("access_token", "refresh_token"), ("refresh_token", "nonsense"),
        ];
        for (kind, hint) in cases {
            let fields = [("token", &*text(&tokens, kind)), ("token_type_hint", hint)];
            assert_done(&WEB_APP.post(&app, "/oauth/revoke", &fields).await);
        }
        assert!(!counts(&app, &text(&tokens, "access_token")).await);
        let answer = WEB_APP.refresh(&app, &text(&tokens, "refresh_token")).await;
        answer.assert_error(StatusCode::BAD_REQUEST, "invalid_grant");
    }

    /// Section 2.2: what is not a token is as good as revoked.
    async fn what_is_no_token_of_ours_is_gone_already(app: TestApp) {
        let tokens = first(&app, &WEB_APP).await;
        let access_token = text(&tokens, "access_token");
        let unsigned = access_token.rsplit_once('.').unwrap().0;
        let forged = [
            "x".to_owned(),
            "a.b.c".to_owned(),
            "A".repeat(4096),
            format!("{unsigned}."),
            format!("{unsigned}.AAAA"),
            text(&tokens, "id_token"),
        ];
        for token in &forged {
            assert_done(&revoke(&app, &WEB_APP, token).await);
        }
        assert!(counts(&app, &access_token).await);
        app.advance(Duration::from_secs(86_400));
        assert_done(&revoke(&app, &WEB_APP, &access_token).await);
    }

    async fn another_client_s_token_stays(app: TestApp) {
        let tokens = first(&app, &WEB_APP).await;
        for token in ["access_token", "refresh_token"] {
            for client in [CLI_APP, SERVICE_APP] {
                let answer = revoke(&app, &client, &text(&tokens, token)).await;
                answer.assert_error(StatusCode::BAD_REQUEST, "unauthorized_client");
            }
        }
        assert!(counts(&app, &text(&tokens, "access_token")).await);
        WEB_APP.refresh(&app, &text(&tokens, "refresh_token")).await.ok();
    }

    async fn the_client_must_be_known_and_name_a_token(app: TestApp) {
        let tokens = first(&app, &WEB_APP).await;
        let access_token = text(&tokens, "access_token");
        let nobody = app.post_form("/oauth/revoke", &[("token", &access_token)]).await;
        nobody.assert_error(StatusCode::UNAUTHORIZED, "invalid_client");
        let unproven = [("token", &*access_token), ("client_id", WEB_APP.id)];
        let unproven = app.post_form("/oauth/revoke", &unproven).await;
        unproven.assert_error(StatusCode::UNAUTHORIZED, "invalid_client");
        assert!(counts(&app, &access_token).await);
        for fields in [&[][..], &[("token", "")]] {
            let answer = WEB_APP.post(&app, "/oauth/revoke", fields).await;
            answer.assert_error(StatusCode::BAD_REQUEST, "invalid_request");
        }
    }
}
