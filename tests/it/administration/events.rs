//! Every kind of event is written, by whom and about what it was done.

use std::{collections::BTreeSet, time::Duration};

use axum::http::{Method, StatusCode};
use scraper::Html;
use serde_json::{Value, json};

use super::{AUDITOR, ROOT, fill, post, seed, signed_in};
use crate::support::{
    Answer, Browser, Db, TestApp,
    oauth::{ALICE, authorize_path, web_request},
    on_both,
    tokens::{CLI_APP, SERVICE_APP, WEB_APP, text},
};

const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// Alice's, from the middle on.
const NEW_PASSWORD: &str = "a new one that nobody guesses";
/// Event, severity, who did it, the kind of thing it is about, what came of it. Guests and
/// who works on the command line have no name.
const WRITTEN: &str = "
    AUTHENTICATION_SUCCESS          | INFO     | alice        | SESSION       | ok
    AUTHENTICATION_FAILURE          | WARNING  |              | USER          | failed
    RATE_LIMIT_EXCEEDED             | WARNING  |              |               | failed
    LOGOUT                          | INFO     | alice        | SESSION       | ok
    SESSION_REVOKED                 | INFO     | alice        | SESSION       | ok
    SESSION_REVOKED                 | INFO     | root         | SESSION       | ok
    DEVICE_CODE_GENERATED           | INFO     | Command line | DEVICE_CODE   | ok
    DEVICE_CODE_AUTHORIZED          | INFO     | alice        | DEVICE_CODE   | ok
    DEVICE_CODE_DENIED              | INFO     | alice        | DEVICE_CODE   | ok
    AUTHORIZATION_CODE_GENERATED    | INFO     | alice        | AUTHORIZATION | ok
    AUTHORIZATION_CODE_DENIED       | INFO     | alice        | CLIENT        | ok
    AUTHORIZATION_CODE_EXCHANGED    | INFO     | Web app      | AUTHORIZATION | ok
    USER_AUTHORIZATION_GRANTED      | INFO     | alice        | AUTHORIZATION | ok
    USER_AUTHORIZATION_REVOKED      | INFO     | alice        | AUTHORIZATION | ok
    USER_AUTHORIZATION_REVOKED      | INFO     | root         | AUTHORIZATION | ok
    ACCESS_TOKEN_ISSUED             | INFO     | alice        | TOKEN         | ok
    REFRESH_TOKEN_ISSUED            | INFO     | alice        | TOKEN         | ok
    ID_TOKEN_ISSUED                 | INFO     | alice        | TOKEN         | ok
    CLIENT_CREDENTIALS_TOKEN_ISSUED | INFO     | Service      | TOKEN         | ok
    TOKEN_REFRESHED                 | INFO     | alice        | TOKEN         | ok
    TOKEN_INTROSPECTED              | INFO     | Auditor      | TOKEN         | ok
    SUSPICIOUS_ACTIVITY             | CRITICAL | Web app      | TOKEN         | failed
    TOKEN_REVOKED                   | INFO     | Service      | TOKEN         | ok
    TOKEN_DISABLED                  | INFO     | alice        | TOKEN         | ok
    TOKEN_ENABLED                   | INFO     | alice        | TOKEN         | ok
    TOKEN_REVOKED                   | INFO     | alice        | TOKEN         | ok
    TOKEN_ENABLED                   | ERROR    | alice        | TOKEN         | failed
    TOKEN_DISABLED                  | INFO     | root         | TOKEN         | ok
    TOKEN_ENABLED                   | INFO     | root         | TOKEN         | ok
    TOKEN_REVOKED                   | INFO     | root         | TOKEN         | ok
    TOKEN_ENABLED                   | ERROR    | root         | TOKEN         | failed
    USER_TOKENS_REVOKED_ALL         | CRITICAL | alice        | USER          | ok
    USER_TOKENS_REVOKED_ALL         | CRITICAL | root         | USER          | ok
    CLIENT_TOKENS_REVOKED_ALL       | CRITICAL | root         | CLIENT        | ok
    USER_UPDATED                    | INFO     | alice        | USER          | ok
    USER_PASSWORD_CHANGED           | WARNING  | alice        | USER          | ok
    CLIENT_CREATED                  | INFO     | alice        | CLIENT        | ok
    CLIENT_UPDATED                  | INFO     | alice        | CLIENT        | ok
    CLIENT_SECRET_REGENERATED       | WARNING  | alice        | CLIENT        | ok
    CLIENT_DELETED                  | WARNING  | alice        | CLIENT        | ok
    CLIENT_REGISTERED               | INFO     | New app      | CLIENT        | ok
    CLIENT_UPDATED                  | INFO     | Newer app    | CLIENT        | ok
    CLIENT_DELETED                  | WARNING  | Newer app    | CLIENT        | ok
    CLIENT_CREATED                  | INFO     | root         | CLIENT        | ok
    CLIENT_UPDATED                  | WARNING  | root         | CLIENT        | ok
    CLIENT_DEACTIVATED              | WARNING  | root         | CLIENT        | ok
    CLIENT_ACTIVATED                | INFO     | root         | CLIENT        | ok
    CLIENT_APPROVED                 | INFO     | root         | CLIENT        | ok
    CLIENT_REJECTED                 | INFO     | root         | CLIENT        | ok
    CLIENT_SECRET_REGENERATED       | WARNING  | root         | CLIENT        | ok
    CLIENT_DELETED                  | WARNING  | root         | CLIENT        | ok
    USER_CREATED                    | INFO     | root         | USER          | ok
    USER_CREATED                    | INFO     |              | USER          | ok
    USER_UPDATED                    | INFO     | root         | USER          | ok
    USER_ROLE_CHANGED               | WARNING  | root         | USER          | ok
    USER_PASSWORD_RESET             | WARNING  | root         | USER          | ok
    USER_DISABLED                   | WARNING  | root         | USER          | ok
    USER_ENABLED                    | INFO     | root         | USER          | ok
    USER_DELETED                    | WARNING  | root         | USER          | ok
    SIGNING_KEYS_ROTATED            | WARNING  | root         | KEY           | ok
    SIGNING_KEY_WITHDRAWN           | WARNING  | root         | KEY           | ok
    AUDIT_LOG_VIEWED                | INFO     | root         | AUDIT_LOG     | ok
    AUDIT_LOG_EXPORTED              | INFO     | root         | AUDIT_LOG     | ok
