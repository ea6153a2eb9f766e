//! What people see when the core says no.

use http::StatusCode;
use tonic::Status;

use super::{Script, Site, samples};

/// Every page that asks the core for something.
const PAGES: [&str; 7] = [
    "/account/sessions",
    "/account/authorizations",
    "/apps",
    "/apps/app",
    "/apps/app/edit",
    "/apps/app/delete",
    "/account/profile",
];

/// Every post, with a page that can be looked at afterwards.
const POSTS: [(&str, &str); 11] = [
    ("/account/sessions/g-1/revoke", "/account/sessions"),
    ("/account/sessions/g-1/disable", "/account/sessions"),
    ("/account/sessions/g-1/enable", "/account/sessions"),
    ("/account/sessions/sign-ins/s-1/end", "/account/sessions"),
    (
        "/account/sessions/revoke-all",
        "/account/sessions/revoke-all",
    ),
    (
        "/account/authorizations/c-1/revoke",
        "/account/authorizations",
    ),
    ("/apps", "/apps/new"),
    ("/apps/app/delete", "/apps/app"),
    ("/apps/app/regenerate-secret", "/apps/app"),
    ("/account/profile", "/account/profile"),
    ("/account/password", "/account/password"),
];

const FORM: &str = "csrf_token=csrf-1&grant_device_code=1&current_password=a&new_password=b\
                    &new_password_again=b";

/// A core that answers everything with `status`.
fn refusing(status: &Status) -> Site {
    fn err<T>(status: &Status) -> Option<Result<T, Status>> {
        Some(Err(status.clone()))
    }
    Site::new(Script {
        view_browser: Some(Ok(samples::plain_surroundings())),
        list_sign_ins: err(status),
        end_sign_in: err(status),
        list_grants: err(status),
        revoke_grant: err(status),
        disable_grant: err(status),
        enable_grant: err(status),
        revoke_all: err(status),
        list_consents: err(status),
        revoke_consent: err(status),
        list_apps: err(status),
        get_app: err(status),
        create_app: err(status),
        update_app: err(status),
        delete_app: err(status),
        regenerate_app_secret: err(status),
        get_profile: err(status),
        update_profile: err(status),
        change_password: err(status),
        ..Script::default()
    })
}

#[tokio::test]
async fn nobody_is_sent_to_sign_in_and_back() {
    let site = refusing(&Status::unauthenticated("no session"));
    let login = |path: &str| {
        let path = path.replace('/', "%2F");
        format!("/auth/login?redirect=%2Fauth{path}")
    };
    for path in PAGES {
        assert_eq!(site.get(path).await.location(), login(path));
    }
    for (path, back) in POSTS {
        assert_eq!(
            site.post(path, FORM).await.location(),
            login(back),
            "{path}"
        );
    }
    let nobody = Site::new(Script {
        view_browser: Some(Err(Status::unauthenticated("no session"))),
        ..Script::default()
    });
    for path in [
        "/apps/new",
        "/account/password",
        "/account/sessions/revoke-all",
    ] {
        assert_eq!(nobody.get(path).await.location(), login(path));
    }
}

#[tokio::test]
async fn a_stale_form_changes_nothing_and_leads_to_a_fresh_one() {
    let site = refusing(&Status::permission_denied("csrf"));
    for (path, again) in POSTS {
        let page = site.post(path, FORM).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}");
        page.shows("This page is out of date");
        page.shows(&format!("href=\"/auth{again}\""));
    }
}

#[tokio::test]
async fn what_is_gone_or_somebody_elses_is_not_found() {
    let site = refusing(&Status::not_found("there is no app of this id"));
    for path in PAGES {
        assert_eq!(site.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for (path, _) in POSTS {
        assert_eq!(
            site.post(path, FORM).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_core_that_is_away_is_said_to_be() {
    let site = refusing(&Status::unavailable("db-7"));
    for path in PAGES {
        let page = site.get(path).await;
        assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        page.hides("db-7");
    }
    for (path, _) in POSTS {
        let page = site.post(path, FORM).await;
        assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
    }
}

#[tokio::test]
async fn a_page_token_that_makes_no_sense_leads_to_the_first_page() {
    let site = refusing(&Status::invalid_argument("page_token: makes no sense"));
    for list in ["/account/sessions", "/account/authorizations", "/apps"] {
        let page = site.get(&format!("{list}?page_token=%22%3E")).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{list}");
        page.shows(&format!("href=\"/auth{list}\""));
    }
}

#[tokio::test]
async fn ids_that_cannot_be_read_are_no_pages() {
    let site = refusing(&Status::internal("not asked"));
    for path in ["/apps/%FF", "/apps/%FF/edit"] {
        assert_eq!(site.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let page = site.post("/account/sessions/%FF/revoke", FORM).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert_eq!(site.asked(), []);
}
