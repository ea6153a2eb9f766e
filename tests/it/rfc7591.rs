//! RFC 7591: a client registers itself, and waits for an admin.

use authgate_proto::v1::{ApproveClientRequest, ListClientsRequest};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{
    Answer, Db, TestApp,
    oauth::{VERIFIER, authorize, people_and_clients, web_request},
    on_both,
    tokens::text,
};

const OPEN: (&str, &str) = ("ENABLE_DYNAMIC_CLIENT_REGISTRATION", "true");
const CALLBACK: &str = "https://new.example/callback";

async fn register(app: &TestApp, document: &Value) -> Answer {
    app.request(Method::POST, "/oauth/register")
        .json(document)
        .send()
        .await
}

fn document() -> Value {
    json!({ "client_name": "New app", "redirect_uris": [CALLBACK] })
}

on_both! {
    async fn it_is_closed_unless_opened(app: TestApp) {
        let answer = register(&app, &document()).await;
        answer.assert_error(StatusCode::FORBIDDEN, "registration_not_supported");
        let metadata = app.get("/.well-known/openid-configuration").await.ok();
        assert_eq!(metadata.get("registration_endpoint"), None);
    }

    async fn a_client_is_told_all_that_it_registered_and_what_it_got(db: Db) {
        let app = TestApp::start_with(db, &[OPEN]).await;
        let answer = register(&app, &document()).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
        assert_eq!(answer.header("cache-control"), "no-store");
        let client = answer.json();
        // Section 3.2.1: what was asked for, and what holds by default.
        let expected = json!({
            "client_name": "New app",
            "redirect_uris": [CALLBACK],
            "grant_types": ["authorization_code"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "client_secret_basic",
            "client_id_issued_at": app.now(),
            "client_secret_expires_at": 0,
        });
        for (member, value) in expected.as_object().unwrap() {
            assert_eq!(&client[member], value, "{member}");
        }
        let uri = format!("{}/oauth/register/{}", app.issuer(), text(&client, "client_id"));
        assert_eq!(client["registration_client_uri"], uri.as_str());
        assert!(!text(&client, "client_secret").is_empty() && !text(&client, "registration_access_token").is_empty());
        // Nobody gets what another got.
        let other = register(&app, &document()).await.json();
        for own in ["client_id", "client_secret", "registration_access_token"] {
            assert_ne!(client[own], other[own], "{own}");
        }
    }

    async fn it_waits_for_an_admin_and_then_works(db: Db) {
        let app = TestApp::start_with(db, &[OPEN]).await;
        app.seed(people_and_clients()).await;
        let client = register(&app, &document()).await.json();
        let (id, secret) = (text(&client, "client_id"), text(&client, "client_secret"));
        let parameters = web_request(&[("client_id", &id), ("redirect_uri", CALLBACK)]);
        let refused = authorize(&app.browser(), &parameters).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST);
        let answer = app.request(Method::POST, "/oauth/introspect").basic(&id, &secret).form(&[("token", "x")]).send().await;
        answer.assert_error(StatusCode::UNAUTHORIZED, "invalid_client");

        let waiting = ListClientsRequest { status: "pending".into(), page_size: 10, ..ListClientsRequest::default() };
        let waiting = app.admin().list_clients(waiting).await.unwrap().into_inner().clients;
        assert_eq!(waiting.iter().map(|client| &client.client_id).collect::<Vec<_>>(), [&id]);
        app.admin().approve_client(ApproveClientRequest { client_id: id.clone() }).await.unwrap();

        let code = authorize(&app.browser(), &parameters).await.redirect_parameter("code").unwrap();
        let fields = [("grant_type", "authorization_code"), ("code", &*code), ("redirect_uri", CALLBACK), ("code_verifier", VERIFIER)];
        let ask = app.request(Method::POST, "/oauth/token").basic(&id, &secret).form(&fields);
        let tokens = ask.send().await.ok();
        assert!(tokens["id_token"].is_string());
        // It did not register for refresh tokens.
        assert_eq!(tokens.get("refresh_token"), None);
    }

    async fn a_public_client_gets_no_secret(db: Db) {
        let app = TestApp::start_with(db, &[OPEN]).await;
        let client = register(&app, &json!({
            "redirect_uris": ["http://127.0.0.1/callback", "com.example.app:/callback"],
            "token_endpoint_auth_method": "none",
            "application_type": "native",
            "grant_types": ["authorization_code", "refresh_token"],
        })).await;
        assert_eq!(client.status, StatusCode::CREATED, "{}", client.text());
        assert_eq!((client.json().get("client_secret"), client.json().get("client_secret_expires_at")), (None, None));
    }

    async fn it_may_be_for_those_who_were_given_a_token(db: Db) {
        const TOKEN: &str = "initial-Zk3v9QmB7xLr2TnYpW5sHd8cJf1gKa6e";
        let app = TestApp::start_with(db, &[OPEN, ("DYNAMIC_CLIENT_REGISTRATION_TOKEN", TOKEN)]).await;
        let with = |header: String| {
            app.request(Method::POST, "/oauth/register").header("authorization", header).json(&document()).send()
        };
        let refused = [
            register(&app, &document()).await,
            with("Bearer wrong".to_owned()).await,
            with(format!("Bearer {TOKEN}x")).await,
            with(format!("Basic {TOKEN}")).await,
        ];
        for answer in refused {
            answer.assert_error(StatusCode::UNAUTHORIZED, "invalid_token");
            assert!(answer.header("www-authenticate").starts_with("Bearer "));
        }
        assert_eq!(with(format!("Bearer {TOKEN}")).await.status, StatusCode::CREATED);
    }

    async fn what_is_no_json_object_is_refused(db: Db) {
        let app = TestApp::start_with(db, &[OPEN]).await;
        let post = |media_type, body: &'static [u8]| {
            app.request(Method::POST, "/oauth/register").body(media_type, body).send()
        };
        let bodies: [&[u8]; 9] = [
            b"", b"{", b"[]", b"null", b"\"text\"", b"{\"redirect_uris\": [\"https://a.example/\"]} {}",
            b"{\"client_name\": \"\xff\"}", b"client_name=New", b"\xef\xbb\xbf{}",
        ];
        for body in bodies {
            post("application/json", body).await.assert_error(StatusCode::BAD_REQUEST, "invalid_client_metadata");
        }
        for media_type in ["application/x-www-form-urlencoded", "text/plain", "application/jsonp", ""] {
            post(media_type, b"{}").await.assert_error(StatusCode::BAD_REQUEST, "invalid_request");
        }
    }

    async fn a_redirect_that_could_lead_astray_is_refused(db: Db) {
        let app = TestApp::start_with(db, &[OPEN]).await;
        let refused = [
            json!(["http://new.example/callback"]), json!(["https://new.example/#fragment"]), json!(["/callback"]),
            json!(["javascript:alert(1)"]), json!(["data:text/html,x"]), json!(["https://*.example/callback"]),
            json!(["https://user@new.example/"]), json!([CALLBACK, "nonsense"]), json!([7]), json!(CALLBACK), json!([]),
            json!(["https://new.example/\u{0}"]),
        ];
        for redirect_uris in refused {
            let answer = register(&app, &json!({ "redirect_uris": redirect_uris })).await;
            answer.assert_error(StatusCode::BAD_REQUEST, "invalid_redirect_uri");
        }
        register(&app, &json!({})).await.assert_error(StatusCode::BAD_REQUEST, "invalid_redirect_uri");
    }

    async fn nobody_registers_what_only_an_admin_gives(db: Db) {
        let app = TestApp::start_with(db, &[OPEN]).await;
        let with = |member: &str, value: Value| {
            let mut document = document();
            document[member] = value;
            document
        };
        for (member, value) in [
            ("scope", json!("openid admin")),
            ("scope", json!("read")),
            ("grant_types", json!(["client_credentials"])),
            ("grant_types", json!(["password"])),
            ("grant_types", json!(["refresh_token"])),
            ("response_types", json!(["token"])),
            ("token_endpoint_auth_method", json!("private_key_jwt")),
            ("id_token_signed_response_alg", json!("none")),
            ("client_name", json!("New\u{0}app")),
            ("client_name", json!("x".repeat(256))),
            ("client_name", json!(7)),
            ("logo_uri", json!("javascript:alert(1)")),
            ("jwks", json!({ "keys": [{ "kty": "oct", "k": "c2VjcmV0" }] })),
        ] {
            let answer = register(&app, &with(member, value.clone())).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{member} {value}: {}", answer.text());
            answer.assert_error(StatusCode::BAD_REQUEST, "invalid_client_metadata");
            assert!(text(&answer.json(), "error_description").contains(member), "{}", answer.text());
        }
        // Section 2: what has no meaning here is passed over, ours too.
        for name in ["trusted", "introspect_any", "extra_claims_allowed", "status", "client_id", "colour"] {
            let client = register(&app, &with(name, json!(true))).await.json();
            assert_ne!(client.get(name), Some(&json!(true)), "{name}");
        }
    }

    async fn a_document_beyond_all_measure_is_refused(db: Db) {
        let app = TestApp::start_with(db, &[OPEN]).await;
        let long = json!({ "redirect_uris": [CALLBACK], "software_statement": "x".repeat(64 * 1024) });
        register(&app, &long).await.assert_error(StatusCode::PAYLOAD_TOO_LARGE, "invalid_request");
        let deep = format!("{}1{}", "[".repeat(20_000), "]".repeat(20_000));
        let deep = app.request(Method::POST, "/oauth/register").body("application/json", deep).send().await;
        deep.assert_error(StatusCode::BAD_REQUEST, "invalid_client_metadata");
    }
}
