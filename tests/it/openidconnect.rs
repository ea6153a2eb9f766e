//! The crate `openidconnect`, a relying party that others wrote, against the app.

use std::{
    convert::Infallible,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use openidconnect::{
    AccessToken, AdditionalProviderMetadata, AuthenticationFlow, AuthorizationCode, ClientId,
    ClientSecret, CsrfToken, DeviceAuthorizationUrl, EndpointMaybeSet, EndpointSet, HttpRequest,
    HttpResponse, IntrospectionUrl, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge,
    ProviderMetadata, RedirectUrl, RevocationUrl, Scope, TokenIntrospectionResponse, TokenResponse,
    core::{
        CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod,
        CoreDeviceAuthorizationResponse, CoreGrantType, CoreJsonWebKey,
        CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode,
        CoreResponseType, CoreSubjectIdentifierType, CoreTokenResponse, CoreUserInfoClaims,
    },
    http::header::CONTENT_TYPE,
    url::Url,
};
use serde::{Deserialize, Serialize};

use crate::support::{
    Db, TestApp,
    oauth::{ALICE, CLI, CLI_CALLBACK, SERVICE, WEB, WEB_CALLBACK, authorize, people_and_clients},
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

/// An app on https, which the crate insists on for revocation.
async fn start(db: Db) -> TestApp {
    let app = TestApp::start_with(db, &[("BASE_URL", "https://auth.example")]).await;
    app.seed(people_and_clients()).await;
    app
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

/// The app's clock, for a library that would look at the machine's.
fn now(app: &TestApp) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(app.now().unsigned_abs())
}

/// Alice signs in at the client: code, PKCE, state; the nonce stands beside the tokens.
async fn sign_in(app: &TestApp, client: &RelyingParty) -> (CoreTokenResponse, Nonce) {
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state, nonce) = client
        .authorize_url(
            AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
            CsrfToken::new_random,
            Nonce::new_random,
        )
        .add_scopes(
            ["profile", "email", "offline_access"].map(|scope| Scope::new(scope.to_owned())),
        )
        .set_pkce_challenge(challenge)
        .url();
    let parameters: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let parameters: Vec<(&str, &str)> = parameters
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let answer = authorize(&app.browser(), &parameters).await;
    assert_eq!(
        answer.redirect_parameter("state").as_deref(),
        Some(state.secret().as_str())
    );
    assert_eq!(
        answer.redirect_parameter("iss").as_deref(),
        Some(app.issuer())
    );
    let code = AuthorizationCode::new(answer.redirect_parameter("code").unwrap());
    let tokens = client
        .exchange_code(code)
        .unwrap()
        .set_pkce_verifier(verifier)
        .request_async(&|request| carry(app, request))
        .await
        .unwrap();
    (tokens, nonce)
}

/// Checks the ID token as the crate does, and gives its subject.
#[track_caller]
fn subject(
    app: &TestApp,
    client: &RelyingParty,
    tokens: &CoreTokenResponse,
    nonce: Option<&Nonce>,
) -> String {
    let verifier = client.id_token_verifier().set_time_fn(|| now(app).into());
    let check_nonce = |given: Option<&Nonce>| match (nonce, given) {
        (Some(expected), Some(given)) if expected.secret() == given.secret() => Ok(()),
        (None, _) => Ok(()),
        _ => Err("the nonce is another".to_owned()),
    };
    let claims = tokens
        .id_token()
        .unwrap()
        .claims(&verifier, check_nonce)
        .unwrap();
    claims.subject().to_string()
}

/// What the app says about the person; none when the token is of no use.
async fn user_info(
    app: &TestApp,
    client: &RelyingParty,
    token: &AccessToken,
) -> Option<CoreUserInfoClaims> {
    client
        .user_info(token.clone(), None)
        .unwrap()
        .request_async(&|request| carry(app, request))
        .await
        .ok()
}

/// Signs in, refreshes and revokes; `rotates` says whether the refresh token changes.
async fn whole_life(app: &TestApp, client: &RelyingParty, rotates: bool) {
    let (tokens, nonce) = sign_in(app, client).await;
    let alice = subject(app, client, &tokens, Some(&nonce));
    let info = user_info(app, client, tokens.access_token()).await.unwrap();
    assert_eq!(info.subject().as_str(), alice);
    assert_eq!(
        info.preferred_username().map(|name| name.as_str()),
        Some(ALICE.0)
    );

    app.advance(Duration::from_secs(60));
    let refresh_token = tokens.refresh_token().unwrap();
    let refreshed = client
        .exchange_refresh_token(refresh_token)
        .unwrap()
        .request_async(&|request| carry(app, request))
        .await
        .unwrap();
    assert_eq!(subject(app, client, &refreshed, None), alice);
    let successor = refreshed.refresh_token().unwrap();
    assert_eq!(successor.secret() != refresh_token.secret(), rotates);

    client
        .revoke_token(successor.clone().into())
        .unwrap()
        .request_async(&|request| carry(app, request))
        .await
        .unwrap();
    let dead = user_info(app, client, refreshed.access_token()).await;
    assert!(dead.is_none(), "its refresh token was revoked");
}

on_both! {
    async fn a_confidential_client_signs_a_person_in(db: Db) {
        let app = start(db).await;
        let client = discover(&app, WEB.0, Some(WEB.1))
            .await
            .set_redirect_uri(RedirectUrl::new(WEB_CALLBACK.to_owned()).unwrap());
        whole_life(&app, &client, false).await;
    }

    async fn a_public_client_signs_a_person_in(db: Db) {
        let app = start(db).await;
        // A native app listens on whatever port is free (RFC 8252 section 7.3).
        let mut callback = Url::parse(CLI_CALLBACK).unwrap();
        callback.set_port(Some(51_234)).unwrap();
        let client = discover(&app, CLI, None)
            .await
            .set_redirect_uri(RedirectUrl::from_url(callback));
        whole_life(&app, &client, true).await;
    }

    async fn a_service_gets_a_token_of_its_own(db: Db) {
        let app = start(db).await;
        let client = discover(&app, SERVICE.0, Some(SERVICE.1)).await;
        let tokens = client
            .exchange_client_credentials()
            .unwrap()
            .add_scope(Scope::new("read".to_owned()))
            .request_async(&|request| carry(&app, request))
            .await
            .unwrap();
        assert_eq!(tokens.scopes().map(Vec::as_slice), Some(&[Scope::new("read".to_owned())][..]));
        assert!(tokens.refresh_token().is_none() && tokens.id_token().is_none());
        let known = client
            .introspect(tokens.access_token())
            .request_async(&|request| carry(&app, request))
            .await
            .unwrap();
        assert!(known.active());
    }

    async fn a_device_waits_for_a_person(db: Db) {
        let app = start(db).await;
        let client = discover(&app, CLI, None).await;
        let device: CoreDeviceAuthorizationResponse = client
            .exchange_device_code()
            .add_scope(Scope::new("openid".to_owned()))
            .request_async(&|request| carry(&app, request))
            .await
            .unwrap();

        // The first poll finds nothing; the person decides while the device waits.
        let wait = |interval| {
            app.advance(interval);
            approve(&app, &device)
        };
        let tokens = client
            .exchange_device_access_token(&device)
            .unwrap()
            .set_time_fn(|| now(&app).into())
            .request_async(&|request| carry(&app, request), wait, None)
            .await
            .unwrap();
        assert!(!subject(&app, &client, &tokens, None).is_empty());
    }
}

/// Alice follows the device's link and approves.
async fn approve(app: &TestApp, device: &CoreDeviceAuthorizationResponse) {
    let browser = app.browser();
    browser.sign_in(ALICE.0, ALICE.1).await;
    let link = Url::parse(device.verification_uri_complete().unwrap().secret()).unwrap();
    let page = browser
        .get(&format!(
            "{}?{}",
            link.path(),
            link.query().unwrap_or_default()
        ))
        .await;
    let done = browser
        .submit(&page.form("/device/verify"), &[("action", "approve")])
        .await;
    assert_eq!(done.heading(), "Device connected", "{}", done.text());
}
