//! RFC 7592: a client looks after its own registration.

use authgate_proto::v1::{ApproveClientRequest, GetClientRequest, RejectClientRequest};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{Answer, Db, TestApp, on_both, tokens::text};

/// A client that registered itself.
struct Registered {
    app: TestApp,
    answer: Value,
}

impl Registered {
    async fn start(db: Db) -> Self {
        let open = ("ENABLE_DYNAMIC_CLIENT_REGISTRATION", "true");
        let app = TestApp::start_with(db, &[open]).await;
        let document =
            json!({ "client_name": "New app", "redirect_uris": ["https://new.example/callback"] });
        let request = app.request(Method::POST, "/oauth/register").json(&document);
        let answer = request.send().await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
        Self {
            answer: answer.json(),
            app,
        }
    }

    fn id(&self) -> String {
        text(&self.answer, "client_id")
    }

    fn path(&self) -> String {
        format!("/oauth/register/{}", self.id())
    }

    fn token(&self) -> String {
        text(&self.answer, "registration_access_token")
    }

    async fn send(&self, method: Method, token: &str) -> Answer {
        self.app
            .request(method, &self.path())
            .bearer(token)
            .send()
            .await
    }

    async fn put(&self, document: &Value) -> Answer {
        let request = self.app.request(Method::PUT, &self.path());
        request.bearer(&self.token()).json(document).send().await
    }

    /// The registration with `member` changed, as an update sends it.
    fn changed(&self, member: &str, value: Value) -> Value {
        let mut document = self.answer.clone();
        let members = document.as_object_mut().unwrap();
        for server_s in [
            "registration_access_token",
            "registration_client_uri",
            "client_secret_expires_at",
            "client_id_issued_at",
        ] {
            members.remove(server_s);
        }
        members.insert(member.to_owned(), value);
        document
    }

    async fn approve(&self) {
        self.app
            .admin()
            .approve_client(ApproveClientRequest {
                client_id: self.id(),
            })
            .await
            .unwrap();
    }

    async fn status(&self) -> String {
        let request = GetClientRequest {
            client_id: self.id(),
        };
        self.app
            .admin()
            .get_client(request)
            .await
            .unwrap()
            .into_inner()
            .status
    }

    /// Whether the client's secret opens anything.
    async fn can_authenticate(&self) -> bool {
        let request = self.app.request(Method::POST, "/oauth/introspect");
        let request = request.basic(&self.id(), &text(&self.answer, "client_secret"));
        request.form(&[("token", "x")]).send().await.status == StatusCode::OK
    }
}