";

/// Events that can't happen here, and why.
const NOT_HERE: [(&str, &str); 3] = [
    (
        "OAUTH_AUTHENTICATION",
        "there is no other identity source yet",
    ),
    ("OAUTH_CONNECTION_DELETED", "nor a linked identity"),
    (
        "AUDIT_EVENTS_DROPPED",
        "the conformance tests of the store fill the line",
    ),
];

on_both! {
    async fn each_kind_of_event_is_written(db: Db) {
        let app = TestApp::start_with(db, &[("ENABLE_DYNAMIC_CLIENT_REGISTRATION", "true")]).await;
        seed(&app).await;
        let root = signed_in(&app, ROOT).await;
        guess(&app).await;
        ask_for_codes(&app).await;
        use_tokens(&app).await;
        look_after_access(&app).await;
        look_after_the_account(&app).await;
        keep_an_own_app(&app).await;
        register(&app).await;
        administer_clients(&app, &root).await;
        administer_tokens(&app, &root).await;
        administer_users(&app, &root).await;
        fill(&root, "/admin/keys", "/admin/keys/rotate", &[]).await.1.assert_ok();
        // The new keys sign by now.
        app.advance(Duration::from_secs(15 * 60));
        let keys = root.get("/admin/keys").await;
        press(&root, &keys, "/admin/keys/withdraw", &[]).await;
        root.get("/admin/audit").await.assert_ok();
        root.get("/admin/audit/export?format=csv").await.assert_ok();
        // What comes often is gathered for a minute.
        app.advance(Duration::from_secs(120));

        let mut missing = Vec::new();
        for _ in 0..100 {
            let log = root.get("/admin/audit/export?format=jsonl").await;
            let entries: Vec<Value> = log.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            missing = written().filter(|row| !entries.iter().any(|entry| row_of(entry) == *row)).collect();
            if missing.is_empty() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert!(missing.is_empty(), "not in the log: {missing:#?}");
    }
}

/// The rows of the table.
fn written() -> impl Iterator<Item = [&'static str; 5]> {
    let rows = WRITTEN.trim().lines();
    rows.map(|row| {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        cells.try_into().expect("a row has five cells")
    })
}

/// An exported entry as a row.
fn row_of(entry: &Value) -> [&str; 5] {
    let text = |name: &str| entry[name].as_str().unwrap_or_default();
    let outcome = if entry["success"] == true {
        "ok"
    } else {
        "failed"
    };
    [
        text("event_type"),
        text("severity"),
        text("actor_username"),
        text("resource_type"),
        outcome,
    ]
}

/// The table above leaves out none of the events that the core knows and the page offers.
#[tokio::test]
async fn no_kind_of_event_is_left_out() {
    let source = include_str!("../../../core-service/src/audit/event.rs");
    let known: BTreeSet<&str> = source
        .lines()
        .filter_map(|line| line.split_once(" = \"")?.1.split_once("\" =>"))
        .map(|(name, _)| name)
        .collect();
    assert!(known.len() > 40, "{known:?}");
    let written = written().map(|[event, ..]| event);
    let here: BTreeSet<&str> = written.chain(NOT_HERE.map(|(name, _)| name)).collect();
    assert_eq!(here, known);

    let app = TestApp::start(Db::Sqlite).await;
    seed(&app).await;
    let page = signed_in(&app, ROOT).await.get("/admin/audit").await;
    let page = Html::parse_document(page.text());
    let options = scraper::Selector::parse("select[name=event_type] option").unwrap();
    let offered: BTreeSet<&str> = page
        .select(&options)
        .filter_map(|option| option.attr("value"))
        .filter(|value| !value.is_empty())
        .collect();
    assert_eq!(offered, known);
}

/// Sends the form of `page` that posts to a path with this end, and wants a page.
async fn press(browser: &Browser, page: &Answer, action: &str, fields: &[(&str, &str)]) -> Answer {
    let answer = browser.submit(&page.form(action), fields).await;
    answer.assert_ok();
    answer
}

async fn guess(app: &TestApp) {
    for _ in 0..7 {
        app.browser()
            .at("192.0.2.66")
            .sign_in(ALICE.0, "wrong")
            .await;
    }
}

async fn ask_for_codes(app: &TestApp) {
    let alice = signed_in(app, ALICE).await;
    for decision in ["approve", "deny"] {
        let asked = CLI_APP
            .post(app, "/oauth/device/code", &[("scope", "read")])
            .await
            .ok();
        let page = alice
            .get(&format!("/device?user_code={}", text(&asked, "user_code")))
            .await;
        press(&alice, &page, "/device/verify", &[("action", decision)]).await;
        let device_code = text(&asked, "device_code");
        app.advance(Duration::from_secs(10));
        CLI_APP
            .ask(
                app,
                &[("grant_type", DEVICE_GRANT), ("device_code", &device_code)],
            )
            .await;
    }
    let consent = alice
        .get(&authorize_path(&web_request(&[("scope", "write")])))
        .await;
    let denied = alice
        .submit(&consent.form("/oauth/authorize"), &[("action", "deny")])
        .await;
    assert_eq!(
        denied.redirect_parameter("error").as_deref(),
        Some("access_denied")
    );
}

async fn use_tokens(app: &TestApp) {
    let code = WEB_APP.code(app, "openid offline_access").await;
    let tokens = WEB_APP.redeem(app, &code).await.ok();
    WEB_APP
        .refresh(app, &text(&tokens, "refresh_token"))
        .await
        .ok();
    AUDITOR
        .introspect(app, &text(&tokens, "access_token"))
        .await;
    WEB_APP
        .redeem(app, &code)
        .await
        .assert_error(StatusCode::BAD_REQUEST, "invalid_grant");
    let own = SERVICE_APP.own_token(app).await;
    SERVICE_APP
        .post(app, "/oauth/revoke", &[("token", &own)])
        .await
        .assert_ok();
}

async fn look_after_access(app: &TestApp) {
    WEB_APP.tokens(app, "openid read").await;
    let alice = signed_in(app, ALICE).await;
    let page = alice
        .get("/account/sessions?status=active&search=Web")
        .await;
    let path = page.form("/disable").action;
    let grant = path.split('/').nth(3).unwrap();
    for (action, done) in [
        ("disable", true),
        ("enable", true),
        ("revoke", true),
        ("enable", false),
    ] {
        let path = format!("/account/sessions/{grant}/{action}");
        let answer = post(&alice, &page, &path, &[]).await;
        assert_eq!(
            answer.status.is_success(),
            done,
            "{action}: {}",
            answer.text()
        );
    }
    let page = alice.get("/account/authorizations").await;
    press(&alice, &page, "/revoke", &[]).await;
}

async fn look_after_the_account(app: &TestApp) {
    signed_in(app, ALICE).await;
    let alice = signed_in(app, ALICE).await;
    let page = alice.get("/account/sessions").await;
    press(&alice, &page, "/end", &[]).await;
    fill(
        &alice,
        "/account/profile",
        "/account/profile",
        &[("name", "Alice P. Liddell")],
    )
    .await
    .1
    .assert_ok();
    let passwords = [
        ("current_password", ALICE.1),
        ("new_password", NEW_PASSWORD),
        ("new_password_again", NEW_PASSWORD),
    ];
    fill(&alice, "/account/password", "/account/password", &passwords)
        .await
        .1
        .assert_ok();
    let all = "/account/sessions/revoke-all";
    fill(&alice, all, all, &[("sign_ins", "")])
        .await
        .1
        .assert_ok();
    let page = alice.get("/").await;
    press(&alice, &page, "/logout", &[]).await;
}

async fn keep_an_own_app(app: &TestApp) {
    let alice = signed_in(app, (ALICE.0, NEW_PASSWORD)).await;
    let values = [
        ("client_name", "Report"),
        ("redirect_uris", "https://report.example/cb"),
    ];
    let (_, made) = fill(&alice, "/apps/new", "/apps", &values).await;
    made.assert_ok();
    let list = alice.get("/apps").await;
    let id = list
        .text()
        .split("/apps/")
        .find_map(|rest| rest.get(..36).filter(|id| id.contains('-')))
        .unwrap();
    let path = format!("/apps/{id}");
    fill(
        &alice,
        &format!("{path}/edit"),
        &path,
        &[("client_name", "Reports")],
    )
    .await
    .1
    .assert_ok();
    for action in ["regenerate-secret", "delete"] {
        let path = format!("{path}/{action}");
        fill(&alice, &path, &path, &[]).await.1.assert_ok();
    }
}

async fn register(app: &TestApp) {
    let document =
        |name: &str| json!({ "client_name": name, "redirect_uris": ["https://new.example/cb"] });
    let request = app
        .request(Method::POST, "/oauth/register")
        .json(&document("New app"));
    let registered = request.send().await.json();
    let (id, token) = (
        text(&registered, "client_id"),
        text(&registered, "registration_access_token"),
    );
    let path = format!("/oauth/register/{id}");
    let mut changed = document("Newer app");
    changed["client_id"] = json!(id);
    app.request(Method::PUT, &path)
        .bearer(&token)
        .json(&changed)
        .send()
        .await
        .ok();
    let gone = app
        .request(Method::DELETE, &path)
        .bearer(&token)
        .send()
        .await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.text());
}

