//! Who may administer, and what nobody may.

use authgate_proto::v1::{
    ListAllConsentsRequest, ListUsersRequest, UserRequest, admin_client::AdminClient,
};
use axum::http::{Method, StatusCode};
use tonic::Code;

use super::{AUDITOR, ROOT, post, seed, signed_in};
use crate::support::{
    Form, TestApp,
    oauth::{ALICE, WEB},
    on_both,
    tokens::WEB_APP,
};

const PAGES: [&str; 11] = [
    "/admin",
    "/admin/clients",
    "/admin/clients/new",
    "/admin/clients/web",
    "/admin/clients/web/edit",
    "/admin/registrations",
    "/admin/users",
    "/admin/users/new",
    "/admin/tokens",
    "/admin/keys",
    "/admin/audit",
];

on_both! {
    async fn the_pages_are_for_admins(app: TestApp) {
        seed(&app).await;
        let (stranger, alice, root) = (app.browser(), signed_in(&app, ALICE).await, signed_in(&app, ROOT).await);
        for path in PAGES {
            let answer = stranger.get_only(path).await;
            assert!(answer.location().starts_with("/login?redirect="), "{path}");
            let answer = alice.get(path).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
            assert!(!answer.text().contains("Web app"), "{path}");
            let answer = root.get(path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        }
    }

    async fn nothing_is_changed_by_others_nor_without_the_form(app: TestApp) {
        seed(&app).await;
        let (alice, root) = (signed_in(&app, ALICE).await, signed_in(&app, ROOT).await);
        let page = alice.get("/account/sessions").await;
        let request = UserRequest { username: ALICE.0.to_owned(), ..UserRequest::default() };
        let id = app.admin().get_user(request).await.unwrap().into_inner().user_id;
        for path in [
            format!("/admin/clients/{}/delete", WEB.0),
            format!("/admin/clients/{}/deactivate", WEB.0),
            format!("/admin/clients/{}/regenerate-secret", WEB.0),
            format!("/admin/users/{id}/disable"),
            format!("/admin/users/{id}/reset-password"),
            "/admin/keys/rotate".to_owned(),
            "/admin/users".to_owned(),
            "/admin/clients".to_owned(),
            format!("/admin/clients/{}", WEB.0),
        ] {
            let answer = post(&alice, &page, &path, &[("username", "eve"), ("role", "admin")]).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
            let form = Form { action: path.clone(), fields: vec![("csrf_token".into(), "x".into())] };
            let answer = root.submit(&form, &[("username", "eve"), ("role", "admin")]).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
            assert!(!answer.text().contains("ago_"), "{path}");
        }
        let everybody = app.admin().list_users(ListUsersRequest::default()).await.unwrap().into_inner();
        assert!(everybody.users.iter().all(|user| user.username != "eve" && user.active));
    }

    /// What stands in a path belongs together, or there is no such thing.
    async fn what_is_another_s_is_not_ended_under_this_one(app: TestApp) {
        seed(&app).await;
        WEB_APP.tokens(&app, "openid").await;
        let (_alice, root) = (signed_in(&app, ALICE).await, signed_in(&app, ROOT).await);
        let id = async |name: &str| {
            let request = UserRequest { username: name.to_owned(), ..UserRequest::default() };
            app.admin().get_user(request).await.unwrap().into_inner().user_id
        };
        let (alice_id, root_id) = (id(ALICE.0).await, id(ROOT.0).await);
        let of_alice = UserRequest { user_id: alice_id.clone(), ..UserRequest::default() };
        let sign_ins = async || app.admin().list_user_sign_ins(of_alice.clone()).await.unwrap().into_inner().sign_ins;
        let consents = async || {
            let request = ListAllConsentsRequest { user_id: alice_id.clone(), ..ListAllConsentsRequest::default() };
            app.admin().list_all_consents(request).await.unwrap().into_inner().consents
        };
        let (sessions, consented) = (sign_ins().await.len(), consents().await);
        let (session, consent) = (sign_ins().await[0].id.clone(), consented[0].id.clone());
        let page = root.get("/admin").await;
        for path in [
            format!("/admin/users/{root_id}/sessions/{session}/end"),
            format!("/admin/users/{root_id}/authorizations/{consent}/revoke"),
            format!("/admin/clients/{}/authorizations/{consent}/revoke", AUDITOR.id),
        ] {
            let answer = post(&root, &page, &path, &[]).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!((sign_ins().await.len(), consents().await.len()), (sessions, consented.len()));
        for path in [
            format!("/admin/users/{alice_id}/sessions/{session}/end"),
            format!("/admin/users/{alice_id}/authorizations/{consent}/revoke"),
        ] {
            let answer = post(&root, &page, &path, &[]).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
        }
        assert_eq!((sign_ins().await.len(), consents().await.len()), (sessions - 1, consented.len() - 1));
    }

    async fn admins_can_t_lock_themselves_out(app: TestApp) {
        seed(&app).await;
        let root = signed_in(&app, ROOT).await;
        let request = UserRequest { username: ROOT.0.to_owned(), ..UserRequest::default() };
        let id = app.admin().get_user(request).await.unwrap().into_inner().user_id;
        let page = root.get(&format!("/admin/users/{id}")).await;
        for action in ["disable", "delete"] {
            let answer = post(&root, &page, &format!("/admin/users/{id}/{action}"), &[]).await;
            assert!(!answer.status.is_server_error(), "{action}: {}", answer.status);
        }
        assert_eq!(root.get("/admin").await.status, StatusCode::OK);
    }

    async fn nonsense_gets_a_page(app: TestApp) {
        seed(&app).await;
        let root = signed_in(&app, ROOT).await;
        let long = "x".repeat(5000);
        let mut paths = Vec::new();
        for list in ["clients", "users", "tokens", "audit"] {
            for query in [
                "page=99999&page_size=-4", "status=%3Cscript%3E", "page_token=after.%F0%9F%A6%80",
                "page_token=last", "search=%25_%27%3B--%3Ci%3E", "role=root&auth_source=nowhere",
                "user=nobody&client_id=nothing&scope=%25&category=odd", "start_time=yesterday&end_time=-1",
                "severity=LOUD&event_type=ODD&success=perhaps",
            ] {
                paths.push(format!("/admin/{list}?{query}"));
            }
            paths.push(format!("/admin/{list}?search={long}"));
        }
        for path in ["clients/nothing", "clients/%2e%2e", "users/nobody", "users/%00", "tokens/access/x", "clients/web/odd", "users/x/sessions"] {
            paths.push(format!("/admin/{path}"));
        }
        for path in paths {
            let answer = root.get(&path).await;
            let fine = answer.status.is_success() || answer.status.is_client_error();
            assert!(fine, "{path}: {}", answer.status);
            assert!(!answer.text().contains("<script>") && !answer.text().contains("<i>"), "{path}");
        }
    }

    async fn the_api_takes_a_token_of_scope_admin_that_an_admin_has(app: TestApp) {
        seed(&app).await;
        let mut admin = AdminClient::new(app.grpc());
        let refused = admin.list_users(ListUsersRequest::default()).await.unwrap_err();
        assert_eq!(refused.code(), Code::Unauthenticated);
        // A browser's cookie from outside is no credential: only our own parts send contexts.
        let root = signed_in(&app, ROOT).await;
        let cookie = root.cookie("authgate_session").unwrap();
        let answer = app
            .request(Method::POST, "/authgate.v1.Admin/ListUsers")
            .header("content-type", "application/grpc")
            .header("cookie", format!("authgate_session={cookie}"))
            .send()
            .await;
        assert_ne!(answer.header("grpc-status"), "0");
    }
}