on_both! {
    async fn it_reads_what_it_registered_but_not_its_secret(db: Db) {
        let client = Registered::start(db).await;
        let read = client.send(Method::GET, &client.token()).await;
        assert_eq!(read.header("cache-control"), "no-store");
        let read = read.ok();
        assert_eq!(read.get("client_secret"), None);
        for same in ["client_id", "client_name", "redirect_uris", "registration_client_uri", "registration_access_token", "scope"] {
            assert_eq!(read[same], client.answer[same], "{same}");
        }
    }

    async fn only_with_its_own_token(db: Db) {
        let client = Registered::start(db).await;
        let document = json!({ "redirect_uris": ["https://evil.example/"] });
        let other = client.app.request(Method::POST, "/oauth/register").json(&document).send().await.json();
        let secret = text(&client.answer, "client_secret");
        for token in [&*text(&other, "registration_access_token"), &secret, "x", "a.b.c"] {
            for method in [Method::GET, Method::DELETE] {
                let answer = client.send(method, token).await;
                answer.assert_error(StatusCode::UNAUTHORIZED, "invalid_token");
            }
            let put = client.app.request(Method::PUT, &client.path()).bearer(token);
            let put = put.json(&client.changed("client_name", json!("Taken"))).send().await;
            put.assert_error(StatusCode::UNAUTHORIZED, "invalid_token");
        }
        // Section 2.1: a client that there is not looks the same.
        for path in ["/oauth/register/nobody", "/oauth/register/%27%20OR%201", "/oauth/register/%C3%A9"] {
            let answer = client.app.request(Method::GET, path).bearer(&client.token()).send().await;
            answer.assert_error(StatusCode::UNAUTHORIZED, "invalid_token");
        }
        let bare = client.app.request(Method::GET, &client.path()).send().await;
        bare.assert_error(StatusCode::UNAUTHORIZED, "invalid_token");
        assert_eq!(bare.header("www-authenticate"), r#"Bearer realm="authgate""#);
        assert_eq!(client.send(Method::GET, &client.token()).await.ok()["client_name"], "New app");
    }

    async fn a_path_that_is_no_text_is_refused(db: Db) {
        let client = Registered::start(db).await;
        for path in ["/oauth/register/a%00b", "/oauth/register/%FF"] {
            let answer = client.app.request(Method::GET, path).bearer(&client.token()).send().await;
            answer.assert_error(StatusCode::BAD_REQUEST, "invalid_request");
        }
    }

    async fn it_changes_what_it_registered(db: Db) {
        let client = Registered::start(db).await;
        let updated = client.put(&client.changed("contacts", json!(["dev@new.example"]))).await.ok();
        assert_eq!(updated["contacts"], json!(["dev@new.example"]));
        let read = client.send(Method::GET, &client.token()).await.ok();
        assert_eq!(read["contacts"], json!(["dev@new.example"]));
        // Section 2.2: what an update leaves out, is gone.
        let document = json!({ "client_id": client.id(), "redirect_uris": ["https://new.example/callback"] });
        let updated = client.put(&document).await.ok();
        assert_eq!((updated.get("contacts"), updated.get("client_name")), (None, None));
    }

    async fn an_update_is_about_this_client_and_what_it_may_say(db: Db) {
        let client = Registered::start(db).await;
        let refused = [
            (client.answer.clone(), "invalid_request"),
            (client.changed("client_id", json!("other")), "invalid_request"),
            (client.changed("client_secret", json!("guess")), "invalid_request"),
            (client.changed("client_id_issued_at", json!(0)), "invalid_request"),
            (client.changed("redirect_uris", json!(["http://evil.example/"])), "invalid_redirect_uri"),
            (client.changed("scope", json!("openid admin")), "invalid_client_metadata"),
            (json!([]), "invalid_client_metadata"),
        ];
        for (document, code) in refused {
            client.put(&document).await.assert_error(StatusCode::BAD_REQUEST, code);
        }
        let read = client.send(Method::GET, &client.token()).await.ok();
        assert_eq!(read["redirect_uris"], client.answer["redirect_uris"]);
    }

    /// Else an approval of the harmless would be one of the harmful.
    async fn what_goes_beyond_the_approved_waits_again(db: Db) {
        let client = Registered::start(db).await;
        client.approve().await;
        assert!(client.can_authenticate().await);
        client.put(&client.changed("contacts", json!(["dev@new.example"]))).await.ok();
        assert_eq!(client.status().await, "active");
        for (member, value) in [
            ("redirect_uris", json!(["https://new.example/callback", "https://evil.example/"])),
            ("client_name", json!("Your bank")),
            ("grant_types", json!(["authorization_code", "refresh_token"])),
        ] {
            client.approve().await;
            client.put(&client.changed(member, value)).await.ok();
            assert_eq!(client.status().await, "pending", "{member}");
            assert!(!client.can_authenticate().await);
        }
    }

    async fn a_rejected_client_does_not_wait_again_by_an_update(db: Db) {
        let client = Registered::start(db).await;
        client.app.admin().reject_client(RejectClientRequest { client_id: client.id() }).await.unwrap();
        client.put(&client.changed("client_name", json!("Better"))).await.ok();
        assert_eq!(client.status().await, "inactive");
    }

    async fn it_deletes_itself_once_and_for_all(db: Db) {
        let client = Registered::start(db).await;
        client.approve().await;
        let gone = client.send(Method::DELETE, &client.token()).await;
        assert_eq!((gone.status, gone.body.len()), (StatusCode::NO_CONTENT, 0));
        assert!(!client.can_authenticate().await);
        for method in [Method::GET, Method::DELETE] {
            client.send(method, &client.token()).await.assert_error(StatusCode::UNAUTHORIZED, "invalid_token");
        }
    }

    async fn where_registration_is_closed_so_is_its_management(app: TestApp) {
        let answer = app.request(Method::GET, "/oauth/register/any").bearer("x").send().await;
        answer.assert_error(StatusCode::FORBIDDEN, "registration_not_supported");
    }
}
