//! The predecessor's own endpoint, which its CLIs and SDKs ask.

use std::time::Duration;

use http::{Method, StatusCode, header::AUTHORIZATION};
use serde_json::json;

use crate::support::{
    Answer, Db, TestApp,
    oauth::{SERVICE, WEB, claims, people_and_clients},
    on_both,
    tokens::{SERVICE_APP, WEB_APP, text},
};

async fn ask(app: &TestApp, authorization: &str) -> Answer {
    let request = app.request(Method::GET, "/oauth/tokeninfo");
    request.header(AUTHORIZATION, authorization).send().await
}

on_both! {
    async fn it_says_whom_a_token_stands_for(app: TestApp) {
        app.seed(people_and_clients()).await;
        let token = text(&WEB_APP.tokens(&app, "openid read").await, "access_token");
        let claims = claims(&token);
        let expected = json!({
            "active": true, "user_id": claims["sub"], "client_id": WEB.0, "scope": "openid read",
            "exp": claims["exp"], "iss": app.issuer(), "subject_type": "user", "aud": app.issuer(),
        });
        let answer = ask(&app, &format!("Bearer {token}")).await;
        assert_eq!(answer.ok(), expected);
        assert_eq!(answer.header("cache-control"), "no-store");
        // In any case, and bare, as the predecessor took it.
        for header in [format!("bearer {token}"), token] {
            assert_eq!(ask(&app, &header).await.ok(), expected);
        }
    }

    async fn it_says_that_a_service_stands_for_itself(db: Db) {
        let app = TestApp::start_with(db, &[("JWT_AUDIENCE", "a,b")]).await;
        app.seed(people_and_clients()).await;
        let said = ask(&app, &format!("Bearer {}", SERVICE_APP.own_token(&app).await)).await.ok();
        assert_eq!((&said["subject_type"], &said["client_id"]), (&"client".into(), &SERVICE.0.into()));
        assert_eq!((&said["user_id"], &said["aud"]), (&"client:service".into(), &json!(["a", "b"])));
    }

    async fn everything_else_is_refused(app: TestApp) {
        app.seed(people_and_clients()).await;
        let tokens = WEB_APP.tokens(&app, "openid offline_access read").await;
        let token = text(&tokens, "access_token");
        let (unsigned, _) = token.rsplit_once('.').unwrap();
        let refused = [
            format!("Bearer {unsigned}."), format!("Bearer {unsigned}.AAAA"), "Bearer x".to_owned(),
            format!("Bearer {}", text(&tokens, "id_token")), format!("Bearer {}", text(&tokens, "refresh_token")),
            format!("Bearer {token} {token}"), format!("Bearer {}", "A".repeat(4096)),
        ];
        for header in &refused {
            let answer = ask(&app, header).await;
            answer.assert_error(StatusCode::UNAUTHORIZED, "invalid_token");
            let challenge = answer.header("www-authenticate");
            assert!(challenge.starts_with(r#"Bearer realm="authgate", error="invalid_token""#), "{challenge}");
        }
        // RFC 6750 section 3.1: without a token there is no error to name.
        for answer in [app.get("/oauth/tokeninfo").await, ask(&app, "Bearer").await, ask(&app, &format!("Basic {token}")).await, app.get(&format!("/oauth/tokeninfo?access_token={token}")).await] {
            answer.assert_error(StatusCode::UNAUTHORIZED, "invalid_token");
            assert_eq!(answer.header("www-authenticate"), r#"Bearer realm="authgate""#);
        }
        app.advance(Duration::from_secs(86_400));
        ask(&app, &format!("Bearer {token}")).await.assert_error(StatusCode::UNAUTHORIZED, "invalid_token");
    }
}
