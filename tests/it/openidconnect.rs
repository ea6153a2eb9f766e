//! The crate `openidconnect`, a relying party that others wrote, against the app.

use std::{
    convert::Infallible,
    future::Future,
    time::{Duration, UNIX_EPOCH},
};

use openidconnect::{
    AccessToken, AdditionalProviderMetadata, AuthType, AuthenticationFlow, AuthorizationCode,
    ClientId, ClientSecret, CsrfToken, DeviceAuthorizationUrl, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, HttpRequest, HttpResponse, IntrospectionUrl, IssuerUrl, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, ProviderMetadata, RedirectUrl, RefreshToken,
    RevocationUrl, Scope, TokenIntrospectionResponse, TokenResponse,
    core::{
        CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod,
        CoreDeviceAuthorizationResponse, CoreGrantType, CoreIdToken, CoreIdTokenClaims,
        CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm,
        CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType, CoreUserInfoClaims,
    },
    http::header::CONTENT_TYPE,
};
use serde::{Deserialize, Serialize};

use crate::support::{
    TestApp,
    oauth::{
        CLI, CLI_CALLBACK, SERVICE, WEB, WEB_CALLBACK, approve_device, authorize,
        people_and_clients,
    },
    on_both,
};

/// Endpoints that the crate does not look for by itself.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct MoreEndpoints {
    device_authorization_endpoint: DeviceAuthorizationUrl,
    introspection_endpoint: IntrospectionUrl,
    revocation_endpoint: RevocationUrl,
}

impl AdditionalProviderMetadata for MoreEndpoints {}

type Metadata = ProviderMetadata<
    MoreEndpoints,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// The crate's client with every endpoint that the app advertises.
type RelyingParty = CoreClient<
    EndpointSet,
    EndpointSet,
    EndpointSet,
    EndpointSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Carries the crate's requests to the app.
async fn carry(app: &TestApp, request: HttpRequest) -> Result<HttpResponse, Infallible> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let mut carried = app.request(parts.method, path);
    for (name, value) in parts
        .headers
        .iter()
        .filter(|(name, _)| *name != CONTENT_TYPE)
    {
        carried = carried.header(name, value);
    }
    if let Some(content_type) = parts.headers.get(CONTENT_TYPE) {
        carried = carried.body(content_type.to_str().unwrap(), body);
    }
    let answer = carried.send().await;
    let mut response = HttpResponse::new(answer.body.to_vec());
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    Ok(response)
}

async fn discover(app: &TestApp, client_id: &str, secret: Option<&str>) -> RelyingParty {
    let issuer = IssuerUrl::new(app.issuer().to_owned()).unwrap();
    let metadata = Metadata::discover_async(issuer, &|request| carry(app, request))
        .await
        .unwrap();
    let more = metadata.additional_metadata().clone();
    let secret = secret.map(|secret| ClientSecret::new(secret.to_owned()));
    CoreClient::from_provider_metadata(metadata, ClientId::new(client_id.to_owned()), secret)
        .set_device_authorization_url(more.device_authorization_endpoint)
        .set_introspection_url(more.introspection_endpoint)
        .set_revocation_url(more.revocation_endpoint)
}
