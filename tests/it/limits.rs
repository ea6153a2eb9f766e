//! What one address may ask for, what a request may weigh, and what every answer carries.

use std::time::Duration;

use authgate_proto::v1::{AuditFilter, ListAuditRequest};
use http::{Method, StatusCode};

use crate::support::{
    Answer, Db, TestApp,
    oauth::{CLI, people_and_clients},
    on_both,
};

/// Each limit's variable and its endpoint.
const LIMITS: [(&str, &str); 7] = [
    ("LOGIN_RATE_LIMIT", "/login"),
    ("DEVICE_CODE_RATE_LIMIT", "/oauth/device/code"),
    ("TOKEN_RATE_LIMIT", "/oauth/token"),
    ("DEVICE_VERIFY_RATE_LIMIT", "/device/verify"),
    ("INTROSPECT_RATE_LIMIT", "/oauth/introspect"),
    ("DYNAMIC_CLIENT_REGISTRATION_RATE_LIMIT", "/oauth/register"),
    ("AUTHORIZE_RATE_LIMIT", "/oauth/authorize"),
];
const HTML: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

/// An app where each address has one token request a minute, with these settings.
async fn with_one_token_request(db: Db, variables: &[(&str, &str)]) -> TestApp {
    let base = [("ENABLE_RATE_LIMIT", "true"), ("TOKEN_RATE_LIMIT", "1")];
    let variables: Vec<_> = base.into_iter().chain(variables.iter().copied()).collect();
    TestApp::start_with(db, &variables).await
}

/// Whether a token request from `peer`, for whom proxies name `forwarded`, is one too many.
async fn is_refused(app: &TestApp, peer: &str, forwarded: &str) -> bool {
    let mut request = app.request(Method::POST, "/oauth/token").from(peer);
    if !forwarded.is_empty() {
        request = request.header("x-forwarded-for", forwarded);
    }
    request.form(&[]).send().await.status == StatusCode::TOO_MANY_REQUESTS
}

async fn get_as(app: &TestApp, path: &str, accept: &str) -> Answer {
    app.request(Method::GET, path)
        .header("accept", accept)
        .send()
        .await
}

#[track_caller]
fn assert_page(answer: &Answer, status: StatusCode) {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert!(
        answer.header("content-type").starts_with("text/html"),
        "{}",
        answer.text()
    );
    assert!(!answer.heading().is_empty());
    // The number that finds the request in the log.
    assert!(
        answer.text().contains(answer.header("x-request-id")),
        "{}",
        answer.text()
    );
}

