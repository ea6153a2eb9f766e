//! RFC 7662: what a token is worth, to whom it may be told.

use std::time::Duration;

use authgate_proto::v1::{DeactivateClientRequest, UserRequest};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{
    Answer, Db, TestApp,
    oauth::{ALICE, SERVICE, WEB, claims, people_and_clients},
    on_both,
    tokens::{CLI_APP, Client, SERVICE_APP, WEB_APP, text},
};

/// A service that may introspect everything.
const AUDITOR: Client = Client {
    id: "auditor",
    secret: Some("auditor-Zk3v9QmB7xLr2TnYpW5sHd8cJf1gKa6e"),
    callback: "",
};

async fn seed(app: &TestApp) {
    app.seed(people_and_clients()).await;
    app.seed(json!({ "clients": [{
        "client_id": AUDITOR.id,
        "client_secret": AUDITOR.secret,
        "grant_types": ["client_credentials"],
        "scope": "read",
        "introspect_any": true,
    }]}))
    .await;
}

fn inactive() -> Value {
    json!({ "active": false })
}

/// Asks with an access token instead of a client's credentials.
async fn ask_with_bearer(app: &TestApp, bearer: &str, token: &str) -> Answer {
    let request = app
        .request(Method::POST, "/oauth/introspect")
        .bearer(bearer);
    request.form(&[("token", token)]).send().await
}

