//! The pages about one's own account: what they end, ends.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{
    Answer, Browser, Form, TestApp,
    oauth::{ALICE, people_and_clients},
    on_both,
    tokens::{CLI_APP, Client, WEB_APP, text},
};

const BOB: (&str, &str) = ("bob", "another battery staple");
/// A service that may introspect everything.
const AUDITOR: Client = Client {
    id: "auditor",
    secret: Some("auditor-Zk3v9QmB7xLr2TnYpW5sHd8cJf1gKa6e"),
    callback: "",
};

async fn seed(app: &TestApp) {
    app.seed(people_and_clients()).await;
    app.seed(json!({
        "users": [{"username": BOB.0, "password": BOB.1}],
        "clients": [{
            "client_id": AUDITOR.id, "client_secret": AUDITOR.secret,
            "grant_types": ["client_credentials"], "scope": "read", "introspect_any": true,
        }],
    }))
    .await;
}

async fn signed_in(app: &TestApp, (username, password): (&str, &str)) -> Browser {
    let browser = app.browser();
    let answer = browser.sign_in(username, password).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    browser
}

async fn active(app: &TestApp, token: &str) -> bool {
    AUDITOR.introspect(app, token).await["active"] == true
}

/// The token of the forms of a page.
fn csrf(page: &Answer) -> Form {
    let mut form = page.form("/logout");
    form.fields.retain(|(name, _)| name == "csrf_token");
    form
}

/// Posts to `path` with the page's token, and follows.
async fn post(browser: &Browser, page: &Answer, path: &str, fields: &[(&str, &str)]) -> Answer {
    let form = Form {
        action: path.to_owned(),
        ..csrf(page)
    };
    browser.submit(&form, fields).await
}

/// Where the row's form that ends in `/{action}` posts.
fn action(page: &Answer, action: &str) -> Form {
    page.form(&format!("/{action}"))
}

/// The id in `/some/path/{id}/action`.
fn id_in(form: &Form) -> String {
    let parts: Vec<&str> = form.action.split('/').collect();
    parts[parts.len() - 2].to_owned()
}

