//! What people see when the core says no.

use authgate_proto::error::{ErrorCode, OAuthError};
use http::StatusCode;
use tonic::Status;

use super::{Script, Site, samples};

/// Every page that asks the core for something.
const PAGES: [&str; 8] = [
    "/admin/users",
    "/admin/users/u-1",
    "/admin/users/u-1/edit",
    "/admin/users/u-1/delete",
    "/admin/users/u-1/sessions",
    "/admin/users/u-1/connections",
    "/admin/users/u-1/authorizations",
    "/admin/tokens",
];

/// Every post, with a page that can be looked at afterwards.
const POSTS: [(&str, &str); 11] = [
    ("/admin/users", "/admin/users/new"),
    ("/admin/users/u-1", "/admin/users/u-1/edit"),
    ("/admin/users/u-1/reset-password", "/admin/users/u-1"),
    ("/admin/users/u-1/revoke-all", "/admin/users/u-1"),
    ("/admin/users/u-1/disable", "/admin/users/u-1"),
    ("/admin/users/u-1/enable", "/admin/users/u-1"),
    ("/admin/users/u-1/delete", "/admin/users/u-1"),
    (
        "/admin/users/u-1/sessions/s-1/end",
        "/admin/users/u-1/sessions",
    ),
    (
        "/admin/users/u-1/authorizations/c-1/revoke",
        "/admin/users/u-1/authorizations",
    ),
    ("/admin/tokens/access/t-1/revoke", "/admin/tokens"),
    ("/admin/tokens/t-1/disable", "/admin/tokens"),
];

const FORM: &str = "csrf_token=csrf-1";

/// A core that answers everything with `status`.
fn refusing(status: &Status) -> Site {
    fn err<T>(status: &Status) -> Option<Result<T, Status>> {
        Some(Err(status.clone()))
    }
    Site::new(Script {
        view_browser: Some(Ok(samples::surroundings())),
        list_users: err(status),
        get_user: err(status),
        create_user: err(status),
        update_user: err(status),
        set_password: err(status),
        disable_user: err(status),
        enable_user: err(status),
        delete_user: err(status),
        revoke_user_tokens: err(status),
        list_user_connections: err(status),
        list_user_sign_ins: err(status),
        end_user_sign_in: err(status),
        list_all_consents: err(status),
        revoke_any_consent: err(status),
        list_tokens: err(status),
        revoke_token: err(status),
        disable_token: err(status),
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
}

#[tokio::test]
async fn who_is_no_admin_any_more_is_told_so_and_shown_nothing() {
    let denied = OAuthError::new(ErrorCode::AccessDenied, "for admins only");
    let site = refusing(&denied.into());
    for path in PAGES {
        let page = site.get(path).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}");
        page.shows("For administrators only");
    }
    for (path, _) in POSTS {
        let page = site.post(path, FORM).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}");
        page.shows("For administrators only");
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
async fn what_is_gone_is_not_found_and_an_absent_core_is_said() {
    for (status, expected) in [
        (Status::not_found("no such user"), StatusCode::NOT_FOUND),
        (Status::unavailable("db-7"), StatusCode::SERVICE_UNAVAILABLE),
    ] {
        let site = refusing(&status);
        for path in PAGES {
            let page = site.get(path).await;
            assert_eq!(page.status, expected, "{path}");
            page.hides("db-7");
        }
        for (path, _) in POSTS {
            assert_eq!(site.post(path, FORM).await.status, expected, "{path}");
        }
    }
}

#[tokio::test]
async fn a_page_token_that_makes_no_sense_leads_to_the_first_page() {
    let site = refusing(&Status::invalid_argument("page_token: makes no sense"));
    for list in [
        "/admin/users",
        "/admin/tokens",
        "/admin/users/u-1/authorizations",
    ] {
        let page = site.get(&format!("{list}?page_token=%22%3E")).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{list}");
        page.shows(&format!("href=\"/auth{list}\""));
    }
}

#[tokio::test]
async fn ids_that_cannot_be_read_are_no_pages() {
    let site = refusing(&Status::internal("not asked"));
    assert_eq!(
        site.get("/admin/users/%FF").await.status,
        StatusCode::NOT_FOUND
    );
    let page = site.post("/admin/tokens/access/%FF/revoke", FORM).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert_eq!(site.asked(), []);
}
