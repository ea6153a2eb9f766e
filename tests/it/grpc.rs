//! The core's services on the public listener, beside HTTP.

use authgate_proto::v1::{
    IntrospectTokenRequest, ListUsersRequest, admin_client::AdminClient,
    introspection_client::IntrospectionClient,
};
use http::Method;
use tonic::{Code, Request};

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
