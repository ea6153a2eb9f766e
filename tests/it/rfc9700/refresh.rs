//! Refreshing, RFC 6749 section 6: what a refresh token is good for, and until when.

use std::time::Duration;

use authgate_proto::v1::{ApproveClientRequest, DeactivateClientRequest, UserRequest};
use http::StatusCode;
use serde_json::Value;

use crate::support::{
    Answer, Db, TestApp,
    oauth::{ALICE, CLI, claims, people_and_clients},
    on_both,
    tokens::{CLI_APP, Client, WEB_APP, counts, text},
};

const DAY: Duration = Duration::from_secs(86_400);

async fn first(app: &TestApp, client: &Client) -> Value {
    app.seed(people_and_clients()).await;
    client.tokens(app, "openid offline_access read").await
}

async fn refresh_with_scope(app: &TestApp, tokens: &Value, scope: &str) -> Answer {
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", &*text(tokens, "refresh_token")),
        ("scope", scope),
    ];
    WEB_APP.ask(app, &fields).await
}

fn assert_refused(answer: &Answer) {
    answer.assert_error(StatusCode::BAD_REQUEST, "invalid_grant");
}

on_both! {
    async fn new_tokens_say_what_the_old_ones_said(app: TestApp) {
        let old = first(&app, &WEB_APP).await;
        app.advance(Duration::from_secs(60));
        let new = WEB_APP.refresh(&app, &text(&old, "refresh_token")).await.ok();
        assert_eq!(new["scope"], old["scope"]);
        let (old_claims, new_claims) = (claims(&text(&old, "access_token")), claims(&text(&new, "access_token")));
        for same in ["iss", "sub", "aud", "client_id", "scope", "auth_time"] {
            assert_eq!(old_claims[same], new_claims[same], "{same}");
        }
        assert_ne!(old_claims["jti"], new_claims["jti"]);
        assert_eq!(new_claims["iat"], app.now());
        // OpenID Connect Core section 12.2.
        let (old_id, new_id) = (claims(&text(&old, "id_token")), claims(&text(&new, "id_token")));
        for same in ["iss", "sub", "aud", "auth_time", "sid"] {
            assert_eq!(old_id[same], new_id[same], "{same}");
        }
        assert_eq!((&new_id["iat"], new_id.get("nonce")), (&app.now().into(), None));
    }

    async fn less_may_be_asked_for_and_later_all_of_it_again(app: TestApp) {
        let tokens = first(&app, &WEB_APP).await;
        let narrow = refresh_with_scope(&app, &tokens, "read").await.ok();
        assert_eq!(narrow["scope"], "read");
        assert_eq!(claims(&text(&narrow, "access_token"))["scope"], "read");
        assert_eq!(narrow.get("id_token"), None);
        let all = refresh_with_scope(&app, &tokens, "").await.ok();
        assert_eq!(all["scope"], tokens["scope"]);
    }

    /// What the client may have does not matter, but what the person granted.
    async fn more_may_not(app: TestApp) {
        let tokens = first(&app, &WEB_APP).await;
        for scope in ["write", "read write", "admin", "read\u{7}", "re\"ad"] {
            let answer = refresh_with_scope(&app, &tokens, scope).await;
            answer.assert_error(StatusCode::BAD_REQUEST, "invalid_scope");
        }
    }

    async fn it_is_its_client_s_alone(app: TestApp) {
        let tokens = first(&app, &WEB_APP).await;
        let other = CLI_APP.tokens(&app, "offline_access read").await;
        assert_refused(&CLI_APP.refresh(&app, &text(&tokens, "refresh_token")).await);
        assert_refused(&WEB_APP.refresh(&app, &text(&other, "refresh_token")).await);
        // And these attempts ended nothing.
        WEB_APP.refresh(&app, &text(&tokens, "refresh_token")).await.ok();
        CLI_APP.refresh(&app, &text(&other, "refresh_token")).await.ok();
    }

    async fn it_ends_when_it_is_not_used(app: TestApp) {
        let tokens = first(&app, &WEB_APP).await;
        app.advance(30 * DAY - Duration::from_millis(1));
        WEB_APP.refresh(&app, &text(&tokens, "refresh_token")).await.ok();
        app.advance(Duration::from_millis(1));
        assert_refused(&WEB_APP.refresh(&app, &text(&tokens, "refresh_token")).await);
    }

    /// However diligently it is refreshed: after 90 days a person signs in again.
    async fn the_family_ends_after_its_longest_life(app: TestApp) {
        let mut tokens = first(&app, &CLI_APP).await;
        let sign_in = app.now();
        for _ in 0..4 {
            app.advance(20 * DAY);
            tokens = CLI_APP.refresh(&app, &text(&tokens, "refresh_token")).await.ok();
        }
        app.advance(10 * DAY - Duration::from_secs(60));
        let last = CLI_APP.refresh(&app, &text(&tokens, "refresh_token")).await.ok();
        // An access token does not outlive its family.
        assert_eq!(last["expires_in"], 60);
        assert_eq!(claims(&text(&last, "access_token"))["exp"], sign_in + 90 * 86_400);
        app.advance(Duration::from_secs(60));
        assert!(!counts(&app, &text(&last, "access_token")).await);
        assert_refused(&CLI_APP.refresh(&app, &text(&last, "refresh_token")).await);
    }

    async fn a_disabled_person_s_tokens_are_worth_nothing_then_or_later(app: TestApp) {
        let username = || ALICE.0.to_owned();
        let tokens = first(&app, &WEB_APP).await;
        app.admin().disable_user(UserRequest { username: username(), ..UserRequest::default() }).await.unwrap();
        assert!(!counts(&app, &text(&tokens, "access_token")).await);
        assert_refused(&WEB_APP.refresh(&app, &text(&tokens, "refresh_token")).await);
        app.admin().enable_user(UserRequest { username: username(), ..UserRequest::default() }).await.unwrap();
        assert!(!counts(&app, &text(&tokens, "access_token")).await);
        assert_refused(&WEB_APP.refresh(&app, &text(&tokens, "refresh_token")).await);
    }

    async fn a_rejected_client_s_tokens_are_worth_nothing_then_or_later(app: TestApp) {
        let client_id = || CLI.to_owned();
        let tokens = first(&app, &CLI_APP).await;
        app.admin().deactivate_client(DeactivateClientRequest { client_id: client_id() }).await.unwrap();
        assert!(!counts(&app, &text(&tokens, "access_token")).await);
        let answer = CLI_APP.refresh(&app, &text(&tokens, "refresh_token")).await;
        answer.assert_error(StatusCode::UNAUTHORIZED, "invalid_client");
        app.admin().approve_client(ApproveClientRequest { client_id: client_id() }).await.unwrap();
        assert!(!counts(&app, &text(&tokens, "access_token")).await);
        assert_refused(&CLI_APP.refresh(&app, &text(&tokens, "refresh_token")).await);
    }

    async fn a_server_without_refresh_tokens_gives_and_takes_none(db: Db) {
        let app = TestApp::start_with(db, &[("ENABLE_REFRESH_TOKENS", "false")]).await;
        let tokens = first(&app, &WEB_APP).await;
        assert_eq!(tokens.get("refresh_token"), None);
        let answer = WEB_APP.refresh(&app, "x").await;
        answer.assert_error(StatusCode::BAD_REQUEST, "unsupported_grant_type");
        let metadata = app.get("/.well-known/oauth-authorization-server").await.ok();
        let grants = metadata["grant_types_supported"].as_array().unwrap();
        assert!(!grants.contains(&"refresh_token".into()) && grants.contains(&"authorization_code".into()));
    }
}
