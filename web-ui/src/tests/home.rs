//! `/`.

use authgate_proto::v1::{Browser, HomeView, SessionCookie};
use http::StatusCode;
use tonic::Status;

use super::{Script, Site, everything, samples};

#[tokio::test]
async fn it_says_who_since_when_and_from_where() {
    let page = Site::new(everything()).get("/").await;
    assert_eq!(page.status, StatusCode::OK);
    page.shows("<bdi>ada</bdi>");
    page.shows("22 Nov 2026, 03:00 UTC");
    page.shows("22 Nov 2026, 11:00 UTC");
    page.shows("203.0.113.7");
    page.shows("Firefox/140.0");
    page.shows(r#"href="/auth/device""#);
    page.shows(r#"<form method="post" action="/auth/logout">"#);
}

#[tokio::test]
async fn a_view_may_renew_the_cookie() {
    let view = HomeView {
        browser: Some(Browser {
            set_cookie: Some(SessionCookie {
                value: "session-9".to_owned(),
                max_age: 0,
            }),
            ..samples::ada()
        }),
        ..samples::home()
    };
    let site = Site::new(Script {
        view_home: Some(Ok(view)),
        ..Script::default()
    });
    assert!(
        site.get("/")
            .await
            .cookie()
            .starts_with("__Host-authgate_session=session-9;")
    );
}

#[tokio::test]
async fn a_visitor_is_sent_to_the_login_page() {
    let site = Site::new(Script {
        view_home: Some(Err(Status::unauthenticated("no session"))),
        ..Script::default()
    });
    let answer = site.get("/").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.location(), "/auth/login");
}
