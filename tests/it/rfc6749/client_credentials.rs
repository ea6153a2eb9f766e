//! Section 4.4: a service asks for itself.

use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::json;

use crate::support::{
    Db, TestApp,
    oauth::{SERVICE, claims, header, people_and_clients},
    on_both,
    tokens::{CLI_APP, SERVICE_APP, WEB_APP, counts, text},
};

const ASK: (&str, &str) = ("grant_type", "client_credentials");

on_both! {
    async fn a_service_gets_a_token_for_itself(app: TestApp) {
        app.seed(people_and_clients()).await;
        let tokens = SERVICE_APP.ask(&app, &[ASK, ("scope", "read")]).await.ok();
        assert_eq!(tokens["scope"], "read");
        assert_eq!((&tokens["token_type"], &tokens["expires_in"]), (&"Bearer".into(), &3600.into()));
        // Section 4.4.3: no refresh token; and nobody is signed in.
        assert_eq!((tokens.get("refresh_token"), tokens.get("id_token")), (None, None));
        let access_token = text(&tokens, "access_token");
        // RFC 9068 sections 2.1 and 2.2.
        assert_eq!((&header(&access_token)["typ"], &header(&access_token)["alg"]), (&"at+jwt".into(), &"ES256".into()));
        let claims = claims(&access_token);
        assert_eq!((&claims["client_id"], &claims["sub"]), (&SERVICE.0.into(), &"client:service".into()));
        assert_eq!(claims.get("auth_time"), None);
    }

    async fn without_a_scope_the_client_gets_all_that_is_not_about_people(app: TestApp) {
        app.seed(json!({ "clients": [{
            "client_id": SERVICE.0,
            "client_secret": SERVICE.1,
            "grant_types": ["client_credentials"],
            "scope": "openid offline_access read write",
        }]})).await;
        assert_eq!(SERVICE_APP.ask(&app, &[ASK]).await.ok()["scope"], "read write");
        for scope in ["openid", "read offline_access"] {
            let answer = SERVICE_APP.ask(&app, &[ASK, ("scope", scope)]).await;
            answer.assert_error(StatusCode::BAD_REQUEST, "invalid_scope");
        }
    }

    async fn a_scope_beyond_the_client_s_or_no_scope_at_all_is_refused(app: TestApp) {
        app.seed(people_and_clients()).await;
        for scope in ["admin", "read admin", "READ", "read\twrite", "r\u{e9}ad", "re\"ad", "re\\ad"] {
            let answer = SERVICE_APP.ask(&app, &[ASK, ("scope", scope)]).await;
            answer.assert_error(StatusCode::BAD_REQUEST, "invalid_scope");
        }
    }

    async fn it_is_for_clients_that_registered_it_and_have_a_secret(app: TestApp) {
        app.seed(people_and_clients()).await;
        for client in [CLI_APP, WEB_APP] {
            client.ask(&app, &[ASK]).await.assert_error(StatusCode::BAD_REQUEST, "unauthorized_client");
        }
        // A public client can't even register it.
        let refused = app.core.apply_seed(&json!({ "clients": [{
            "client_id": "public",
            "token_endpoint_auth_method": "none",
            "grant_types": ["client_credentials"],
        }]}).to_string()).await;
        assert!(refused.unwrap_err().to_string().contains("client_credentials"));
    }

    async fn its_token_ends_in_time(db: Db) {
        let app = TestApp::start_with(db, &[("CLIENT_CREDENTIALS_TOKEN_EXPIRATION", "5m")]).await;
        app.seed(people_and_clients()).await;
        let tokens = SERVICE_APP.ask(&app, &[ASK]).await.ok();
        assert_eq!(tokens["expires_in"], 300);
        let token = text(&tokens, "access_token");
        app.advance(Duration::from_secs(299));
        assert!(counts(&app, &token).await);
        app.advance(Duration::from_secs(1));
        assert!(!counts(&app, &token).await);
    }

    async fn its_token_opens_nothing_of_a_person(app: TestApp) {
        app.seed(people_and_clients()).await;
        let token = SERVICE_APP.own_token(&app).await;
        let user = app.request(Method::GET, "/oauth/userinfo").bearer(&token).send().await;
        assert_eq!(user.status, StatusCode::FORBIDDEN, "{}", user.text());
        user.assert_error(StatusCode::FORBIDDEN, "insufficient_scope");
    }

    async fn a_rejected_client_s_tokens_stay_dead_when_it_comes_back(app: TestApp) {
        use authgate_proto::v1::{ApproveClientRequest, DeactivateClientRequest};
        app.seed(people_and_clients()).await;
        let before = SERVICE_APP.own_token(&app).await;
        let client_id = SERVICE.0.to_owned();
        app.admin().deactivate_client(DeactivateClientRequest { client_id: client_id.clone() }).await.unwrap();
        assert!(!counts(&app, &before).await);
        let answer = SERVICE_APP.ask(&app, &[ASK]).await;
        answer.assert_error(StatusCode::UNAUTHORIZED, "invalid_client");

        app.admin().approve_client(ApproveClientRequest { client_id }).await.unwrap();
        assert!(!counts(&app, &before).await);
        assert!(counts(&app, &SERVICE_APP.own_token(&app).await).await);
    }
}
