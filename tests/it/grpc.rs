//! The core's services on the public listener, beside HTTP.

use std::time::Duration;

use authgate_proto::v1::{
    AuditFilter, IntrospectTokenRequest, ListAuditRequest, ListUsersRequest, RequestContext,
    admin_client::AdminClient, introspection_client::IntrospectionClient,
};
use http::Method;
use prost::Message;
use tonic::{Code, Request, metadata::MetadataValue};

use crate::support::{
    TestApp,
    oauth::{ALICE, SERVICE, people_and_clients},
    on_both,
};

/// `Basic` credentials of the service.
fn basic() -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    format!(
        "Basic {}",
        STANDARD.encode(format!("{}:{}", SERVICE.0, SERVICE.1))
    )
}

on_both! {
    async fn a_service_introspects_its_token(app: TestApp) {
        app.seed(people_and_clients()).await;
        let ask = app.request(Method::POST, "/oauth/token").basic(SERVICE.0, SERVICE.1);
        let tokens = ask.form(&[("grant_type", "client_credentials")]).send().await.ok();
        let token = tokens["access_token"].as_str().unwrap().to_owned();

        let mut introspection = IntrospectionClient::new(app.grpc());
        let mut request = Request::new(IntrospectTokenRequest { token: token.clone() });
        let refused = introspection.introspect(request).await.unwrap_err();
        assert_eq!(refused.code(), Code::Unauthenticated);

        request = Request::new(IntrospectTokenRequest { token });
        request.metadata_mut().insert("authorization", basic().parse().unwrap());
        let answer = introspection.introspect(request).await.unwrap();
        assert!(answer.metadata().get("x-request-id").is_some());
        assert!(answer.metadata().get("content-security-policy").is_none(), "no browser is there");
        let answer = answer.into_inner();
        assert!(answer.active);
        assert_eq!(answer.client_id, SERVICE.0);
        assert_eq!(answer.exp - app.now(), 3600);
    }

    async fn the_audit_trail_has_what_the_edge_knows_of_a_call_and_not_what_it_says(app: TestApp) {
        app.seed(people_and_clients()).await;
        let token = app.request(Method::POST, "/oauth/token").basic(SERVICE.0, SERVICE.1)
            .form(&[("grant_type", "client_credentials")]).send().await.ok();
        let token = token["access_token"].as_str().unwrap().to_owned();
        let mut request = Request::new(IntrospectTokenRequest { token });
        let forged = RequestContext { client_ip: "6.6.6.6".to_owned(), ..RequestContext::default() };
        let metadata = request.metadata_mut();
        let bytes = MetadataValue::from_bytes(&forged.encode_to_vec());
        metadata.insert_bin("authgate-context-bin", bytes);
        metadata.insert("x-forwarded-for", "6.6.6.6".parse().unwrap());
        metadata.insert("user-agent", "reporter/2".parse().unwrap());
        metadata.insert("authorization", basic().parse().unwrap());
        let answer = IntrospectionClient::new(app.grpc()).introspect(request).await.unwrap();
        let request_id = answer.metadata().get("x-request-id").unwrap().to_str().unwrap().to_owned();

        // Introspections are counted by the minute.
        app.advance(Duration::from_secs(61));
        let filter = AuditFilter { event_types: vec!["TOKEN_INTROSPECTED".to_owned()], ..AuditFilter::default() };
        let list = ListAuditRequest { filter: Some(filter), ..ListAuditRequest::default() };
        let mut entries = Vec::new();
        for _ in 0..100 {
            entries = app.admin().list_audit(list.clone()).await.unwrap().into_inner().entries;
            if !entries.is_empty() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let entry = &entries[0];
        assert_eq!((&*entry.actor_ip, &*entry.request_id), ("127.0.0.1", &*request_id));
        assert!(entry.user_agent.contains("reporter/2"), "{}", entry.user_agent);
        assert_eq!((&*entry.request_method, &*entry.request_path), ("POST", "/authgate.v1.Introspection/Introspect"));
    }

    async fn administration_is_for_administrators(app: TestApp) {
        app.seed(people_and_clients()).await;
        let everybody = ListUsersRequest { page_size: 10, ..ListUsersRequest::default() };
        let users = app.admin().list_users(everybody.clone()).await.unwrap().into_inner().users;
        assert!(users.iter().any(|user| user.username == ALICE.0));

        let mut outside = AdminClient::new(app.grpc());
        let refused = outside.list_users(everybody).await.unwrap_err();
        assert_eq!(refused.code(), Code::Unauthenticated);
    }

    async fn what_belongs_to_gateway_and_pages_is_not_public(app: TestApp) {
        use authgate_proto::v1::{JwksRequest, o_auth_client::OAuthClient};
        let mut outside = OAuthClient::new(app.grpc());
        let mut request = Request::new(JwksRequest {});
        request.metadata_mut().insert("authgate-peer-secret", "guess".parse().unwrap());
        assert_eq!(outside.jwks(request).await.unwrap_err().code(), Code::Unimplemented);
    }
}
