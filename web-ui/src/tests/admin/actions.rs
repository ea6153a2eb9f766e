//! What is done to a client.

use authgate_proto::v1::{
    AdminClient, AdminDeleteClientRequest, ApproveClientRequest, DeactivateClientRequest,
    RegenerateClientSecretRequest, RejectClientRequest, RevokeClientTokensRequest,
};
use http::{StatusCode, header};
use tonic::Status;

use super::{Call, changed, samples::admin as samples, site};

fn id() -> String {
    "notes".to_owned()
}

#[tokio::test]
async fn a_page_says_what_will_happen_before_it_does() {
    for (action, texts) in [
        ("delete", ["Delete this client?", "This cannot be undone."]),
        (
            "revoke-all",
            [
                "Everybody has to sign in to it again",
                "This cannot be undone.",
            ],
        ),
        (
            "deactivate",
            ["stop working at once", "its tokens do not come back"],
        ),
        (
            "regenerate-secret",
            ["The old secret stops working", "cannot be brought back"],
        ),
        ("approve", ["Approve this client?", "deactivate it again"]),
        ("reject", ["Reject this client?", "activate it later"]),
    ] {
        let site = site(|_| {});
        let page = site.get(&format!("/admin/clients/notes/{action}")).await;
        assert_eq!(page.status, StatusCode::OK, "{action}");
        for text in texts {
            page.shows(text);
        }
        page.shows("<q><bdi>Team Notes</bdi></q>");
        page.shows(&format!(
            r#"<form method="post" action="/auth/admin/clients/notes/{action}">"#
        ));
        page.shows(r#"name="csrf_token" value="csrf-1""#);
        page.shows(r#"<a href="/auth/admin/clients/notes" class="button">Cancel</a>"#);
        let ends_tokens = matches!(action, "delete" | "revoke-all" | "deactivate");
        assert_eq!(
            page.body.contains("People who allowed it something: 42."),
            ends_tokens
        );
        assert_eq!(
            page.body.contains("Live tokens that stop working: 118."),
            ends_tokens
        );
        assert!(site.asked().iter().all(|(token, _)| token.is_empty()));
    }
}

/// What waits is approved, what is switched off is activated, whichever way led there.
#[tokio::test]
async fn one_action_has_one_name_for_a_client() {
    for (status, title, button) in [
        ("pending", "Approve this client?", "Approve</button>"),
        ("inactive", "Activate this client?", "Activate</button>"),
    ] {
        for action in ["approve", "activate"] {
            let site = site(|script| {
                script.get_client = Some(Ok(AdminClient {
                    status: status.to_owned(),
                    ..samples::client()
                }));
            });
            let page = site.get(&format!("/admin/clients/notes/{action}")).await;
            page.shows(title);
            page.shows(button);
        }
    }
}

#[tokio::test]
async fn a_post_does_it_with_the_forms_token_and_leads_on() {
    for (action, call, next) in [
        (
            "approve",
            Call::ApproveClient(ApproveClientRequest { client_id: id() }),
            "/auth/admin/clients/notes?done=approved",
        ),
        (
            "activate",
            Call::ApproveClient(ApproveClientRequest { client_id: id() }),
            "/auth/admin/clients/notes?done=activated",
        ),
        (
            "reject",
            Call::RejectClient(RejectClientRequest { client_id: id() }),
            "/auth/admin/clients/notes?done=rejected",
        ),
        (
            "deactivate",
            Call::DeactivateClient(DeactivateClientRequest { client_id: id() }),
            "/auth/admin/clients/notes?done=deactivated",
        ),
        (
            "revoke-all",
            Call::RevokeClientTokens(RevokeClientTokensRequest { client_id: id() }),
            "/auth/admin/clients/notes?done=revoked",
        ),
        (
            "delete",
            Call::DeleteClient(AdminDeleteClientRequest { client_id: id() }),
            "/auth/admin/clients?done=deleted",
        ),
    ] {
        let site = site(|_| {});
        let path = format!("/admin/clients/notes/{action}");
        let answer = site.post(&path, "csrf_token=csrf-1").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{action}");
        assert_eq!(answer.location(), next);
        assert_eq!(changed(&site), ("csrf-1".to_owned(), call));
        let done = site.get(next.trim_start_matches("/auth")).await;
        done.shows("role=\"status\" class=\"flash\"");
    }
}

#[tokio::test]
async fn a_new_secret_stands_in_the_answer_and_nowhere_else() {
    let site = site(|_| {});
    let page = site
        .post(
            "/admin/clients/notes/regenerate-secret",
            "csrf_token=csrf-1&updated_at=7",
        )
        .await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.header(header::CACHE_CONTROL), "no-store");
    page.shows("New client secret");
    page.shows("ago_k5fz2q7x3m4hn6trw8pvy1jd9bce0sla5fz2q7x3m4hn6trw8pvy");
    page.shows("shown only this once");
    page.shows(r#"data-copy="secret""#);
    // The switches lead back to the client, not to a form that would be sent again.
    page.shows(r#"name="return_to" value="/auth/admin/clients/notes""#);
    let call = RegenerateClientSecretRequest {
        client_id: id(),
        updated_at: 7,
    };
    let call = Call::RegenerateClientSecret(call);
    assert_eq!(changed(&site), ("csrf-1".to_owned(), call));
}

#[tokio::test]
async fn no_form_makes_a_second_secret() {
    let form = site(|_| {})
        .get("/admin/clients/notes/regenerate-secret")
        .await;
    let updated_at = samples::client().updated_at;
    form.shows(&format!(r#"name="updated_at" value="{updated_at}""#));
    for body in ["csrf_token=csrf-1&updated_at=7", "csrf_token=csrf-1"] {
        let stale = Status::aborted("changed");
        let site = site(|script| script.regenerate_client_secret = Some(Err(stale)));
        let page = site
            .post("/admin/clients/notes/regenerate-secret", body)
            .await;
        assert_eq!(page.status, StatusCode::CONFLICT);
        page.shows("<h1>No new secret was made</h1>");
        page.shows(r#"href="/auth/admin/clients/notes""#);
        let (_, Call::RegenerateClientSecret(request)) = changed(&site) else {
            panic!("{:?}", site.calls());
        };
        assert_ne!(request.updated_at, 0, "which is: whatever it was");
    }
}

#[tokio::test]
async fn other_words_are_no_actions() {
    let site = site(|_| {});
    let shown = site.get("/admin/clients/notes/explode").await;
    assert_eq!(shown.status, StatusCode::NOT_FOUND);
    shown.shows("Page not found");
    let posted = site
        .post("/admin/clients/notes/explode", "csrf_token=csrf-1")
        .await;
    assert_eq!(posted.status, StatusCode::NOT_FOUND);
    assert_eq!(site.calls(), []);
}

#[tokio::test]
async fn counts_that_were_cut_off_say_so() {
    let site = site(|script| {
        script.get_client = Some(Ok(AdminClient {
            users: 10_000,
            live_tokens: 10_001,
            ..samples::client()
        }));
    });
    let page = site.get("/admin/clients/notes/revoke-all").await;
    page.shows("People who allowed it something: 10,000+.");
    page.shows("Live tokens that stop working: 10,000+.");
}
