//! Links lead through these pages to nowhere but this server (RFC 9700 section 4.11).

use http::StatusCode;
use url::Url;

use crate::support::{
    Browser, Db, TestApp,
    oauth::{ALICE, people_and_clients},
    on_both,
};

const CREDENTIALS: [(&str, &str); 2] = [("username", ALICE.0), ("password", ALICE.1)];

/// What has led browsers elsewhere somewhere before.
const TRICKS: [&str; 44] = [
    "https://evil.example",
    "http://evil.example/",
    "//evil.example",
    "///evil.example",
    "////evil.example/%2f..",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/ /evil.example",
    "/.//evil.example",
    "/..//evil.example",
    "/a/..//evil.example",
    "/./\\evil.example",
    "/%2f/evil.example",
    "/%2F%2Fevil.example",
    "/%5cevil.example",
    "/%09/evil.example",
    "//evil.example@localhost:8080/",
    "https://localhost:8080@evil.example/",
    "http://localhost:8080@evil.example/",
    "http://localhost:8080.evil.example/",
    "http://localhost:8080:80@evil.example/",
    "http://localhost:80800/",
    "http://localhost:9999/",
    "https://localhost:8080/",
    "http:evil.example",
    "http:/evil.example",
    "http:///evil.example",
    "http:\\\\evil.example",
    "hTTps://evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)//http://localhost:8080/",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "/a\r\nLocation: https://evil.example",
    "/a%0d%0aLocation:%20https://evil.example",
    "/\u{2044}\u{2044}evil.example",
    "evil.example",
    "\u{feff}//evil.example",
];

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Where a browser goes that is at the issuer's login page.
#[track_caller]
fn assert_stays(issuer: &str, location: &str, trick: &str) {
    let here = Url::parse(&format!("{issuer}/login")).unwrap();
    let target = here
        .join(location)
        .unwrap_or_else(|_| panic!("{trick:?} -> {location:?}"));
    assert_eq!(
        target.origin(),
        here.origin(),
        "{trick:?} leads to {location:?}"
    );
    assert!(
        location.starts_with('/') && !location.starts_with("//"),
        "{trick:?} -> {location:?}"
    );
    assert!(!location.contains('\\'), "{trick:?} -> {location:?}");
}

/// Signs in by a link to the login page, and gives where that leads.
async fn sign_in_by(browser: &Browser, login: &str, redirect: &str) -> String {
    let page = browser
        .get_only(&format!("{login}?redirect={}", encoded(redirect)))
        .await;
    assert_eq!(page.status, StatusCode::OK, "{redirect:?}");
    let answer = browser
        .submit_only(&page.form("/login"), &CREDENTIALS)
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{redirect:?}");
    answer.location().to_owned()
}

on_both! {
    async fn a_login_link_leads_nowhere_else(app: TestApp) {
        app.seed(people_and_clients()).await;
        for trick in TRICKS {
            let location = sign_in_by(&app.browser(), "/login", trick).await;
            assert_stays(app.issuer(), &location, trick);
        }
    }

    async fn a_tampered_form_leads_nowhere_else(app: TestApp) {
        app.seed(people_and_clients()).await;
        for (at, trick) in TRICKS.into_iter().enumerate() {
            // An address each: so many failures from one are slowed down.
            let browser = app.browser().at(&format!("192.0.2.{at}"));
            let form = browser.get("/login").await.form("/login");
            let [name, password] = CREDENTIALS;
            let fields = [name, password, ("redirect", trick)];
            // A failed try keeps the place to go on to, and that as well must be one here.
            let failed = [name, ("password", "wrong"), ("redirect", trick)];
            let page = browser.submit_only(&form, &failed).await;
            assert_eq!(page.status, StatusCode::UNAUTHORIZED, "{trick:?}");
            let kept = page.form("/login");
            assert_stays(app.issuer(), kept.value("redirect").unwrap(), trick);
            let answer = browser.submit_only(&form, &fields).await;
            assert_stays(app.issuer(), answer.location(), trick);
        }
    }

    async fn who_is_signed_in_already_is_led_nowhere_else(app: TestApp) {
        app.seed(people_and_clients()).await;
        let browser = app.browser();
        browser.sign_in(ALICE.0, ALICE.1).await;
        for trick in TRICKS {
            let answer = browser.get_only(&format!("/login?redirect={}", encoded(trick))).await;
            assert_stays(app.issuer(), answer.location(), trick);
        }
    }

    async fn the_choice_of_colours_leads_nowhere_else(app: TestApp) {
        for trick in TRICKS {
            let fields = [("theme", "dark"), ("return_to", trick)];
            let answer = app.post_form("/theme", &fields).await;
            assert_stays(app.issuer(), answer.location(), trick);
        }
        let fields = [("theme", "dark"), ("return_to", "/login?redirect=%2Fdevice")];
        assert_eq!(app.post_form("/theme", &fields).await.location(), "/login?redirect=%2Fdevice");
    }

    async fn a_place_on_this_server_is_gone_to(db: Db) {
        let app = TestApp::start_with(db, &[("BASE_URL", "https://id.example/auth")]).await;
        app.seed(people_and_clients()).await;
        for (link, place) in [
            ("/auth/device?user_code=ABCD-EFGH", "/auth/device?user_code=ABCD-EFGH"),
            ("https://id.example/auth/device", "/auth/device"),
            ("/auth/oauth/authorize?client_id=web&scope=a%20b", "/auth/oauth/authorize?client_id=web&scope=a%20b"),
            ("", "/auth/"),
            ("https://id.example.evil.example/", "/auth/"),
            ("https://evil.example/auth", "/auth/"),
        ] {
            assert_eq!(sign_in_by(&app.browser(), "/auth/login", link).await, place, "{link:?}");
        }
    }

    async fn a_link_named_twice_is_not_guessed_about(app: TestApp) {
        let answer = app.get("/login?redirect=/device&redirect=//evil.example").await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    }
}
