//! What admins do with clients, users, tokens and keys on the pages.

use authgate_proto::v1::{GetClientRequest, ListClientsRequest, ListTokensRequest, UserRequest};
use axum::http::StatusCode;
use serde_json::Value;

use super::{ROOT, active, fill, post, seed, signed_in};
use crate::support::{
    TestApp,
    oauth::{ALICE, CLI, WEB},
    on_both,
    tokens::{CLI_APP, SERVICE_APP, WEB_APP, text},
};

async fn client(app: &TestApp, id: &str) -> Value {
    let request = GetClientRequest {
        client_id: id.to_owned(),
    };
    let client = app.admin().get_client(request).await.unwrap().into_inner();
    serde_json::from_str(&client.json).unwrap()
}

async fn user_id(app: &TestApp, username: &str) -> String {
    let request = UserRequest {
        username: username.to_owned(),
        ..UserRequest::default()
    };
    app.admin()
        .get_user(request)
        .await
        .unwrap()
        .into_inner()
        .user_id
}

on_both! {
    async fn a_client_from_its_form_to_its_end(app: TestApp) {
        seed(&app).await;
        let root = signed_in(&app, ROOT).await;
        let values = [
            ("client_name", "Reports"),
            ("type", "confidential"),
            ("grant_client_credentials", "1"),
            ("redirect_uris", "https://reports.example/cb\r\nhttps://reports.example/other"),
            ("scope", "openid read"),
            ("client_id", "reports"),
        ];
        let (_, made) = fill(&root, "/admin/clients/new", "/admin/clients", &values).await;
        assert_eq!(made.status, StatusCode::OK, "{}", made.text());
        assert!(made.text().contains("ago_"), "the secret is shown once");
        let stored = client(&app, "reports").await;
        assert_eq!(stored["redirect_uris"].as_array().unwrap().len(), 2);
        assert!(!root.get("/admin/clients/reports").await.text().contains("ago_"));

        let (form, changed) = fill(&root, "/admin/clients/reports/edit", "/admin/clients/reports", &[("client_name", "Figures")]).await;
        assert_eq!(changed.status, StatusCode::OK, "{}", changed.text());
        assert_eq!(client(&app, "reports").await["client_name"], "Figures");
        let stale = root.submit(&form, &[("client_name", "Older")]).await;
        assert!(stale.status.is_client_error(), "{}", stale.status);
        assert_eq!(client(&app, "reports").await["client_name"], "Figures");

        let page = root.get("/admin/clients/reports").await;
        for (action, status) in [("deactivate", "inactive"), ("approve", "active")] {
            let answer = post(&root, &page, &format!("/admin/clients/reports/{action}"), &[]).await;
            assert_eq!(answer.status, StatusCode::OK, "{action}: {}", answer.text());
            assert_eq!(client(&app, "reports").await["status"], status);
        }
        let renew = "/admin/clients/reports/regenerate-secret";
        let (form, answer) = fill(&root, renew, renew, &[]).await;
        assert!(answer.text().contains("ago_"));
        let again = root.submit(&form, &[]).await;
        assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.text());
        assert!(!again.text().contains("ago_"), "reloaded: no other secret");
        let answer = post(&root, &page, "/admin/clients/reports/delete", &[]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        assert_eq!(root.get("/admin/clients/reports").await.status, StatusCode::NOT_FOUND);
    }

    async fn a_new_client_is_made_once_however_often_its_form_is_sent(app: TestApp) {
        seed(&app).await;
        let root = signed_in(&app, ROOT).await;
        let values = [("client_name", "Twice"), ("redirect_uris", "https://twice.example/cb")];
        let (form, made) = fill(&root, "/admin/clients/new", "/admin/clients", &values).await;
        assert!(made.text().contains("ago_"), "{}", made.text());
        for _ in 0..2 {
            let again = root.submit(&form, &values).await;
            assert_eq!((again.status, again.heading().as_str()), (StatusCode::OK, "Created already"));
        }
        let request = ListClientsRequest { search: "Twice".to_owned(), ..ListClientsRequest::default() };
        assert_eq!(app.admin().list_clients(request).await.unwrap().into_inner().clients.len(), 1);
    }

    async fn everybody_signs_in_to_a_client_again(app: TestApp) {
        seed(&app).await;
        let web = text(&WEB_APP.tokens(&app, "openid").await, "access_token");
        let cli = text(&CLI_APP.tokens(&app, "openid").await, "access_token");
        let root = signed_in(&app, ROOT).await;
        let page = root.get(&format!("/admin/clients/{}", WEB.0)).await;
        let answer = post(&root, &page, &format!("/admin/clients/{}/revoke-all", WEB.0), &[]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        assert!(!active(&app, &web).await && active(&app, &cli).await);
        let listed = root.get(&format!("/admin/clients/{CLI}/authorizations")).await;
        assert!(listed.text().contains(ALICE.0), "{}", listed.text());
        let revoke = listed.form("/revoke");
        assert_eq!(root.submit(&revoke, &[]).await.status, StatusCode::OK);
        assert!(!active(&app, &cli).await);
    }

    async fn a_user_from_the_form_to_the_end(app: TestApp) {
        seed(&app).await;
        let root = signed_in(&app, ROOT).await;
        let values = [("username", "carol"), ("name", "Carol <i>"), ("email", "carol@app.example"), ("role", "user"), ("password_by", "typed"), ("password", "carol's own words")];
        let (_, made) = fill(&root, "/admin/users/new", "/admin/users", &values).await;
        assert_eq!(made.status, StatusCode::OK, "{}", made.text());
        assert!(!made.text().contains("<i>"));
        let carol = signed_in(&app, ("carol", "carol's own words")).await;
        let id = user_id(&app, "carol").await;
        let taken = fill(&root, "/admin/users/new", "/admin/users", &values).await.1;
        assert!(taken.status.is_client_error(), "{}", taken.status);

        let (_, changed) = fill(&root, &format!("/admin/users/{id}/edit"), &format!("/admin/users/{id}"), &[("role", "admin")]).await;
        assert_eq!(changed.status, StatusCode::OK, "{}", changed.text());
        assert_eq!(carol.get("/admin").await.status, StatusCode::OK, "at once");
        let (_, changed) = fill(&root, &format!("/admin/users/{id}/edit"), &format!("/admin/users/{id}"), &[("role", "user")]).await;
        assert_eq!(changed.status, StatusCode::OK);
        assert_eq!(carol.get("/admin").await.status, StatusCode::FORBIDDEN, "an open session too");

        let page = root.get(&format!("/admin/users/{id}")).await;
        let path = format!("/admin/users/{id}/reset-password");
        let (form, reset) = fill(&root, &path, &path, &[]).await;
        assert_eq!(reset.status, StatusCode::OK, "{}", reset.text());
        assert_eq!(root.submit(&form, &[]).await.status, StatusCode::CONFLICT, "once");
        assert!(carol.get_only("/account/sessions").await.status.is_redirection(), "signed out");
        for (action, may) in [("disable", false), ("enable", true)] {
            let answer = post(&root, &page, &format!("/admin/users/{id}/{action}"), &[]).await;
            assert_eq!(answer.status, StatusCode::OK, "{action}: {}", answer.text());
            let request = UserRequest { username: "carol".to_owned(), ..UserRequest::default() };
            assert_eq!(app.admin().get_user(request).await.unwrap().into_inner().active, may);
        }
        let answer = post(&root, &page, &format!("/admin/users/{id}/delete"), &[]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        assert_eq!(root.get(&format!("/admin/users/{id}")).await.status, StatusCode::NOT_FOUND);
    }

    async fn a_user_is_signed_out_everywhere(app: TestApp) {
        seed(&app).await;
        let token = text(&WEB_APP.tokens(&app, "openid").await, "access_token");
        let alice = signed_in(&app, ALICE).await;
        let root = signed_in(&app, ROOT).await;
        let id = user_id(&app, ALICE.0).await;
        let page = root.get(&format!("/admin/users/{id}")).await;
        for part in ["connections", "authorizations", "sessions"] {
            assert_eq!(root.get(&format!("/admin/users/{id}/{part}")).await.status, StatusCode::OK, "{part}");
        }
        let answer = post(&root, &page, &format!("/admin/users/{id}/revoke-all"), &[]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        assert!(!active(&app, &token).await);
        assert!(alice.get_only("/account/sessions").await.status.is_redirection());
    }

    async fn every_token_is_on_record_and_can_be_ended(app: TestApp) {
        seed(&app).await;
        let of_alice = text(&WEB_APP.tokens(&app, "openid").await, "access_token");
        let own = text(&SERVICE_APP.ask(&app, &[("grant_type", "client_credentials")]).await.ok(), "access_token");
        let root = signed_in(&app, ROOT).await;
        let page = root.get("/admin/tokens").await;
        assert!(page.text().contains("Web app") && page.text().contains("Service"), "{}", page.text());
        let found = root.get(&format!("/admin/tokens?user={}", ALICE.0)).await;
        assert!(found.text().contains("Web app"));
        let request = ListTokensRequest { client_id: "service".to_owned(), ..ListTokensRequest::default() };
        let listed = app.admin().list_tokens(request).await.unwrap().into_inner();
        let id = &listed.tokens[0].id;
        for (action, counts) in [("disable", false), ("enable", true), ("revoke", false)] {
            let answer = post(&root, &page, &format!("/admin/tokens/access/{id}/{action}"), &[]).await;
            assert_eq!(answer.status, StatusCode::OK, "{action}: {}", answer.text());
            assert_eq!(active(&app, &own).await, counts, "{action}");
        }
        assert!(active(&app, &of_alice).await);
        let refused = post(&root, &page, &format!("/admin/tokens/access/{id}/enable"), &[]).await;
        assert!(refused.status.is_client_error() || refused.text().contains("revoked"));
    }

    async fn keys_are_listed_and_replaced(app: TestApp) {
        seed(&app).await;
        let root = signed_in(&app, ROOT).await;
        let count = async || app.get("/.well-known/jwks.json").await.ok()["keys"].as_array().unwrap().len();
        let before = count().await;
        let (_, answer) = fill(&root, "/admin/keys", "/admin/keys/rotate", &[]).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        assert_eq!(count().await, before + 1);
    }
}
