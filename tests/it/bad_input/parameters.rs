//! Parameters that come twice or are no text.

use authgate_proto::v1::{
    GetClientRequest, IntrospectTokenRequest, introspection_client::IntrospectionClient,
};
use http::{Method, StatusCode};
use tonic::{Code, Request};

use super::{FORM, FORMS};
use crate::support::{
    TestApp,
    oauth::{ALICE, people_and_clients},
    on_both,
    tokens::{CLI_APP, SERVICE_APP, WEB_APP, counts, text},
};

/// Posts `body` to each endpoint in the place of each of its parameters, and
/// checks that the answer names the parameter.
async fn assert_refused_everywhere(app: &TestApp, body: impl Fn(&str) -> Vec<u8>) {
    for (path, parameters) in FORMS {
        for name in parameters.iter().chain(&["unknown"]) {
            let request = app.request(Method::POST, path).body(FORM, body(name));
            let answer = request.send().await;
            assert_eq!(
                answer.status,
                StatusCode::BAD_REQUEST,
                "{path} {name}: {}",
                answer.text()
            );
            answer.assert_error(StatusCode::BAD_REQUEST, "invalid_request");
            assert_eq!(answer.header("cache-control"), "no-store");
            assert!(
                answer.text().contains(name),
                "{path} {name}: {}",
                answer.text()
            );
        }
    }
}

on_both! {
    /// RFC 6749 section 3.2, whether the values agree or not.
    async fn nothing_is_said_twice(app: TestApp) {
        for (path, parameters) in FORMS {
            // Several resources may be named (RFC 8707 section 2).
            for name in parameters.iter().filter(|name| **name != "resource").chain(&["unknown"]) {
                for values in [["a", "a"], ["a", "b"]] {
                    let answer = app.post_form(path, &values.map(|value| (*name, value))).await;
                    answer.assert_error(StatusCode::BAD_REQUEST, "invalid_request");
                    assert!(answer.text().contains(name), "{path}: {}", answer.text());
                }
            }
        }
    }

    async fn a_code_with_something_said_twice_is_not_used_up(app: TestApp) {
        app.seed(people_and_clients()).await;
        let code = CLI_APP.code(&app, "read").await;
        let fields = [("grant_type", "authorization_code"), ("code", &*code), ("code", &*code)];
        CLI_APP.ask(&app, &fields).await.assert_error(StatusCode::BAD_REQUEST, "invalid_request");
        CLI_APP.redeem(&app, &code).await.ok();
    }

    async fn text_is_utf8_and_is_not_repaired(app: TestApp) {
        // Cut off, overlong, a surrogate, beyond Unicode; raw and percent-encoded.
        for bytes in [&b"\xff"[..], b"%FF", b"%C3", b"%C0%80", b"%ED%A0%80", b"%F5%80%80%80", b"\xc3(", b"%zz", b"%4", b"%"] {
            assert_refused_everywhere(&app, |name| [name.as_bytes(), b"=", bytes].concat()).await;
        }
        for (path, _) in FORMS {
            let answer = app.request(Method::POST, path).body(FORM, &b"%FF=x"[..]).send().await;
            answer.assert_error(StatusCode::BAD_REQUEST, "invalid_request");
        }
    }

    /// PostgreSQL can't hold it, C libraries take it for an end.
    async fn no_text_has_a_nul(app: TestApp) {
        for bytes in [&b"%00"[..], b"a%00b", b"a\0", b"web%00"] {
            assert_refused_everywhere(&app, |name| [name.as_bytes(), b"=", bytes].concat()).await;
        }
    }

    async fn nor_has_json(app: TestApp) {
        app.seed(people_and_clients()).await;
        for body in [r#"{"client_id":"cli\u0000"}"#, r#"{"client_id":"cli","scope":"read\u0000"}"#] {
            let request = app.request(Method::POST, "/oauth/device/code");
            request.body("application/json", body).send().await.assert_error(StatusCode::BAD_REQUEST, "invalid_request");
        }
    }

    /// Nor does gRPC, which any byte gets through, bring the database to fail.
    async fn a_nul_in_a_call_is_no_fault_of_ours(app: TestApp) {
        app.seed(people_and_clients()).await;
        for token in ["\0", "a.b\0.c", "018bcfe5-6800-7000-8000-000000000000\0"] {
            let mut request = Request::new(IntrospectTokenRequest { token: token.into() });
            let bearer = format!("Bearer {}", SERVICE_APP.own_token(&app).await);
            request.metadata_mut().insert("authorization", bearer.parse().unwrap());
            let answer = IntrospectionClient::new(app.grpc()).introspect(request).await;
            assert!(!answer.unwrap().into_inner().active);
        }
        let nobody = GetClientRequest { client_id: "web\0".into() };
        let refused = app.admin().get_client(nobody).await.unwrap_err();
        assert!(matches!(refused.code(), Code::NotFound | Code::InvalidArgument), "{refused:?}");
    }

    async fn a_form_has_an_end(app: TestApp) {
        let many: String = (0..65).map(|n| format!("a{n}=1&")).collect();
        for (path, _) in FORMS {
            let answer = app.request(Method::POST, path).body(FORM, many.clone()).send().await;
            answer.assert_error(StatusCode::BAD_REQUEST, "invalid_request");
        }
    }

    /// What looks like SQL, paths or markup is text like any other.
    async fn hostile_text_is_only_text(app: TestApp) {
        app.seed(people_and_clients()).await;
        let token = text(&WEB_APP.tokens(&app, "read").await, "access_token");
        for hostile in ["' OR '1'='1", "'; DROP TABLE clients; --", "../../etc/passwd", "<script>alert(1)</script>", "${7*7}", "\r\nSet-Cookie: a=b", "\u{202e}\u{feff}"] {
            let answer = app.request(Method::POST, "/oauth/token").basic(hostile, hostile).form(&[("grant_type", "client_credentials")]).send().await;
            answer.assert_error(StatusCode::UNAUTHORIZED, "invalid_client");
            assert_eq!(answer.header("set-cookie"), "");
            let scope = [("grant_type", "client_credentials"), ("scope", hostile)];
            SERVICE_APP.ask(&app, &scope).await.assert_error(StatusCode::BAD_REQUEST, "invalid_scope");
            CLI_APP.refresh(&app, hostile).await.assert_error(StatusCode::BAD_REQUEST, "invalid_grant");
            assert_eq!(SERVICE_APP.introspect(&app, hostile).await["active"], false);
            assert_eq!(WEB_APP.post(&app, "/oauth/revoke", &[("token", hostile)]).await.status, StatusCode::OK);
        }
        assert!(counts(&app, &token).await);
        assert_eq!(WEB_APP.introspect(&app, &token).await["username"], ALICE.0);
        assert!(counts(&app, &SERVICE_APP.own_token(&app).await).await);
    }
}
