//! The light and dark switch.

use axum::body::Body;
use http::{Request, StatusCode, header};

use super::{Answer, Site, everything};

async fn choose(form: &str) -> Answer {
    Site::new(everything())
        .post("/theme", form.to_owned())
        .await
}

#[tokio::test]
async fn a_choice_is_kept_and_leads_back() {
    let answer = choose("theme=dark&return_to=%2Fauth%2Fdevice%3Fuser_code%3DA").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.location(), "/auth/device?user_code=A");
    assert_eq!(
        answer.cookie(),
        "authgate_theme=dark; HttpOnly; SameSite=Lax; Secure; Path=/auth; Max-Age=31536000"
    );
}

#[tokio::test]
async fn it_leads_nowhere_else() {
    for target in [
        "https%3A%2F%2Fevil.example",
        "%2F%2Fevil.example",
        "%2F%5Cevil.example",
        "%2F%09%2Fevil.example",
        "%2F%0A%2Fevil.example",
        "evil.example",
        "",
    ] {
        let answer = choose(&format!("theme=dark&return_to={target}")).await;
        assert_eq!(answer.location(), "/auth/", "{target}");
    }
}

#[tokio::test]
async fn an_unknown_theme_changes_nothing() {
    let answer = choose("theme=%3Bred&return_to=%2Fauth%2F").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.cookie(), "");
}

#[tokio::test]
async fn pages_follow_the_cookie() {
    let site = Site::new(everything());
    let with = async |cookie: &str| {
        let request = Request::get("/")
            .header(header::COOKIE, cookie)
            .body(Body::empty());
        site.send(request.expect("a request")).await
    };
    let dark = with("a=b; authgate_theme=dark").await;
    dark.shows(r#"<html lang="en" data-theme="dark">"#);
    dark.shows(r#"value="dark" aria-pressed="true""#);
    with("authgate_theme=light")
        .await
        .shows(r#"data-theme="light""#);
    with("authgate_theme=system")
        .await
        .shows(r#"<html lang="en">"#);
    with("authgate_theme=\"><script>")
        .await
        .shows(r#"<html lang="en">"#);
}
