//! What people see when the core says no.

use http::StatusCode;
use tonic::Status;

use super::{Script, Site, no_admin, samples};

/// Every page, and where it leads after a sign-in.
const PAGES: [&str; 9] = [
    "/admin",
    "/admin/clients",
    "/admin/clients/notes",
    "/admin/clients/notes/edit",
    "/admin/clients/notes/delete",
    "/admin/clients/notes/authorizations",
    "/admin/registrations",
    "/admin/keys",
    "/admin/keys/rotate-now",
];

/// Every post, with a page that can be looked at afterwards.
const POSTS: [(&str, &str); 10] = [
    ("/admin/clients", "/admin/clients/new"),
    ("/admin/clients/notes/approve", "/admin/clients/notes"),
    ("/admin/clients/notes/reject", "/admin/clients/notes"),
    ("/admin/clients/notes/deactivate", "/admin/clients/notes"),
    (
        "/admin/clients/notes/regenerate-secret",
        "/admin/clients/notes",
    ),
    ("/admin/clients/notes/revoke-all", "/admin/clients/notes"),
    ("/admin/clients/notes/delete", "/admin/clients/notes"),
    (
        "/admin/clients/notes/authorizations/c-1/revoke",
        "/admin/clients/notes/authorizations",
    ),
    ("/admin/keys/rotate", "/admin/keys"),
    ("/admin/keys/rotate-now", "/admin/keys"),
];

const FORM: &str = "csrf_token=csrf-1&grant_device_code=1";

/// A core that answers everything about the administration with `status`.
fn refusing(status: &Status) -> Site {
    fn err<T>(status: &Status) -> Option<Result<T, Status>> {
        Some(Err(status.clone()))
    }
    Site::new(Script {
        view_browser: Some(Ok(samples::surroundings())),
        get_dashboard: err(status),
        list_clients: err(status),
        get_client: err(status),
        create_client: err(status),
        update_client: err(status),
        approve_client: err(status),
        reject_client: err(status),
        deactivate_client: err(status),
        delete_client: err(status),
        regenerate_client_secret: err(status),
        revoke_client_tokens: err(status),
        list_all_consents: err(status),
        revoke_any_consent: err(status),
        list_keys: err(status),
        rotate_keys: err(status),
        withdraw_key: err(status),
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
async fn who_is_no_admin_is_told_so_and_shown_nothing() {
    let site = refusing(&no_admin());
    for path in PAGES {
        let page = site.get(path).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}");
        page.shows("For administrators only");
        page.hides("class=\"sections\"");
    }
    for (path, _) in POSTS {
        let page = site.post(path, FORM).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}");
        page.shows("For administrators only");
    }
}

#[tokio::test]
async fn a_stale_form_changes_nothing_and_leads_back() {
    let site = refusing(&Status::permission_denied("csrf"));
    for (path, back) in POSTS {
        let page = site.post(path, FORM).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{path}");
        page.shows("This page is out of date");
        page.shows(&format!(
            "<a href=\"/auth{back}\" class=\"button primary\">"
        ));
    }
}

#[tokio::test]
async fn what_is_gone_is_404() {
    let site = refusing(&Status::not_found("no client"));
    for path in PAGES {
        let page = site.get(path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        page.shows("There is no such thing");
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
async fn a_guard_says_why_not_and_leads_back() {
    let site = refusing(&Status::failed_precondition("the client is <not> pending"));
    // The form of a new client comes back itself.
    for (path, back) in &POSTS[1..] {
        let page = site.post(path, FORM).await;
        assert_eq!(page.status, StatusCode::CONFLICT, "{path}");
        page.shows(r#"<p lang="en" class="notice">the client is &lt;not&gt; pending</p>"#);
        page.shows(&format!(
            "<a href=\"/auth{back}\" class=\"button primary\">Back to the page"
        ));
    }
}

#[tokio::test]
async fn who_was_slower_looks_again() {
    let site = refusing(&Status::aborted("changed"));
    // The form of a new secret was sent twice: that has a page of its own.
    let others = |(path, _): &(&str, &str)| !path.ends_with("regenerate-secret");
    for (path, back) in POSTS.into_iter().filter(others) {
        let page = site.post(path, FORM).await;
        assert_eq!(page.status, StatusCode::CONFLICT, "{path}");
        page.shows("Somebody else was faster");
        page.shows(&format!(
            "<a href=\"/auth{back}\" class=\"button primary\">"
        ));
    }
}

#[tokio::test]
async fn a_page_token_that_makes_no_sense_leads_to_the_first_page() {
    let site = refusing(&Status::invalid_argument(
        "page_token: is not one of this list",
    ));
    let page = site.get("/admin/clients?status=active&page_token=x").await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    page.shows("page_token: is not one of this list");
    page.shows("href=\"/auth/admin/clients?status=active\" class=\"button primary\"");
}

#[tokio::test]
async fn a_core_that_is_away_is_503() {
    let site = refusing(&Status::unavailable("db-7"));
    for path in PAGES {
        let page = site.get(path).await;
        assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        page.hides("db-7");
    }
}

#[tokio::test]
async fn surroundings_that_fail_are_a_failure_of_the_page() {
    let site = super::site(|script| {
        script.view_browser = Some(Err(Status::unavailable("db-7")));
    });
    for path in PAGES {
        let status = site.get(path).await.status;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
    }
}
