//! The pages and the API of administration, through the whole app.

mod audit;
mod events;
mod guards;
mod pages;

use axum::http::StatusCode;
use serde_json::json;

use crate::support::{Answer, Browser, Form, TestApp, oauth::people_and_clients, tokens::Client};

pub const ROOT: (&str, &str) = ("root", "the root of all battery");
/// A service that may introspect everything.
pub const AUDITOR: Client = Client {
    id: "auditor",
    secret: Some("auditor-Zk3v9QmB7xLr2TnYpW5sHd8cJf1gKa6e"),
    callback: "",
};

/// People, clients, and an admin.
async fn seed(app: &TestApp) {
    app.seed(people_and_clients()).await;
    app.seed(json!({
        "users": [{"username": ROOT.0, "password": ROOT.1, "role": "admin"}],
        "clients": [{
            "client_id": AUDITOR.id, "client_secret": AUDITOR.secret, "client_name": "Auditor",
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

/// Posts to `path` with the token of `page`, and follows.
async fn post(browser: &Browser, page: &Answer, path: &str, fields: &[(&str, &str)]) -> Answer {
    let mut form = page.form("/logout");
    form.fields.retain(|(name, _)| name == "csrf_token");
    form.action = path.to_owned();
    browser.submit(&form, fields).await
}

/// Goes to `path`, and sends the form there that posts to `action`.
async fn fill(
    browser: &Browser,
    path: &str,
    action: &str,
    fields: &[(&str, &str)],
) -> (Form, Answer) {
    let page = browser.get(path).await;
    let form = page.form(action);
    let answer = browser.submit(&form, fields).await;
    (form, answer)
}
