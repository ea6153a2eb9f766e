//! The `Authorization` header: what can't be read, and what is unusual but right.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderValue, Method, StatusCode, header::AUTHORIZATION};
use serde_json::json;

use crate::support::{
    Answer, TestApp,
    oauth::{SERVICE, WEB, people_and_clients},
    on_both,
};

/// Endpoints that clients authenticate at.
const PATHS: [&str; 4] = [
    "/oauth/token",
    "/oauth/device/code",
    "/oauth/introspect",
    "/oauth/revoke",
];

async fn post(app: &TestApp, path: &str, authorization: &[u8]) -> Answer {
    let header = HeaderValue::from_bytes(authorization).unwrap();
    let request = app
        .request(Method::POST, path)
        .header(AUTHORIZATION, header);
    let fields = [("grant_type", "client_credentials"), ("token", "t")];
    request.form(&fields).send().await
}

fn basic(credentials: impl AsRef<[u8]>) -> Vec<u8> {
    format!("Basic {}", STANDARD.encode(credentials)).into_bytes()
}

/// A service with this id and secret.
async fn seed(app: &TestApp, id: &str, secret: &str) {
    app.seed(json!({ "clients": [{
        "client_id": id, "client_secret": secret, "grant_types": ["client_credentials"], "scope": "read",
    }]}))
    .await;
}

on_both! {
    async fn what_can_not_be_read_is_an_invalid_client(app: TestApp) {
        app.seed(people_and_clients()).await;
        let right = STANDARD.encode(format!("{}:{}", SERVICE.0, SERVICE.1));
        let broken = [
            b"Basic".to_vec(), b"Basic ".to_vec(), b"Basic !!!!".to_vec(), b"Basic \xff".to_vec(),
            basic("no-colon"), basic(""), basic(":"), basic(b"\xff:x"), basic("a:%FF"), basic("a:%zz"), basic("%00:x"), basic("a\0:x"),
            format!("Basic {right}=").into_bytes(), format!("Basic {} {right}", &right[..4]).into_bytes(),
            format!("Basic{right}").into_bytes(), format!("Digest {right}").into_bytes(), right.clone().into_bytes(), Vec::new(),
        ];
        for path in PATHS {
            for header in &broken {
                let answer = post(&app, path, header).await;
                let shown = String::from_utf8_lossy(header);
                assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path} {shown}: {}", answer.text());
                answer.assert_error(StatusCode::UNAUTHORIZED, "invalid_client");
                assert_eq!(answer.header("www-authenticate"), r#"Basic realm="authgate""#);
                assert_eq!(answer.header("cache-control"), "no-store");
                assert_eq!(answer.header("pragma"), "no-cache");
            }
        }
    }

    async fn a_header_that_comes_twice_is_refused(app: TestApp) {
        app.seed(people_and_clients()).await;
        for path in PATHS {
            let request = app.request(Method::POST, path).basic(WEB.0, WEB.1).basic(WEB.0, WEB.1);
            request.form(&[("token", "t")]).send().await.assert_error(StatusCode::BAD_REQUEST, "invalid_request");
        }
        let twice = app.request(Method::GET, "/oauth/userinfo").bearer("x").bearer("x").send().await;
        twice.assert_error(StatusCode::BAD_REQUEST, "invalid_request");
    }

    /// RFC 6749 section 2.3.1: both parts are form-encoded, then joined by a colon.
    async fn any_characters_travel_by_basic(app: TestApp) {
        let credentials = [
            ("my-app", "s-e-c-r-e-t"),
            ("urn:app:1", "a:b:c"),
            ("a+b c", "d+e f"),
            ("100%", "%41%"),
            ("https://app.example/?a=b&c=d", "~!@#$^*(){}[]|\\\"'<>,.;_="),
        ];
        for (id, secret) in credentials {
            seed(&app, id, secret).await;
            let request = app.request(Method::POST, "/oauth/token").basic(id, secret);
            let tokens = request.form(&[("grant_type", "client_credentials")]).send().await.ok();
            assert_eq!(tokens["scope"], "read", "{id}");
            // The same in the body.
            let fields = [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)];
            app.post_form("/oauth/token", &fields).await.ok();
        }
    }

    /// How much is encoded is the client's affair.
    async fn encoded_or_not_it_means_the_same(app: TestApp) {
        seed(&app, "my-app", "s-e:c r~t").await;
        for credentials in ["my-app:s-e:c+r~t", "my%2Dapp:s%2De%3Ac%20r%7Et", "my%2dapp:s-e%3ac r~t", "%6D%79-app:s-e:c+r~t"] {
            post(&app, "/oauth/token", &basic(credentials)).await.ok();
        }
        for scheme in ["basic", "BASIC", "bAsIc"] {
            let header = format!("{scheme} {}", STANDARD.encode("my-app:s-e:c+r~t"));
            post(&app, "/oauth/token", header.as_bytes()).await.ok();
        }
        // A plus that is not encoded is a space.
        seed(&app, "plus", "a+b").await;
        post(&app, "/oauth/token", &basic("plus:a%2Bb")).await.ok();
        post(&app, "/oauth/token", &basic("plus:a+b")).await.assert_error(StatusCode::UNAUTHORIZED, "invalid_client");
    }
}
