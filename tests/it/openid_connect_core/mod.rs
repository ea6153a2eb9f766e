//! OpenID Connect Core 1.0: how a person is authenticated for a request, what the
//! ID token says of it, and what UserInfo says of the person.

mod authentication;
mod id_token;
mod userinfo;

use http::Method;
use serde_json::{Value, json};

use crate::support::{
    Answer, Browser, TestApp,
    oauth::{ALICE, WEB, WEB_CALLBACK, authorize, claims, redeem_for_web, web_request},
};

/// Somebody of whom nothing is known but the name.
const BOB: (&str, &str) = ("bob", "wrong horse battery staple");

/// [`ALICE`] with every standard claim, [`BOB`] with none, and [`WEB`], registered
/// with `metadata` in addition.
fn world(metadata: Value) -> Value {
    let mut client = json!({
        "client_id": WEB.0,
        "client_secret": WEB.1,
        "client_name": "Web app",
        "redirect_uris": [WEB_CALLBACK],
        "grant_types": [
            "authorization_code",
            "refresh_token",
            "client_credentials",
            "urn:ietf:params:oauth:grant-type:device_code",
        ],
        "scope": "openid profile email address phone offline_access read",
    });
    for (name, value) in metadata.as_object().unwrap() {
        client[name] = value.clone();
    }
    json!({
        "users": [
            {
                "username": ALICE.0,
                "password": ALICE.1,
                "name": "Alice P. Liddell",
                "given_name": "Alice",
                "family_name": "Liddell",
                "middle_name": "Pleasance",
                "nickname": "Al",
                "preferred_username": "alice.liddell",
                "profile": "https://people.example/alice",
                "picture": "https://people.example/alice.png",
                "website": "https://alice.example/",
                "gender": "female",
                "birthdate": "1852-05-04",
                "zoneinfo": "Europe/London",
                "locale": "en-GB",
                "updated_at": 1_600_000_000,
                "email": "alice@people.example",
                "email_verified": true,
                "phone_number": "+44 1865 276150",
                "phone_number_verified": false,
                "address": { "locality": "Oxford", "country": "GB" },
            },
            {
                "username": BOB.0,
                "password": BOB.1,
                "updated_at": 1_600_000_000,
                "nickname": "",
                "address": {},
            },
        ],
        "clients": [client],
    })
}

/// A browser in which that person is signed in.
async fn browser_of(app: &TestApp, (username, password): (&str, &str)) -> Browser {
    let browser = app.browser();
    browser.sign_in(username, password).await;
    browser
}

/// The token response to a request for a code by [`WEB`] with these changes,
/// after everything that a person is asked.
async fn tokens(app: &TestApp, browser: &Browser, changes: &[(&str, &str)]) -> Value {
    let answer = authorize(browser, &web_request(changes)).await;
    redeem(app, &answer).await
}

/// The token response to the code in `answer`.
async fn redeem(app: &TestApp, answer: &Answer) -> Value {
    let code = answer.redirect_parameter("code");
    let code = code.unwrap_or_else(|| panic!("no code: {}", answer.location()));
    redeem_for_web(app, &code).await.ok()
}

/// The text of a member.
#[track_caller]
fn text<'a>(document: &'a Value, name: &str) -> &'a str {
    document[name]
        .as_str()
        .unwrap_or_else(|| panic!("{name} is no text: {document}"))
}

/// The claims of the ID token in a token response.
#[track_caller]
fn id_token(tokens: &Value) -> Value {
    claims(text(tokens, "id_token"))
}

/// The token endpoint's answer to [`WEB`].
async fn token_request(app: &TestApp, fields: &[(&str, &str)]) -> Answer {
    let request = app.request(Method::POST, "/oauth/token");
    request.basic(WEB.0, WEB.1).form(fields).send().await
}
