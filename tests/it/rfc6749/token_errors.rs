//! Sections 5.1 and 5.2: how the token endpoint answers, above all when it refuses.

use std::time::Duration;

use authgate_proto::v1::UserRequest;
use http::StatusCode;

use crate::support::{
    Answer, Db, TestApp,
    oauth::{ALICE, VERIFIER, WEB_CALLBACK, people_and_clients},
    on_both,
    tokens::{CLI_APP, SERVICE_APP, WEB_APP, text},
};

const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// Each grant that presents something, and the name of what it presents.
const PRESENTED: [(&str, &str); 3] = [
    ("authorization_code", "code"),
    ("refresh_token", "refresh_token"),
    (DEVICE_CODE, "device_code"),
];

fn assert_refused(answer: &Answer, code: &str) {
    answer.assert_error(StatusCode::BAD_REQUEST, code);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("pragma"), "no-cache");
    assert_eq!(answer.header("www-authenticate"), "");
    let body = answer.json();
    let members: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(members, ["error", "error_description"]);
    // Section 5.2: what a description may be made of.
    let described = text(&body, "error_description");
    assert!(
        described
            .chars()
            .all(|c| matches!(c, ' '..='!' | '#'..='[' | ']'..='~')),
        "{described}"
    );
}

on_both! {
    async fn a_success_is_not_to_be_kept_by_caches(app: TestApp) {
        app.seed(people_and_clients()).await;
        let answer = SERVICE_APP.ask(&app, &[("grant_type", "client_credentials")]).await;
        answer.ok();
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("pragma"), "no-cache");
    }

    async fn the_grant_type_must_be_one_that_there_is(app: TestApp) {
        app.seed(people_and_clients()).await;
        assert_refused(&CLI_APP.ask(&app, &[]).await, "invalid_request");
        assert_refused(&CLI_APP.ask(&app, &[("grant_type", "")]).await, "invalid_request");
        for unknown in ["password", "implicit", "Authorization_Code", "authorization_code ", "device_code", "<script>", "\"\\\u{e9}"] {
            assert_refused(&CLI_APP.ask(&app, &[("grant_type", unknown)]).await, "unsupported_grant_type");
        }
    }

    async fn the_client_must_have_registered_it(app: TestApp) {
        app.seed(people_and_clients()).await;
        for (grant_type, presented) in PRESENTED {
            let answer = SERVICE_APP.ask(&app, &[("grant_type", grant_type), (presented, "x")]).await;
            assert_refused(&answer, "unauthorized_client");
        }
    }

    async fn what_is_presented_must_be_there_and_be_ours(app: TestApp) {
        app.seed(people_and_clients()).await;
        let tokens = CLI_APP.tokens(&app, "offline_access read").await;
        let refresh_token = text(&tokens, "refresh_token");
        let access_token = text(&tokens, "access_token");
        let code = CLI_APP.code(&app, "read").await;
        let other = |token: &str| format!("{}{}", &token[..token.len() - 1], if token.ends_with('A') { 'E' } else { 'A' });
        let forged = [
            "x".to_owned(),
            "'; DROP TABLE grants; --".to_owned(),
            "\u{1F600}".to_owned(),
            "A".repeat(4096),
            access_token,
            other(&refresh_token),
            other(&code),
            refresh_token[..refresh_token.len() - 1].to_owned(),
            format!("{code}{code}"),
        ];
        for (grant_type, presented) in PRESENTED {
            let grant_type = ("grant_type", grant_type);
            assert_refused(&CLI_APP.ask(&app, &[grant_type]).await, "invalid_request");
            assert_refused(&CLI_APP.ask(&app, &[grant_type, (presented, "")]).await, "invalid_request");
            for token in &forged {
                assert_refused(&CLI_APP.ask(&app, &[grant_type, (presented, token)]).await, "invalid_grant");
            }
        }
        // One kind is not taken for another, and nothing of this harmed the real ones.
        let fields = [("grant_type", "authorization_code"), ("code", &*refresh_token)];
        assert_refused(&CLI_APP.ask(&app, &fields).await, "invalid_grant");
        assert_refused(&CLI_APP.refresh(&app, &code).await, "invalid_grant");
        CLI_APP.refresh(&app, &refresh_token).await.ok();
        CLI_APP.redeem(&app, &code).await.ok();
    }

    async fn a_code_is_for_its_client_its_redirect_and_its_time(db: Db) {
        let app = TestApp::start_with(db, &[("AUTH_CODE_EXPIRATION", "1m")]).await;
        app.seed(people_and_clients()).await;
        let code = WEB_APP.code(&app, "openid").await;
        assert_refused(&CLI_APP.redeem(&app, &code).await, "invalid_grant");

        let asking = [("grant_type", "authorization_code"), ("code", &*code), ("code_verifier", VERIFIER)];
        assert_refused(&WEB_APP.ask(&app, &asking).await, "invalid_request");
        for other in ["https://web.example/callback/", "https://evil.example/", "https://WEB.example/callback", "https://web.example/callback?"] {
            let answer = WEB_APP.ask(&app, &[&asking[..], &[("redirect_uri", other)]].concat()).await;
            assert_refused(&answer, "invalid_grant");
        }
        // A foreigner's attempt did not use it up.
        app.advance(Duration::from_secs(59));
        WEB_APP.redeem(&app, &code).await.ok();

        let late = WEB_APP.code(&app, "openid").await;
        app.advance(Duration::from_secs(60));
        assert_refused(&WEB_APP.redeem(&app, &late).await, "invalid_grant");
    }

    async fn a_code_of_somebody_who_was_disabled_is_worth_nothing(app: TestApp) {
        app.seed(people_and_clients()).await;
        let code = WEB_APP.code(&app, "openid").await;
        app.admin().disable_user(UserRequest { username: ALICE.0.into(), ..UserRequest::default() }).await.unwrap();
        assert_refused(&WEB_APP.redeem(&app, &code).await, "invalid_grant");
    }

    async fn parameters_without_a_meaning_are_ignored(app: TestApp) {
        app.seed(people_and_clients()).await;
        let code = WEB_APP.code(&app, "openid").await;
        let fields = [
            ("grant_type", "authorization_code"), ("code", &*code), ("redirect_uri", WEB_CALLBACK),
            ("code_verifier", VERIFIER), ("colour", "red"), ("refresh_token", "x"), ("scope", "admin"), ("nonce", ""),
        ];
        // Section 4.1.3 knows no scope: the code's own counts.
        assert_eq!(WEB_APP.ask(&app, &fields).await.ok()["scope"], "openid");
    }
}