async fn administer_clients(app: &TestApp, root: &Browser) {
    let waiting = json!({ "client_name": "Waiting", "redirect_uris": ["https://wait.example/cb"] });
    for decision in ["approve", "reject"] {
        let request = app.request(Method::POST, "/oauth/register").json(&waiting);
        let id = text(&request.send().await.json(), "client_id");
        let path = format!("/admin/clients/{id}/{decision}");
        let from = format!("/admin/clients/{id}");
        fill(root, &from, &path, &[]).await.1.assert_ok();
    }
    let values = [
        ("client_name", "Figures"),
        ("client_id", "figures"),
        ("type", "confidential"),
        ("redirect_uris", "https://figures.example/cb"),
    ];
    fill(root, "/admin/clients/new", "/admin/clients", &values)
        .await
        .1
        .assert_ok();
    let path = "/admin/clients/figures";
    fill(
        root,
        &format!("{path}/edit"),
        path,
        &[("token_profile", "long")],
    )
    .await
    .1
    .assert_ok();
    for action in [
        "regenerate-secret",
        "revoke-all",
        "deactivate",
        "activate",
        "delete",
    ] {
        let path = format!("{path}/{action}");
        fill(root, &path, &path, &[]).await.1.assert_ok();
    }
}

async fn administer_tokens(app: &TestApp, root: &Browser) {
    SERVICE_APP.own_token(app).await;
    let page = root
        .get("/admin/tokens?client_id=service&status=active")
        .await;
    let path = page.form("/disable").action;
    let path = path.strip_suffix("/disable").unwrap();
    for (action, done) in [
        ("disable", true),
        ("enable", true),
        ("revoke", true),
        ("enable", false),
    ] {
        let answer = post(root, &page, &format!("{path}/{action}"), &[]).await;
        assert_eq!(
            answer.status.is_success(),
            done,
            "{action}: {}",
            answer.text()
        );
    }
}

