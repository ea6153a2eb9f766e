//! Methods that a path does not have (RFC 9110 section 15.5.6).

use http::{Method, StatusCode};

use crate::support::{
    TestApp,
    oauth::{SERVICE, people_and_clients},
    on_both,
};

/// The API's paths with the methods that each has, as its `Allow` says.
const PATHS: [(&str, &str); 9] = [
    ("/oauth/token", "POST"),
    ("/oauth/device/code", "POST"),
    ("/oauth/introspect", "POST"),
    ("/oauth/revoke", "POST"),
    ("/oauth/register", "POST"),
    ("/oauth/register/any", "DELETE,GET,HEAD,PUT"),
    ("/oauth/userinfo", "GET,HEAD,POST"),
    ("/oauth/tokeninfo", "GET,HEAD"),
    ("/.well-known/jwks.json", "GET,HEAD"),
];

on_both! {
    async fn another_method_is_told_which_there_are(app: TestApp) {
        for (path, allowed) in PATHS {
            let allowed: Vec<&str> = allowed.split(',').collect();
            for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"] {
                if allowed.contains(&method) {
                    continue;
                }
                let answer = app.request(method.parse().unwrap(), path).send().await;
                assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
                let mut told: Vec<&str> = answer.header("allow").split(',').map(str::trim).collect();
                told.sort_unstable();
                assert_eq!(told, allowed, "{method} {path}");
                assert_eq!(answer.header("cache-control"), "no-store");
                if method != "HEAD" {
                    answer.assert_error(StatusCode::METHOD_NOT_ALLOWED, "invalid_request");
                }
            }
        }
    }

    /// RFC 6749 section 3.2: a URL ends up in logs, so nothing comes by one.
    async fn a_token_is_not_to_be_had_by_get(app: TestApp) {
        app.seed(people_and_clients()).await;
        let path = "/oauth/token?grant_type=client_credentials";
        let answer = app.request(Method::GET, path).basic(SERVICE.0, SERVICE.1).send().await;
        answer.assert_error(StatusCode::METHOD_NOT_ALLOWED, "invalid_request");
        let answer = app.request(Method::POST, path).basic(SERVICE.0, SERVICE.1).form(&[]).send().await;
        answer.assert_error(StatusCode::BAD_REQUEST, "invalid_request");
    }

    async fn a_path_that_there_is_not_is_not_found(app: TestApp) {
        for path in ["/oauth", "/oauth/", "/oauth/token/", "/oauth/Token", "/oauth/token/x", "/oauth//token", "/oauth/register/a/b"] {
            let answer = app.post_form(path, &[]).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        }
    }
}
