//! RFC 6749 section 4.1, the authorization endpoint: who is told of which error,
//! where answers go, and what people are asked.

mod consent;
mod errors;
mod redirect_uri;
mod request;

use std::borrow::Cow;

use http::StatusCode;
use url::Url;

use crate::support::{Answer, TestApp};

/// Checks that a person sees a page, and that nothing goes anywhere else.
#[track_caller]
fn assert_page(answer: &Answer, status: StatusCode) {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(answer.header("location"), "");
    assert!(answer.header("content-type").starts_with("text/html"));
    assert!(!answer.text().contains("http-equiv"), "{}", answer.text());
}

/// Checks that the page tells the app's developer `code`.
#[track_caller]
fn assert_page_with(answer: &Answer, code: &str) {
    assert_page(answer, StatusCode::BAD_REQUEST);
    assert!(answer.text().contains(code), "{code}: {}", answer.text());
}

/// Checks that the page says that the request is not there any more.
#[track_caller]
fn assert_gone(answer: &Answer) {
    assert_page(answer, StatusCode::NOT_FOUND);
}

/// Checks that the client at `redirect_uri` is told `code`, with its state and the
/// issuer (RFC 9207).
#[track_caller]
fn assert_error(app: &TestApp, answer: &Answer, redirect_uri: &str, code: &str) {
    let location = answer.location();
    assert!(
        location.starts_with(&format!("{redirect_uri}?")),
        "{location}"
    );
    let told = Url::parse(location).unwrap();
    let value = |name: &str| {
        let found = told.query_pairs().find(|(key, _)| key == name);
        found.map_or(Cow::Borrowed(""), |(_, value)| value)
    };
    assert_eq!(value("error"), code, "{location}");
    assert_eq!(value("state"), "st4te", "{location}");
    assert_eq!(value("iss"), app.issuer(), "{location}");
    assert_eq!(value("code"), "", "{location}");
}