on_both! {
    async fn each_variable_has_buckets_of_its_own(db: Db) {
        let numbers = ["1", "2", "3", "4", "5", "6", "7"];
        let mut variables = vec![("ENABLE_RATE_LIMIT", "true"), ("ENABLE_DYNAMIC_CLIENT_REGISTRATION", "true")];
        variables.extend(LIMITS.iter().zip(numbers).map(|((variable, _), number)| (*variable, number)));
        let app = TestApp::start_with(db, &variables).await;
        for ((_, path), number) in LIMITS.into_iter().zip(numbers) {
            let limit: i64 = number.parse().unwrap();
            for used in 1..=limit {
                let answer = app.post_form(path, &[]).await;
                assert_ne!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{path}");
                assert_eq!(answer.header("x-ratelimit-limit"), number, "{path}");
                assert_eq!(answer.header("x-ratelimit-remaining"), (limit - used).to_string(), "{path}");
                assert_eq!(answer.header("retry-after"), "", "{path}");
            }
            let refused = app.post_form(path, &[]).await;
            assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS, "{path}");
            assert_eq!(refused.header("x-ratelimit-remaining"), "0", "{path}");
            let wait = (60.0 / limit as f64).ceil();
            assert_eq!(refused.header("retry-after"), wait.to_string(), "{path}");
            let reset: i64 = refused.header("x-ratelimit-reset").parse().unwrap();
            assert!((1..=60).contains(&(reset - app.now())), "{path}: {reset}");
        }
        // After the time that was named it works.
        let refused = app.post_form("/oauth/token", &[]).await;
        app.advance(Duration::from_secs(refused.header("retry-after").parse().unwrap()));
        assert_ne!(app.post_form("/oauth/token", &[]).await.status, StatusCode::TOO_MANY_REQUESTS);
    }

    async fn who_is_refused_stands_in_the_audit_trail(db: Db) {
        let app = with_one_token_request(db, &[]).await;
        for _ in 0..4 {
            is_refused(&app, "192.0.2.1", "").await;
        }
        is_refused(&app, "192.0.2.2", "").await;
        app.tell_refusals().await;
        let filter = AuditFilter { event_types: vec!["RATE_LIMIT_EXCEEDED".to_owned()], ..AuditFilter::default() };
        let request = ListAuditRequest { filter: Some(filter), ..ListAuditRequest::default() };
        let mut entries = Vec::new();
        for _ in 0..100 {
            entries = app.admin().list_audit(request.clone()).await.unwrap().into_inner().entries;
            if !entries.is_empty() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(entries.len(), 1);
        let entry = &entries[0];
        assert_eq!((entry.actor_ip.as_str(), entry.count, entry.success), ("192.0.2.1", 3, false));
        assert_eq!((entry.request_path.as_str(), entry.details.as_str()), ("/oauth/token", r#"{"what":"/oauth/token"}"#));
    }

    async fn a_limit_of_zero_is_none(db: Db) {
        let app = with_one_token_request(db, &[("LOGIN_RATE_LIMIT", "0")]).await;
        for _ in 0..20 {
            let answer = app.post_form("/login", &[]).await;
            assert_ne!(answer.status, StatusCode::TOO_MANY_REQUESTS);
            assert_eq!(answer.header("x-ratelimit-limit"), "");
        }
    }

    async fn looking_at_pages_is_not_limited(db: Db) {
        let app = TestApp::start_with(db, &[("ENABLE_RATE_LIMIT", "true"), ("LOGIN_RATE_LIMIT", "1")]).await;
        for _ in 0..5 {
            assert_eq!(app.get("/login").await.status, StatusCode::OK);
        }
    }

    async fn programs_read_of_a_limit_in_json_and_people_on_a_page(db: Db) {
        let app = with_one_token_request(db, &[("LOGIN_RATE_LIMIT", "1"), ("AUTHORIZE_RATE_LIMIT", "1")]).await;
        for path in ["/oauth/token", "/login", "/oauth/authorize"] {
            app.post_form(path, &[]).await;
        }
        let answer = app.post_form("/oauth/token", &[]).await;
        answer.assert_error(StatusCode::TOO_MANY_REQUESTS, "rate_limit_exceeded");
        assert_eq!(answer.header("cache-control"), "no-store");
        for path in ["/login", "/oauth/authorize"] {
            let answer = app.request(Method::POST, path).header("accept", HTML).form(&[]).send().await;
            assert_page(&answer, StatusCode::TOO_MANY_REQUESTS);
            assert_eq!(answer.header("retry-after"), "60");
        }
    }

    async fn nobody_chooses_the_address_that_is_counted(db: Db) {
        let app = with_one_token_request(db, &[]).await;
        assert!(!is_refused(&app, "192.0.2.1", "203.0.113.1").await);
        assert!(is_refused(&app, "192.0.2.1", "203.0.113.2").await);
        assert!(!is_refused(&app, "203.0.113.1", "").await);
    }

    async fn a_trusted_proxy_says_for_whom_it_asks(db: Db) {
        let app = with_one_token_request(db, &[("TRUSTED_PROXIES", "10.0.0.0/8,2001:db8:ffff::1")]).await;
        assert!(!is_refused(&app, "10.0.0.1", "203.0.113.1").await);
        assert!(!is_refused(&app, "10.0.0.1", "203.0.113.2").await);
        assert!(is_refused(&app, "10.9.9.9", "203.0.113.1").await);
        // What the client itself wrote stands to the left of what the proxy saw.
        assert!(is_refused(&app, "10.0.0.1", "198.51.100.1, 203.0.113.1").await);
        // Through two proxies of ours.
        assert!(is_refused(&app, "2001:db8:ffff::1", "203.0.113.2, 10.0.0.1").await);
        // Others are not believed.
        assert!(!is_refused(&app, "192.0.2.1", "203.0.113.3").await);
        assert!(is_refused(&app, "192.0.2.1", "203.0.113.4").await);
    }

    async fn an_ipv6_subscriber_is_one_address(db: Db) {
        let app = with_one_token_request(db, &[]).await;
        assert!(!is_refused(&app, "2001:db8:0:1::1", "").await);
        assert!(is_refused(&app, "2001:db8:0:1:ffff:ffff:ffff:ffff", "").await);
        assert!(!is_refused(&app, "2001:db8:0:2::1", "").await);
        // IPv4 by an IPv6 socket.
        assert!(!is_refused(&app, "::ffff:192.0.2.1", "").await);
        assert!(is_refused(&app, "192.0.2.1", "").await);
        assert!(!is_refused(&app, "::ffff:192.0.2.2", "").await);
    }

    async fn a_body_that_is_too_large_is_refused(app: TestApp) {
        app.seed(people_and_clients()).await;
        for size in [70_000, 300_000] {
            let answer = app.post_form("/oauth/token", &[("grant_type", &"x".repeat(size))]).await;
            answer.assert_error(StatusCode::PAYLOAD_TOO_LARGE, "invalid_request");
        }
        for size in [20_000, 300_000] {
            let request = app.request(Method::POST, "/login").header("accept", HTML);
            let answer = request.form(&[("username", &"x".repeat(size))]).send().await;
            assert_page(&answer, StatusCode::PAYLOAD_TOO_LARGE);
        }
        // What fits is answered as ever.
        let fits = app.post_form("/oauth/device/code", &[("client_id", CLI), ("x", &"x".repeat(50_000))]).await;
        assert_eq!(fits.status, StatusCode::OK);
    }

    async fn what_is_not_there_is_said_in_the_caller_s_language(app: TestApp) {
        let json = "application/json";
        get_as(&app, "/nothing", json).await.assert_error(StatusCode::NOT_FOUND, "not_found");
        get_as(&app, "/oauth/nothing", "*/*").await.assert_error(StatusCode::NOT_FOUND, "not_found");
        assert_page(&get_as(&app, "/nothing", HTML).await, StatusCode::NOT_FOUND);
        assert_page(&get_as(&app, "/device/nothing", "*/*").await, StatusCode::NOT_FOUND);

        for (method, path, allow) in [
            (Method::GET, "/oauth/token", "POST"),
            (Method::PUT, "/oauth/introspect", "POST"),
            (Method::DELETE, "/.well-known/jwks.json", "GET"),
            (Method::POST, "/health", "GET"),
        ] {
            let answer = app.request(method, path).header("accept", json).send().await;
            answer.assert_error(StatusCode::METHOD_NOT_ALLOWED, "invalid_request");
            assert!(answer.header("allow").contains(allow), "{path}: {}", answer.header("allow"));
        }
        for (method, path, allow) in [
            (Method::DELETE, "/login", "POST"),
            (Method::GET, "/device/verify", "POST"),
            (Method::PUT, "/oauth/authorize", "POST"),
        ] {
            let answer = app.request(method, path).header("accept", HTML).send().await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
            assert!(answer.header("content-type").starts_with("text/html"), "{path}");
            assert!(answer.header("allow").contains(allow), "{path}: {}", answer.header("allow"));
        }
    }

    async fn every_kind_of_answer_is_guarded(db: Db) {
        let app = with_one_token_request(db, &[]).await;
        app.post_form("/oauth/token", &[]).await;
        let https = TestApp::start_with(db, &[("BASE_URL", "https://id.example")]).await;
        for (method, path, status) in [
            (Method::GET, "/login", StatusCode::OK),
            (Method::GET, "/", StatusCode::SEE_OTHER),
            (Method::GET, "/health", StatusCode::OK),
            (Method::GET, "/.well-known/openid-configuration", StatusCode::OK),
            (Method::GET, "/favicon.ico", StatusCode::OK),
            (Method::GET, "/oauth/authorize", StatusCode::BAD_REQUEST),
            (Method::GET, "/oauth/userinfo", StatusCode::UNAUTHORIZED),
            (Method::POST, "/login", StatusCode::BAD_REQUEST),
            (Method::GET, "/nothing", StatusCode::NOT_FOUND),
            (Method::DELETE, "/login", StatusCode::METHOD_NOT_ALLOWED),
            (Method::POST, "/oauth/token", StatusCode::TOO_MANY_REQUESTS),
        ] {
            let answer = app.request(method.clone(), path).send().await;
            if path != "/favicon.ico" {
                assert_eq!(answer.status, status, "{method} {path}");
            }
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
            assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
            assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
            assert!(answer.header("permissions-policy").contains("camera=()"), "{path}");
            let policy = answer.header("content-security-policy");
            assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
            assert!(!policy.contains("unsafe"), "{path}: {policy}");
            // A browser would never come back to a server that has no https.
            assert_eq!(answer.header("strict-transport-security"), "", "{path}");
            let answer = https.request(method, path).send().await;
            assert!(answer.header("strict-transport-security").starts_with("max-age=31536000"), "{path}");
        }
    }

    async fn a_request_keeps_the_id_that_a_trusted_proxy_gave_it(db: Db) {
        let app = TestApp::start_with(db, &[("TRUSTED_PROXIES", "10.0.0.1")]).await;
        let ask = async |peer: &str, id: &str| {
            let request = app.request(Method::GET, "/nothing").from(peer).header("accept", HTML);
            request.header("x-request-id", id).send().await
        };
        let answer = ask("10.0.0.1", "edge-7.4f_2a").await;
        assert_eq!(answer.header("x-request-id"), "edge-7.4f_2a");
        assert_page(&answer, StatusCode::NOT_FOUND);
        for (peer, id) in [("192.0.2.1", "edge-7.4f_2a"), ("10.0.0.1", "<b>not an id</b>"), ("10.0.0.1", "short")] {
            let answer = ask(peer, id).await;
            assert_eq!(answer.header("x-request-id").len(), 32, "{id}");
            assert!(!answer.text().contains(id), "{id}");
        }
    }
}
