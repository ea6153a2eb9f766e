//! `/admin/clients` and `/admin/clients/{id}`.

use authgate_proto::v1::{
    AdminClient, AuditFilter, GetClientRequest, ListAuditRequest, ListAuditResponse,
    ListClientsRequest, ListClientsResponse,
};
use http::{StatusCode, header};

use super::{Call, samples::admin as samples, site};

#[tokio::test]
async fn the_list_is_filtered_searched_and_paged_by_the_url() {
    let site = site(|_| {});
    let page = site
        .get("/admin/clients?status=active&search=+a%26b+&page_token=p1&page_size=9&x=y")
        .await;
    assert_eq!(page.status, StatusCode::OK);
    let request = ListClientsRequest {
        status: "active".to_owned(),
        search: "a&b".to_owned(),
        page_token: "p1".to_owned(),
        page_size: 0,
    };
    assert_eq!(site.asked(), [(String::new(), Call::ListClients(request))]);
    let list = "/auth/admin/clients?status=active&amp;search=a%26b";
    page.shows(&format!(
        r#"href="{list}&amp;page_token=older-1" rel="next""#
    ));
    page.shows(&format!(
        r#"href="{list}&amp;page_token=newer-1" rel="prev""#
    ));
    page.shows(&format!(r#"href="{list}&amp;page_token=last""#));
    page.shows(&format!(
        r#"<a href="{list}" class="button small">First</a>"#
    ));
    page.shows(r#"href="/auth/admin/clients?search=a%26b&amp;status=pending""#);
    page.shows(r#"<input type="hidden" name="status" value="active">"#);
    page.shows(r#"name="search" value="a&amp;b""#);
    page.shows(r#"href="/auth/admin/clients" class="quiet">Clear"#);
}

#[tokio::test]
async fn rows_say_what_whose_and_since_when() {
    let page = site(|_| {}).get("/admin/clients").await;
    page.shows("<caption class=\"unseen\">Clients</caption>");
    page.shows(r#"<th scope="col">Status</th>"#);
    page.shows(r#"<a href="/auth/admin/clients/notes"><q><bdi>Team Notes</bdi></q></a>"#);
    page.shows(r#"<td data-label="Status"><span class="state waiting">Pending</span></td>"#);
    page.shows(r#"<td data-label="Registered by"><bdi>linus</bdi></td>"#);
    page.shows("<q><bdi>no-name</bdi></q>");
    page.shows(r#"<a href="/auth/admin/clients/new" class="button primary">New client</a>"#);
}

#[tokio::test]
async fn filters_with_nonsense_filter_nothing() {
    let site = site(|_| {});
    let page = site
        .get("/admin/clients?status=%3Cmark%3E&done=%3Cmark%3E")
        .await;
    assert_eq!(page.status, StatusCode::OK);
    page.hides("<mark>");
    page.hides("role=\"status\"");
    let nothing = Call::ListClients(ListClientsRequest::default());
    assert_eq!(site.asked(), [(String::new(), nothing)]);
}

#[tokio::test]
async fn empty_lists_say_why() {
    let site = site(|script| script.list_clients = Some(Ok(ListClientsResponse::default())));
    let none = site.get("/admin/clients").await;
    none.shows("No clients yet");
    none.hides("<table");
    none.hides("class=\"pager\"");
    let nothing = site.get("/admin/clients?search=x").await;
    nothing.shows("Nothing found");
    nothing.hides("No clients yet");
}

#[tokio::test]
async fn a_client_stands_on_one_page() {
    let page = site(|_| {}).get("/admin/clients/notes?done=saved").await;
    assert_eq!(page.status, StatusCode::OK);
    page.shows("<h1><q><bdi>Team Notes</bdi></q></h1>");
    page.shows("<title>“Team Notes” – AuthGate</title>");
    page.shows(r#"<p role="status" class="flash">The changes are saved.</p>"#);
    page.shows("Shared notes for everybody");
    page.shows("<span>People</span><b>42</b>");
    page.shows(r#"href="/auth/admin/clients/notes/authorizations""#);
    page.shows("<span>Live tokens</span><b>118</b>");
    page.shows(r#"href="/auth/admin/tokens?client_id=notes&amp;status=active""#);
    page.shows(r#"href="/auth/admin/audit?resource_type=CLIENT&amp;resource_id=notes""#);
    page.shows("<code>https://staging.notes.example.com/callback</code>");
    page.shows("<code>notes.write</code>");
    page.shows("Sign-in in the browser");
    page.shows("<dt>Verified</dt><dd>Yes</dd>");
    page.shows("<dt>May look up any token</dt><dd>No</dd>");
    page.shows("notes@example.com");
    for action in ["regenerate-secret", "revoke-all", "deactivate", "delete"] {
        page.shows(&format!(r#"href="/auth/admin/clients/notes/{action}""#));
    }
    page.hides("/approve");
}

#[tokio::test]
async fn what_happened_to_it_lately_stands_on_its_page() {
    let site = site(|_| {});
    let page = site.get("/admin/clients/notes").await;
    page.shows("Latest events");
    page.shows("<b><bdi>grace</bdi></b> <span>approved a client</span>");
    page.hides("Nothing about it");
    let request = site.calls().into_iter().find_map(|call| match call {
        Call::ListAudit(request) => Some(request),
        _ => None,
    });
    let filter = AuditFilter {
        resource_type: "CLIENT".to_owned(),
        resource_id: "notes".to_owned(),
        ..AuditFilter::default()
    };
    let asked = ListAuditRequest {
        filter: Some(filter),
        page_size: 5,
        ..ListAuditRequest::default()
    };
    assert_eq!(request, Some(asked));

    let none = Some(Ok(ListAuditResponse::default()));
    let page = self::site(|script| script.list_audit = none)
        .get("/admin/clients/notes")
        .await;
    page.shows("Nothing about it is on record.");
}

#[tokio::test]
async fn one_that_waits_is_decided_at_the_top() {
    let site = site(|script| script.get_client = Some(Ok(samples::pending_client())));
    let page = site.get("/admin/clients/x").await;
    let path = "/auth/admin/clients/6f1d2c52-97b1-4d8e-8a43-0d6a1a7f2f11";
    page.shows("waits for approval");
    page.shows(&format!(r#"<form method="post" action="{path}/approve">"#));
    page.shows(&format!(r#"<form method="post" action="{path}/reject">"#));
    // A public client has no secret, and one that is not active can't be switched off.
    page.hides("/regenerate-secret");
    page.hides("/deactivate");
}

#[tokio::test]
async fn an_inactive_one_can_be_activated() {
    let site = site(|script| {
        script.get_client = Some(Ok(AdminClient {
            status: "inactive".to_owned(),
            ..samples::client()
        }));
    });
    let page = site.get("/admin/clients/notes").await;
    page.shows(r#"href="/auth/admin/clients/notes/activate" class="button">Activate</a>"#);
    page.hides("Approve");
    page.hides("/deactivate");
}

#[tokio::test]
async fn what_others_chose_is_escaped_and_cleaned() {
    let site = site(|script| {
        script.get_client = Some(Ok(samples::hostile_client()));
        script.list_clients = Some(Ok(ListClientsResponse {
            clients: vec![samples::hostile_client()],
            ..ListClientsResponse::default()
        }));
    });
    for path in ["/admin/clients", "/admin/clients/x", "/admin/registrations"] {
        let page = site.get(path).await;
        for markup in [
            "<script>alert",
            "<img src=x",
            "<b>eve",
            "example/<b>",
            "<i>",
            "<u>",
            "<g>",
            "\u{202E}",
        ] {
            page.hides(markup);
        }
        page.hides("href=\"javascript:");
        page.shows("&lt;script&gt;alert(1)&lt;/script&gt;");
        page.shows("/auth/admin/clients/a%2Fb%3Fc%3Dd%26e%23f%20%22%3Cg%3E%27%25..%2F~");
    }
}

#[tokio::test]
async fn any_client_id_has_a_page() {
    for (path, client_id) in [
        ("a%2Fb%3Fc%20d", "a/b?c d"),
        ("~new", "new"),
        ("~..", ".."),
        ("~~x", "~x"),
        ("x~", "x~"),
    ] {
        let site = site(|script| {
            script.get_client = Some(Ok(AdminClient {
                client_id: client_id.to_owned(),
                ..samples::client()
            }));
        });
        let page = site.get(&format!("/admin/clients/{path}")).await;
        let request = GetClientRequest {
            client_id: client_id.to_owned(),
        };
        assert!(site.calls().contains(&Call::GetClient(request)));
        page.shows(&format!(r#"href="/auth/admin/clients/{path}/delete""#));
    }
    let broken = site(|_| {}).get("/admin/clients/%FF").await;
    assert_eq!(broken.status, StatusCode::BAD_REQUEST);
    assert_eq!(broken.header(header::CACHE_CONTROL), "no-store");
}

#[tokio::test]
async fn a_long_list_is_still_a_small_page() {
    let site = site(|script| {
        script.list_clients = Some(Ok(ListClientsResponse {
            clients: vec![samples::pending_client(); 20],
            ..ListClientsResponse::default()
        }));
    });
    let page = site.get("/admin/clients").await;
    assert!(page.body.len() < 18_000, "{}", page.body.len());
}
