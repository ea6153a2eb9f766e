//! Cross-origin access: to the API as configured, to the pages never (RFC 9700
//! section 2.6).

use http::{Method, StatusCode};
use serde_json::json;

use crate::support::{
    Answer, Db, TestApp,
    oauth::{SERVICE, authorize_path, people_and_clients, web_request},
    on_both,
};

const ALLOWED: &str = "https://app.example";
const FOREIGN: &str = "https://evil.example";
/// What scripts of single-page apps call.
const API: [&str; 8] = [
    "/oauth/token",
    "/oauth/device/code",
    "/oauth/introspect",
    "/oauth/revoke",
    "/oauth/register",
    "/oauth/register/some-client",
    "/oauth/userinfo",
    "/oauth/tokeninfo",
];
/// What everybody may read.
const DOCUMENTS: [&str; 3] = [
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/.well-known/jwks.json",
];
/// Where people are.
const PAGES: [&str; 6] = [
    "/oauth/authorize",
    "/login",
    "/consent",
    "/device",
    "/logout",
    "/",
];

async fn start(db: Db, origins: &str) -> TestApp {
    TestApp::start_with(
        db,
        &[("CORS_ENABLED", "true"), ("CORS_ALLOWED_ORIGINS", origins)],
    )
    .await
}

async fn preflight(app: &TestApp, path: &str, origin: &str) -> Answer {
    app.request(Method::OPTIONS, path)
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization")
        .send()
        .await
}

/// Whom the answer may be shown to; empty: to nobody.
fn shown_to(answer: &Answer) -> &str {
    answer.header("access-control-allow-origin")
}

on_both! {
    async fn an_allowed_origin_may_call_the_api(db: Db) {
        let app = start(db, ALLOWED).await;
        app.seed(people_and_clients()).await;
        for path in API {
            let answer = preflight(&app, path, ALLOWED).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            assert_eq!(shown_to(&answer), ALLOWED, "{path}");
            assert!(answer.header("access-control-allow-methods").contains("POST"), "{path}");
            let headers = answer.header("access-control-allow-headers").to_ascii_lowercase();
            assert!(headers.contains("authorization"), "{path}: {headers}");
            assert_eq!(answer.header("access-control-allow-credentials"), "");
        }
        let ask = |secret| {
            let request = app.request(Method::POST, "/oauth/token").header("origin", ALLOWED);
            request.basic(SERVICE.0, secret).form(&[("grant_type", "client_credentials")])
        };
        let granted = ask(SERVICE.1).send().await;
        granted.ok();
        assert_eq!(shown_to(&granted), ALLOWED);
        // A script has to be able to read what went wrong.
        let refused = ask("wrong").send().await;
        refused.assert_error(StatusCode::UNAUTHORIZED, "invalid_client");
        assert_eq!(shown_to(&refused), ALLOWED);
        assert!(refused.header("access-control-expose-headers").contains("www-authenticate"));
    }

    async fn a_foreign_origin_reads_nothing(db: Db) {
        let app = start(db, ALLOWED).await;
        for origin in [FOREIGN, "null", "http://app.example", "https://app.example.evil.example"] {
            for path in API {
                assert_eq!(shown_to(&preflight(&app, path, origin).await), "", "{origin} {path}");
                let call = app.request(Method::POST, path).header("origin", origin);
                let called = call.form(&[("a", "b")]).send().await;
                assert_eq!(shown_to(&called), "", "{origin} {path}");
            }
        }
    }

    async fn one_of_several_origins_or_any_may_be_allowed(db: Db) {
        let several = start(db, "https://other.example, https://app.example").await;
        assert_eq!(shown_to(&preflight(&several, "/oauth/token", ALLOWED).await), ALLOWED);
        assert_eq!(shown_to(&preflight(&several, "/oauth/token", FOREIGN).await), "");
        let any = start(db, "*").await;
        let answer = preflight(&any, "/oauth/token", FOREIGN).await;
        assert_eq!(shown_to(&answer), "*");
        assert_eq!(answer.header("access-control-allow-credentials"), "");
    }

    async fn methods_headers_and_age_are_configured(db: Db) {
        let app = TestApp::start_with(db, &[
            ("CORS_ENABLED", "true"),
            ("CORS_ALLOWED_ORIGINS", ALLOWED),
            ("CORS_ALLOWED_METHODS", "GET,POST"),
            ("CORS_ALLOWED_HEADERS", "Authorization,X-Requested-With"),
            ("CORS_MAX_AGE", "10m"),
        ]).await;
        let answer = preflight(&app, "/oauth/token", ALLOWED).await;
        assert_eq!(answer.header("access-control-allow-methods"), "GET,POST");
        assert_eq!(answer.header("access-control-allow-headers"), "authorization,x-requested-with");
        assert_eq!(answer.header("access-control-max-age"), "600");
    }

    async fn the_public_documents_are_for_every_origin(db: Db) {
        let app = start(db, ALLOWED).await;
        for path in DOCUMENTS {
            let answer = app.request(Method::GET, path).header("origin", FOREIGN).send().await;
            answer.ok();
            assert_eq!(shown_to(&answer), "*", "{path}");
        }
    }

    async fn pages_are_for_no_script(db: Db) {
        let app = start(db, "*").await;
        app.seed(people_and_clients()).await;
        let authorize = authorize_path(&web_request(&[]));
        for path in PAGES.into_iter().chain([authorize.as_str()]) {
            assert_eq!(shown_to(&preflight(&app, path, ALLOWED).await), "", "{path}");
            for method in [Method::GET, Method::POST] {
                let answer = app.request(method, path).header("origin", ALLOWED).form(&[]).send().await;
                assert_eq!(shown_to(&answer), "", "{path}");
            }
        }
    }

    async fn without_configuration_no_origin_reads_anything(app: TestApp) {
        app.seed(people_and_clients()).await;
        for path in API.into_iter().chain(DOCUMENTS).chain(PAGES) {
            assert_eq!(shown_to(&preflight(&app, path, ALLOWED).await), "", "{path}");
            let answer = app.request(Method::GET, path).header("origin", ALLOWED).send().await;
            assert_eq!(shown_to(&answer), "", "{path}");
        }
    }

    async fn below_an_issuer_s_path_it_is_the_same(db: Db) {
        let app = TestApp::start_with(db, &[
            ("BASE_URL", "http://localhost:8080/auth"),
            ("CORS_ENABLED", "true"),
            ("CORS_ALLOWED_ORIGINS", ALLOWED),
            ("ENABLE_DYNAMIC_CLIENT_REGISTRATION", "true"),
        ]).await;
        let metadata = json!({ "redirect_uris": ["https://app.example/cb"] });
        let request = app.request(Method::POST, "/auth/oauth/register").header("origin", ALLOWED);
        let registered = request.json(&metadata).send().await;
        assert_eq!((registered.status, shown_to(&registered)), (StatusCode::CREATED, ALLOWED));
        assert_eq!(shown_to(&preflight(&app, "/auth/oauth/token", ALLOWED).await), ALLOWED);
        assert_eq!(shown_to(&preflight(&app, "/auth/login", ALLOWED).await), "");
        let outside = "/.well-known/oauth-authorization-server/auth";
        let answer = app.request(Method::GET, outside).header("origin", FOREIGN).send().await;
        assert_eq!(shown_to(&answer), "*");
    }
}
