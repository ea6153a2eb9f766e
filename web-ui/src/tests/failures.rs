//! What people see when something is wrong: with the form, with the core, with an app.

use authgate_proto::error::{ErrorCode, OAuthError};
use axum::body::Body;
use http::{Request, StatusCode, header};
use tonic::Status;

use super::{Answer, Call, Script, Site, config, everything};
use crate::{ErrorView, error_page};

async fn device_with(status: Status) -> Answer {
    let site = Site::new(Script {
        view_device: Some(Err(status)),
        ..Script::default()
    });
    site.get("/device").await
}

#[tokio::test]
async fn a_core_that_is_away_is_503_with_retry_after() {
    let page = device_with(Status::unavailable("connection to db-7 refused")).await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(page.header(header::RETRY_AFTER), "5");
    page.shows("Not available right now");
    page.shows("Try again in 5 seconds");
    page.shows("<code>request-7</code>");
    page.hides("db-7");
}

#[tokio::test]
async fn a_fault_is_500_and_says_nothing_internal() {
    let page = device_with(Status::internal("SELECT failed on db-7")).await;
    assert_eq!(page.status, StatusCode::INTERNAL_SERVER_ERROR);
    page.shows("The fault is ours");
    page.shows("<code>request-7</code>");
    page.hides("db-7");
}

#[tokio::test]
async fn a_limit_of_the_core_is_429_with_its_time() {
    let limit = OAuthError::new(ErrorCode::RateLimitExceeded, "slow down").retry_after(30);
    let page = device_with(limit.into()).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(page.header(header::RETRY_AFTER), "30");
}

#[tokio::test]
async fn every_form_says_when_it_went_stale() {
    let denied = || Some(Err(Status::permission_denied("csrf")));
    let site = Site::new(Script {
        sign_in: Some(Err(Status::permission_denied("csrf"))),
        sign_out: Some(Err(Status::permission_denied("csrf"))),
        decide_device: denied(),
        ..Script::default()
    });
    for (path, form, again) in [
        (
            "/login",
            "redirect=%2Fauth%2F",
            "/auth/login?redirect=%2Fauth%2F",
        ),
        ("/logout", "csrf_token=x", "/auth/"),
        ("/device/verify", "action=deny", "/auth/device"),
    ] {
        let page = site.post(path, form).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}");
        page.shows("This page is out of date");
        page.shows(&format!(
            "<a href=\"{again}\" class=\"button primary\">Load the page again"
        ));
    }
}

#[tokio::test]
async fn broken_forms_are_refused_before_the_core_hears_of_them() {
    for (body, text) in [
        (&b"user_code=%FF"[..], "text of the form is broken"),
        (b"user_code=\xFF", "text of the form is broken"),
        (b"user_code=A%00B", "text of the form is broken"),
        (b"user_code=A&user_code=B", "came twice"),
        (b"user_code=A&user%5Fcode=B", "came twice"),
    ] {
        let site = Site::new(everything());
        let page = site.post("/device/verify", body).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        page.shows(text);
        assert_eq!(site.calls(), Vec::<Call>::new());
    }
}

#[tokio::test]
async fn broken_queries_are_refused_too() {
    let site = Site::new(everything());
    for path in [
        "/device?user_code=%FF",
        "/login?redirect=%00",
        "/consent?client_id=a&client_id=b",
    ] {
        assert_eq!(
            site.get(path).await.status,
            StatusCode::BAD_REQUEST,
            "{path}"
        );
    }
    assert_eq!(site.calls(), Vec::<Call>::new());
}

#[tokio::test]
async fn only_forms_are_read() {
    let site = Site::new(everything());
    for content_type in ["application/json", "text/plain", "multipart/form-data"] {
        let request = Request::post("/login")
            .header(header::CONTENT_TYPE, content_type)
            .body(Body::from("{}"));
        let page = site.send(request.expect("a request")).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{content_type}");
        page.shows("Only the forms of these pages");
    }
    let request = Request::post("/login").body(Body::empty());
    let page = site.send(request.expect("a request")).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    assert_eq!(site.calls(), Vec::<Call>::new());
}

#[tokio::test]
async fn a_form_over_16_kib_is_413_and_one_at_the_limit_is_read() {
    let site = Site::new(everything());
    let form = |length: usize| format!("username={}", "a".repeat(length - "username=".len()));
    let page = site.post("/login", form(16 * 1024 + 1)).await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    page.shows("too much text");
    assert_eq!(site.calls(), Vec::<Call>::new());
    let page = site.post("/login", form(16 * 1024)).await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_wrong_method_gets_a_page_too() {
    let page = Site::new(everything()).get("/device/verify").await;
    assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(page.header(header::ALLOW), "POST");
    page.shows("That does not work here");
}

#[test]
fn an_error_page_for_an_app_says_whose_turn_it_is_and_escapes() {
    let page = error_page(
        &config(),
        &ErrorView {
            status: StatusCode::BAD_REQUEST,
            message: "no <client> of that name".to_owned(),
            code: Some("invalid_client".to_owned()),
            request_id: "request-8".to_owned(),
            ..ErrorView::default()
        },
    );
    assert!(page.starts_with("<!DOCTYPE html><html lang=\"en\">"));
    assert!(page.contains("no &lt;client&gt; of that name"));
    assert!(page.contains("<code>invalid_client</code>"));
    assert!(page.contains("<code>request-8</code>"));
    assert!(page.contains("The app made a mistake"));
}

#[test]
fn an_error_page_with_a_status_alone_has_words() {
    for (status, title) in [
        (StatusCode::NOT_FOUND, "Page not found"),
        (StatusCode::TOO_MANY_REQUESTS, "Too many requests"),
        (StatusCode::IM_A_TEAPOT, "not understood"),
        (StatusCode::BAD_GATEWAY, "Something went wrong"),
    ] {
        let view = ErrorView {
            status,
            retry_after: Some(7200),
            ..ErrorView::default()
        };
        let page = error_page(&config(), &view);
        assert!(page.contains(title), "{status}");
        assert!(page.contains("Try again in 2 hours."));
        assert!(!page.contains("Reference"));
    }
}
