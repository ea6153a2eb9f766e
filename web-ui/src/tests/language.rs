//! The language switch and what browsers ask for.

use axum::body::Body;
use http::{HeaderName, Request, StatusCode, header};

use super::{Answer, Site, everything};

async fn home_with(headers: &[(HeaderName, &str)]) -> Answer {
    let mut request = Request::get("/");
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    let request = request.body(Body::empty()).expect("a request");
    Site::new(everything()).send(request).await
}

#[tokio::test]
async fn a_choice_is_kept_and_leads_back() {
    let site = Site::new(everything());
    let answer = site
        .post("/language", "language=zh-TW&return_to=%2Fauth%2Fdevice")
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.location(), "/auth/device");
    assert_eq!(
        answer.cookie(),
        "authgate_lang=zh-TW; HttpOnly; SameSite=Lax; Secure; Path=/auth; Max-Age=31536000"
    );
    for form in [
        "language=de&return_to=%2F%2Fevil.example",
        "language=%3B&return_to=https%3A%2F%2Fevil.example",
    ] {
        let answer = site.post("/language", form).await;
        assert_eq!((answer.location(), answer.cookie()), ("/auth/", ""));
    }
}

#[tokio::test]
async fn pages_speak_what_the_cookie_says() {
    let page = home_with(&[(header::COOKIE, "authgate_lang=zh-TW")]).await;
    page.shows(r#"<html lang="zh-TW">"#);
    page.shows("您已登入");
    page.shows("2026 年 11 月 22 日 03:00 UTC");
    page.shows(r#"value="zh-TW" lang="zh-TW" aria-pressed="true""#);
    let page = home_with(&[
        (header::COOKIE, "authgate_lang=en"),
        (header::ACCEPT_LANGUAGE, "zh-TW"),
    ])
    .await;
    page.shows(r#"<html lang="en">"#);
}

#[tokio::test]
async fn without_a_cookie_they_speak_what_the_browser_likes_best() {
    for (accepted, lang) in [
        ("zh-TW,zh;q=0.9,en;q=0.8", "zh-TW"),
        ("zh-Hant", "zh-TW"),
        ("zh-Hant-HK;q=0.9, en;q=0.5", "zh-TW"),
        ("ZH-hk", "zh-TW"),
        ("de, zh-TW;q=0.5", "zh-TW"),
        ("en, zh-TW;q=0.9", "en"),
        ("zh-TW;q=0.3, en-GB;q=0.7", "en"),
        ("zh-TW;q=0, en;q=0.1", "en"),
        ("zh-CN, zh;q=0.9", "en"),
        ("de", "en"),
        ("zh-TW;q=x", "en"),
        (";;;,,,q=", "en"),
        ("", "en"),
    ] {
        let page = home_with(&[(header::ACCEPT_LANGUAGE, accepted)]).await;
        assert!(
            page.body.contains(&format!("<html lang=\"{lang}\">")),
            "{accepted}"
        );
    }
}
