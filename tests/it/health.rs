//! Health, and what stands around every endpoint.

use http::{Method, StatusCode};
use serde_json::json;

use crate::support::{Db, TestApp, on_both};

on_both! {
    async fn the_app_is_live_and_ready(app: TestApp) {
        let answer = app.get("/health").await;
        assert_eq!(answer.ok(), json!({ "status": "healthy", "database": "connected" }));
        assert_eq!(app.get("/health/live").await.status, StatusCode::OK);
        assert_eq!(app.get("/health/ready").await.status, StatusCode::OK);
    }

    async fn without_its_database_it_is_live_but_not_ready(app: TestApp) {
        app.core.close().await;
        assert_eq!(app.get("/health/live").await.status, StatusCode::OK);
        assert_eq!(app.get("/health/ready").await.status, StatusCode::SERVICE_UNAVAILABLE);
        let answer = app.get("/health").await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.json(), json!({ "status": "unhealthy", "database": "disconnected" }));
    }

    async fn below_an_issuer_with_a_path_everything_moves(db: Db) {
        let app = TestApp::start_with(db, &[("BASE_URL", "https://corp.example/auth")]).await;
        assert_eq!(app.get("/auth/health").await.status, StatusCode::OK);
        assert_eq!(app.get("/auth/login").await.status, StatusCode::OK);
        for path in ["/health", "/login", "/oauth/token"] {
            assert_eq!(app.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(app.get("/").await.location(), "/auth");
        assert_eq!(app.get("/auth/").await.location(), "/auth");
        // RFC 8414 section 3.1: the well-known part stands before the issuer's path.
        for path in [
            "/.well-known/oauth-authorization-server/auth",
            "/auth/.well-known/openid-configuration",
        ] {
            let document = app.get(path).await.ok();
            assert_eq!(document["issuer"], "https://corp.example/auth", "{path}");
            assert_eq!(document["token_endpoint"], "https://corp.example/auth/oauth/token");
        }
    }

    async fn every_response_names_its_request_and_is_guarded(app: TestApp) {
        for path in ["/health", "/login", "/nothing", "/.well-known/jwks.json", "/oauth/token"] {
            let answer = app.get(path).await;
            assert_eq!(answer.header("x-request-id").len(), 32, "{path}");
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
            assert!(answer.header("content-security-policy").contains("default-src 'none'"), "{path}");
            assert_eq!(answer.header("strict-transport-security"), "", "{path}");
        }
    }

    async fn a_limit_is_one_address_s_and_passes_with_time(db: Db) {
        let app = TestApp::start_with(db, &[("ENABLE_RATE_LIMIT", "true"), ("TOKEN_RATE_LIMIT", "2")]).await;
        let ask = async |address: &str| {
            let request = app.request(Method::POST, "/oauth/token").from(address);
            request.form(&[("grant_type", "client_credentials")]).send().await
        };
        for _ in 0..2 {
            assert_ne!(ask("192.0.2.1").await.status, StatusCode::TOO_MANY_REQUESTS);
        }
        let refused = ask("192.0.2.1").await;
        refused.assert_error(StatusCode::TOO_MANY_REQUESTS, "rate_limit_exceeded");
        assert_eq!(refused.header("retry-after"), "30");
        assert_ne!(ask("192.0.2.2").await.status, StatusCode::TOO_MANY_REQUESTS);
        app.advance(std::time::Duration::from_secs(30));
        assert_ne!(ask("192.0.2.1").await.status, StatusCode::TOO_MANY_REQUESTS);
    }
}
