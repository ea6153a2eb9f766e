//! The files that pages load.

use axum::body::Body;
use http::{Method, Request, StatusCode, header};

use super::{Site, everything};

/// The URLs of `attribute` on the home page, without the base path.
async fn linked(site: &Site, ending: &str) -> String {
    let page = site.get("/").await;
    page.body
        .split('"')
        .find(|text| text.starts_with("/auth/static/") && text.ends_with(ending))
        .and_then(|url| url.strip_prefix("/auth"))
        .expect("a link")
        .to_owned()
}

#[tokio::test]
async fn what_pages_load_is_there_and_stays_for_a_year() {
    let site = Site::new(everything());
    for (ending, content_type) in [
        (".css", "text/css; charset=utf-8"),
        (".js", "text/javascript; charset=utf-8"),
        (".svg", "image/svg+xml"),
    ] {
        let file = site.get(&linked(&site, ending).await).await;
        assert_eq!(file.status, StatusCode::OK);
        assert_eq!(file.header(header::CONTENT_TYPE), content_type);
        assert_eq!(file.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert_eq!(
            file.header(header::CACHE_CONTROL),
            "public, max-age=31536000, immutable"
        );
        assert!(!file.body.is_empty());
    }
}

#[tokio::test]
async fn head_answers_without_a_body() {
    let site = Site::new(everything());
    let request = Request::builder()
        .method(Method::HEAD)
        .uri(linked(&site, ".css").await)
        .body(Body::empty());
    let file = site.send(request.expect("a request")).await;
    assert_eq!(file.status, StatusCode::OK);
    assert_eq!(file.body, "");
    assert_ne!(file.header(header::CONTENT_LENGTH), "");
}

#[tokio::test]
async fn an_unknown_file_is_not_found_and_not_kept() {
    let site = Site::new(everything());
    for path in [
        "/static/style.css",
        "/static/style.0.css",
        "/static/..%2Flib.rs",
    ] {
        let file = site.get(path).await;
        assert_eq!(file.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(file.header(header::CACHE_CONTROL), "");
    }
}

#[tokio::test]
async fn the_icon_is_kept_as_configured_and_revalidated() {
    let mut site = Site::new(everything());
    let icon = site.get("/favicon.ico").await;
    assert_eq!(icon.header(header::CONTENT_TYPE), "image/svg+xml");
    assert_eq!(icon.header(header::CACHE_CONTROL), "public, max-age=3600");
    let request = Request::get("/favicon.ico")
        .header(header::IF_NONE_MATCH, icon.header(header::ETAG))
        .body(Body::empty());
    let again = site.send(request.expect("a request")).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    assert_eq!(again.body, "");
    site.config.static_max_age = None;
    assert_eq!(
        site.get("/favicon.ico").await.header(header::CACHE_CONTROL),
        ""
    );
}

#[tokio::test]
async fn they_are_small() {
    let site = Site::new(everything());
    for (ending, most) in [(".css", 20_000), (".js", 5_000)] {
        let file = site.get(&linked(&site, ending).await).await;
        assert!(file.body.len() < most, "{ending}: {}", file.body.len());
    }
}

#[tokio::test]
async fn the_stylesheet_is_sent_without_what_only_people_need() {
    let site = Site::new(everything());
    let style = site.get(&linked(&site, ".css").await).await.body;
    assert!(style.starts_with(":root{color-scheme:light dark;"));
    assert!(style.contains(r#"q{font-weight:600;quotes:"“" "”" "‘" "’";}"#));
    assert!(style.contains(r#".flash::before{content:"✓ " / "";}"#));
    assert!(style.contains("body > header,main,footer{width:100%;"));
    assert!(style.contains("@media (max-width:52rem){.columns{"));
    assert!(!style.contains("/*") && !style.contains('\n'));
}

#[test]
fn they_load_nothing_else() {
    let style = include_str!("../../assets/style.css");
    assert!(!style.contains("@import") && !style.contains("url("));
    let script = include_str!("../../assets/script.js");
    assert!(!script.contains("//") || script.lines().all(|line| !line.contains("http")));
    assert!(!script.contains("innerHTML") && !script.contains("eval("));
}