on_both! {
    /// Disabled, enabled, ended: at each step the tokens follow at once.
    async fn an_app_is_suspended_and_ended_with_all_its_tokens(app: TestApp) {
        seed(&app).await;
        let tokens = CLI_APP.tokens(&app, "openid offline_access").await;
        let (access, refresh) = (text(&tokens, "access_token"), text(&tokens, "refresh_token"));
        let browser = signed_in(&app, ALICE).await;
        let page = browser.get("/account/sessions").await;
        assert!(page.text().contains("Command line"), "{}", page.text());
        assert!(active(&app, &access).await);

        let page = browser.submit(&action(&page, "disable"), &[]).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(!active(&app, &access).await);
        let refused = CLI_APP.ask(&app, &[("grant_type", "refresh_token"), ("refresh_token", &refresh)]).await;
        refused.assert_error(StatusCode::BAD_REQUEST, "invalid_grant");

        let page = browser.submit(&action(&page, "enable"), &[]).await;
        assert!(active(&app, &access).await);
        let refreshed = CLI_APP.ask(&app, &[("grant_type", "refresh_token"), ("refresh_token", &refresh)]).await.ok();

        // For good: asked once more where the page asks.
        let form = action(&page, "revoke");
        let page = browser.submit(&form, &[]).await;
        assert_eq!(page.status, StatusCode::OK);
        for token in [&access, &text(&refreshed, "access_token")] {
            assert!(!active(&app, token).await);
        }
        let again = browser.submit(&form, &[]).await;
        assert!(again.status.is_success(), "twice is fine: {}", again.status);
    }

    async fn signing_out_everywhere_ends_apps_and_browsers(app: TestApp) {
        seed(&app).await;
        let token = text(&WEB_APP.tokens(&app, "openid").await, "access_token");
        let (here, elsewhere) = (signed_in(&app, ALICE).await, signed_in(&app, ALICE).await);
        let page = here.get("/account/sessions/revoke-all").await;
        let form = page.form("/account/sessions/revoke-all");
        let fields: Vec<&str> = form.fields.iter().map(|(name, _)| name.as_str()).collect();
        let page = here.submit(&form, &[("what", "apps"), ("sign_ins", "")]).await;
        assert_eq!(page.status, StatusCode::OK, "{fields:?} {}", page.text());
        assert!(!active(&app, &token).await);
        assert_eq!(elsewhere.get("/account/sessions").await.status, StatusCode::OK);
        assert!(elsewhere.get("/account/sessions").await.heading() != "Sign in");
    }

    async fn what_was_allowed_is_taken_back_with_its_tokens(app: TestApp) {
        seed(&app).await;
        let token = text(&WEB_APP.tokens(&app, "openid read").await, "access_token");
        let browser = signed_in(&app, ALICE).await;
        let page = browser.get("/account/authorizations").await;
        assert!(page.text().contains("Web app"), "{}", page.text());
        let page = browser.submit(&action(&page, "revoke"), &[]).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(!active(&app, &token).await);
    }

    async fn an_own_app_waits_for_approval_and_shows_its_secret_once(app: TestApp) {
        seed(&app).await;
        let browser = signed_in(&app, ALICE).await;
        let form = browser.get("/apps/new").await.form("/apps");
        let values = [("client_name", "<b>Report</b>"), ("redirect_uris", "https://report.example/cb")];
        let wrong = browser.submit(&form, &[("client_name", "Report"), ("redirect_uris", "nowhere")]).await;
        assert!(wrong.status.is_client_error());
        assert!(wrong.text().contains("nowhere"), "what was typed stays");

        let made = browser.submit(&form, &values).await;
        assert_eq!(made.status, StatusCode::OK, "{}", made.text());
        let again = browser.submit(&form, &values).await;
        assert_eq!(again.heading(), "Created already");
        assert!(!again.text().contains("ago_"));
        assert!(!made.text().contains("<b>Report"));
        let secret = made.text().split("ago_").nth(1).expect("the secret is shown").get(..52).map(|rest| format!("ago_{rest}"));
        let list = browser.get("/apps").await;
        assert!(!list.text().contains("ago_"));
        let id = list.text().split("/apps/").find_map(|rest| rest.get(..36).filter(|id| id.contains('-'))).expect("a link to it").to_owned();
        let page = browser.get(&format!("/apps/{id}")).await;
        assert!(!page.text().contains("ago_"));

        // Another person's is nobody's.
        let bob = signed_in(&app, BOB).await;
        let bobs = bob.get("/apps").await;
        for path in [format!("/apps/{id}"), format!("/apps/{id}/edit"), format!("/apps/{id}/delete")] {
            assert_eq!(bob.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        for name in ["delete", "regenerate-secret"] {
            let answer = post(&bob, &bobs, &format!("/apps/{id}/{name}"), &[]).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{name}");
        }

        let request = || app.request(Method::POST, "/oauth/introspect").basic(&id, secret.as_deref().unwrap()).form(&[("token", "x")]);
        assert_eq!(request().send().await.status, StatusCode::UNAUTHORIZED, "it waits");
        let approve = authgate_proto::v1::ApproveClientRequest { client_id: id.clone() };
        app.admin().approve_client(approve).await.unwrap();
        assert_eq!(request().send().await.status, StatusCode::OK);
        let page = browser.get(&format!("/apps/{id}")).await;
        let refused = post(&browser, &page, &format!("/apps/{id}/delete"), &[]).await;
        assert!(refused.status.is_client_error() || refused.text().contains("active"), "{}", refused.text());
        let form = browser.get(&format!("/apps/{id}/regenerate-secret")).await.form("/regenerate-secret");
        let again = browser.submit(&form, &[]).await;
        assert!(again.text().contains("ago_"), "{}", again.text());
        let reloaded = browser.submit(&form, &[]).await;
        assert_eq!(reloaded.status, StatusCode::CONFLICT);
        assert!(!reloaded.text().contains("ago_"), "{}", reloaded.text());
        assert_eq!(request().send().await.status, StatusCode::UNAUTHORIZED, "the old secret is over");
    }

    async fn what_is_somebody_else_s_is_not_there(app: TestApp) {
        seed(&app).await;
        let token = text(&WEB_APP.tokens(&app, "openid read").await, "access_token");
        let (alice, bob) = (signed_in(&app, ALICE).await, signed_in(&app, BOB).await);
        let grant = id_in(&action(&alice.get("/account/sessions").await, "revoke"));
        let consent = id_in(&action(&alice.get("/account/authorizations").await, "revoke"));
        let page = bob.get("/account/sessions").await;
        assert!(!page.text().contains("Web app"));
        for path in [
            format!("/account/sessions/{grant}/revoke"),
            format!("/account/sessions/{grant}/disable"),
            format!("/account/authorizations/{consent}/revoke"),
            "/account/sessions/sign-ins/x/end".to_owned(),
            "/account/sessions/x/revoke".to_owned(),
            "/account/sessions/%00/enable".to_owned(),
        ] {
            let answer = post(&bob, &page, &path, &[]).await;
            assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
        }
        assert!(active(&app, &token).await);
        // Nor does anything happen without the page's own form.
        for path in [format!("/account/sessions/{grant}/revoke"), "/account/sessions/revoke-all".to_owned(), "/account/password".to_owned(), "/account/profile".to_owned()] {
            let form = Form { action: path.clone(), fields: vec![("csrf_token".into(), "x".into())] };
            let answer = alice.submit(&form, &[("current_password", ALICE.1), ("new_password", "a longer one"), ("new_password_again", "a longer one"), ("updated_at", "0")]).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        }
        assert!(active(&app, &token).await);
    }

    async fn nonsense_gets_a_page(app: TestApp) {
        seed(&app).await;
        let browser = signed_in(&app, ALICE).await;
        let long = "x".repeat(5000);
        for path in [
            "/account/sessions?page=-1&page_size=9999999999&status=%3Cscript%3E".to_owned(),
            "/account/sessions?page_token=after.nonsense".to_owned(),
            "/account/sessions?page_token=last".to_owned(),
            format!("/account/sessions?search={long}"),
            "/account/sessions?search=%25_%27%3B--%3Ci%3E".to_owned(),
            "/apps?page_token=before.%F0%9F%A6%80".to_owned(),
            "/account/authorizations?page_token=x".to_owned(),
            "/apps/nothing".to_owned(),
            "/apps/%2e%2e%2fadmin".to_owned(),
        ] {
            let answer = browser.get(&path).await;
            let fine = answer.status.is_success() || answer.status.is_client_error();
            assert!(fine, "{path}: {}", answer.status);
            assert!(!answer.text().contains("<script>") && !answer.text().contains("<i>"), "{path}");
            assert!(answer.text().contains("</html>"), "{path}");
        }
    }

    async fn a_new_password_keeps_this_browser_and_ends_the_rest(app: TestApp) {
        seed(&app).await;
        let token = text(&WEB_APP.tokens(&app, "openid").await, "access_token");
        let (here, elsewhere) = (signed_in(&app, ALICE).await, signed_in(&app, ALICE).await);
        let form = here.get("/account/password").await.form("/account/password");
        let change = |current: &'static str, new: &'static str, again: &'static str| {
            [("current_password", current), ("new_password", new), ("new_password_again", again)]
        };
        for wrong in [
            change("wrong", "a long new password", "a long new password"),
            change(ALICE.1, "qzxj7", "qzxj7"),
            change(ALICE.1, "a long new password", "another long one"),
            change(ALICE.1, ALICE.1, ALICE.1),
        ] {
            let refused = here.submit(&form, &wrong).await;
            assert!(refused.status.is_client_error(), "{wrong:?}: {}", refused.status);
            assert!(!refused.text().contains(wrong[1].1), "no password is shown again");
        }
        assert!(active(&app, &token).await);
        let done = here.submit(&form, &change(ALICE.1, "a long new password", "a long new password")).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.text());
        assert!(!active(&app, &token).await);
        assert!(here.get_only("/account/profile").await.status.is_success());
        assert!(elsewhere.get_only("/account/profile").await.status.is_redirection());
        let old: Value = json!(app.browser().sign_in(ALICE.0, ALICE.1).await.status.as_u16());
        assert_eq!(old, 401);
        signed_in(&app, (ALICE.0, "a long new password")).await;
    }
}