on_both! {
    async fn an_access_token_is_described(app: TestApp) {
        seed(&app).await;
        let token = text(&WEB_APP.tokens(&app, "openid read").await, "access_token");
        let said = WEB_APP.introspect(&app, &token).await;
        let claims = claims(&token);
        let expected = json!({
            "active": true, "token_type": "Bearer", "token_use": "access_token",
            "username": ALICE.0, "client_id": WEB.0, "scope": "openid read", "iss": app.issuer(),
        });
        for (member, value) in expected.as_object().unwrap() {
            assert_eq!(&said[member], value, "{member}");
        }
        for same in ["sub", "aud", "exp", "iat", "jti", "auth_time"] {
            assert_eq!(said[same], claims[same], "{same}");
        }
        // A claim of ours is not taken for the member of RFC 7662.
        assert_eq!(said.get("type"), None);
    }

    async fn a_refresh_token_is_described(app: TestApp) {
        seed(&app).await;
        let tokens = WEB_APP.tokens(&app, "openid offline_access read").await;
        let said = WEB_APP.introspect(&app, &text(&tokens, "refresh_token")).await;
        assert_eq!(
            (&said["active"], &said["token_use"], &said["client_id"], &said["username"], &said["scope"]),
            (&true.into(), &"refresh_token".into(), &WEB.0.into(), &ALICE.0.into(), &tokens["scope"])
        );
        assert_eq!(said["exp"], app.now() + 30 * 86_400);
        assert_eq!(said["sub"], claims(&text(&tokens, "access_token"))["sub"]);
    }

    async fn a_service_s_token_names_no_person(app: TestApp) {
        seed(&app).await;
        let said = SERVICE_APP.introspect(&app, &SERVICE_APP.own_token(&app).await).await;
        assert_eq!((&said["sub"], said.get("username")), (&"client:service".into(), None));
    }

    /// Section 4: a token tells about a person; it is not for every client to hear.
    async fn tokens_of_others_are_inactive_to_whom_they_do_not_concern(app: TestApp) {
        seed(&app).await;
        let of_web = WEB_APP.tokens(&app, "openid offline_access read").await;
        let of_cli = CLI_APP.tokens(&app, "openid offline_access read").await;
        for tokens in [&of_web, &of_cli] {
            for kind in ["access_token", "refresh_token"] {
                let token = text(tokens, kind);
                assert_eq!(SERVICE_APP.introspect(&app, &token).await, inactive());
                assert_eq!(AUDITOR.introspect(&app, &token).await["active"], true);
            }
        }
        assert_eq!(WEB_APP.introspect(&app, &text(&of_cli, "access_token")).await, inactive());
    }

    async fn whom_a_token_is_meant_for_may_see_it(db: Db) {
        let app = TestApp::start_with(db, &[("JWT_AUDIENCE", "https://api.example,service")]).await;
        seed(&app).await;
        let tokens = CLI_APP.tokens(&app, "offline_access read").await;
        let said = SERVICE_APP.introspect(&app, &text(&tokens, "access_token")).await;
        assert_eq!(said["aud"], json!(["https://api.example", SERVICE.0]));
        assert_eq!(WEB_APP.introspect(&app, &text(&tokens, "access_token")).await, inactive());
        // A refresh token is meant for nobody but us.
        assert_eq!(SERVICE_APP.introspect(&app, &text(&tokens, "refresh_token")).await, inactive());
    }

    async fn the_caller_may_show_a_token_of_its_own(app: TestApp) {
        seed(&app).await;
        let (own, other) = (SERVICE_APP.own_token(&app).await, AUDITOR.own_token(&app).await);
        assert_eq!(ask_with_bearer(&app, &own, &own).await.ok()["active"], true);
        assert_eq!(ask_with_bearer(&app, &own, &other).await.ok(), inactive());
        assert_eq!(ask_with_bearer(&app, &other, &own).await.ok()["active"], true);
        app.advance(Duration::from_secs(3600));
        let answer = ask_with_bearer(&app, &own, &own).await;
        answer.assert_error(StatusCode::UNAUTHORIZED, "invalid_token");
        assert!(answer.header("www-authenticate").starts_with(r#"Bearer realm="authgate", error="invalid_token""#));
    }

    async fn a_person_s_token_is_no_caller(app: TestApp) {
        seed(&app).await;
        let token = text(&WEB_APP.tokens(&app, "openid read").await, "access_token");
        for bearer in [&*token, "x", "a.b.c"] {
            ask_with_bearer(&app, bearer, &token).await.assert_error(StatusCode::UNAUTHORIZED, "invalid_token");
        }
    }

    async fn public_clients_and_strangers_are_told_nothing(app: TestApp) {
        seed(&app).await;
        let token = text(&CLI_APP.tokens(&app, "read").await, "access_token");
        let answers = [
            // Not even of its own token: anybody could claim to be it.
            CLI_APP.post(&app, "/oauth/introspect", &[("token", &token)]).await,
            app.post_form("/oauth/introspect", &[("token", &token)]).await,
            Client { secret: Some("wrong"), ..WEB_APP }.post(&app, "/oauth/introspect", &[("token", &token)]).await,
        ];
        for answer in answers {
            answer.assert_error(StatusCode::UNAUTHORIZED, "invalid_client");
            assert_eq!(answer.header("www-authenticate"), r#"Basic realm="authgate""#);
        }
        for fields in [&[][..], &[("token", "")]] {
            let answer = WEB_APP.post(&app, "/oauth/introspect", fields).await;
            answer.assert_error(StatusCode::BAD_REQUEST, "invalid_request");
        }
    }

    /// Section 2.2: nothing but that one member, whatever the reason.
    async fn inactive_is_all_there_is_to_say(app: TestApp) {
        seed(&app).await;
        let tokens = CLI_APP.tokens(&app, "openid offline_access read").await;
        let access_token = text(&tokens, "access_token");
        let unsigned = access_token.rsplit_once('.').unwrap().0;
        let refresh_token = text(&tokens, "refresh_token");
        let next = CLI_APP.refresh(&app, &refresh_token).await.ok();
        let code = WEB_APP.code(&app, "read").await;
        let forged = [
            "x", "a.b.c", "\u{e9}", &format!("{unsigned}."), &format!("{unsigned}.AAAA"), &"A".repeat(4096),
            &text(&tokens, "id_token"), &code, &refresh_token,
        ];
        for token in forged {
            assert_eq!(AUDITOR.introspect(&app, token).await, inactive(), "{token}");
        }
        let revoked = text(&next, "access_token");
        CLI_APP.post(&app, "/oauth/revoke", &[("token", &revoked)]).await;
        assert_eq!(AUDITOR.introspect(&app, &revoked).await, inactive());
        app.advance(Duration::from_secs(86_400));
        assert_eq!(AUDITOR.introspect(&app, &access_token).await, inactive());
        app.advance(Duration::from_secs(30 * 86_400));
        assert_eq!(AUDITOR.introspect(&app, &text(&next, "refresh_token")).await, inactive());
    }

    async fn a_disabled_person_s_tokens_are_inactive(app: TestApp) {
        seed(&app).await;
        let tokens = WEB_APP.tokens(&app, "openid offline_access").await;
        app.admin().disable_user(UserRequest { username: ALICE.0.into(), ..UserRequest::default() }).await.unwrap();
        for kind in ["access_token", "refresh_token"] {
            assert_eq!(WEB_APP.introspect(&app, &text(&tokens, kind)).await, inactive());
        }
    }

    async fn a_rejected_client_s_tokens_are_inactive_and_it_may_not_ask(app: TestApp) {
        seed(&app).await;
        let tokens = WEB_APP.tokens(&app, "openid offline_access").await;
        let own = SERVICE_APP.own_token(&app).await;
        for client_id in [WEB.0, SERVICE.0] {
            app.admin().deactivate_client(DeactivateClientRequest { client_id: client_id.into() }).await.unwrap();
        }
        for token in [&text(&tokens, "access_token"), &text(&tokens, "refresh_token"), &own] {
            assert_eq!(AUDITOR.introspect(&app, token).await, inactive());
        }
        let answer = WEB_APP.post(&app, "/oauth/introspect", &[("token", "x")]).await;
        answer.assert_error(StatusCode::UNAUTHORIZED, "invalid_client");
        ask_with_bearer(&app, &own, "x").await.assert_error(StatusCode::UNAUTHORIZED, "invalid_token");
    }
}