async fn administer_users(app: &TestApp, root: &Browser) {
    use authgate_proto::v1::{CreateUserRequest, UserRequest};
    let request = CreateUserRequest {
        username: "dora".to_owned(),
        ..CreateUserRequest::default()
    };
    app.admin().create_user(request).await.unwrap();

    let carol = ("carol", "carol's own words");
    let values = [
        ("username", carol.0),
        ("role", "user"),
        ("password_by", "typed"),
        ("password", carol.1),
    ];
    fill(root, "/admin/users/new", "/admin/users", &values)
        .await
        .1
        .assert_ok();
    let request = UserRequest {
        username: carol.0.to_owned(),
        ..UserRequest::default()
    };
    let id = app
        .admin()
        .get_user(request)
        .await
        .unwrap()
        .into_inner()
        .user_id;
    let path = format!("/admin/users/{id}");
    for change in [("name", "Carol"), ("role", "admin")] {
        fill(root, &format!("{path}/edit"), &path, &[change])
            .await
            .1
            .assert_ok();
    }
    let browser = signed_in(app, carol).await;
    let consent = browser.get(&authorize_path(&web_request(&[]))).await;
    browser
        .submit(&consent.form("/oauth/authorize"), &[("action", "approve")])
        .await;
    for (part, action) in [("authorizations", "/revoke"), ("sessions", "/end")] {
        let page = root.get(&format!("{path}/{part}")).await;
        press(root, &page, action, &[]).await;
    }
    for action in ["revoke-all", "reset-password", "disable"] {
        let path = format!("{path}/{action}");
        fill(root, &path, &path, &[]).await.1.assert_ok();
    }
    let page = root.get(&path).await;
    press(root, &page, "/enable", &[]).await;
    let path = format!("{path}/delete");
    fill(root, &path, &path, &[]).await.1.assert_ok();
}
