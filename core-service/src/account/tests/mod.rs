//! What people see and end of what acts in their name, on both databases.

mod apps;
mod consents;
mod grants;
mod password;
mod profile;
mod sign_ins;

use std::time::Duration;

use authgate_proto::{
    error::OAuthError,
    v1::{ClientAuthentication, IntrospectRequest, TokenRequest, TokenResponse},
};

use super::{
    session::{self, Proof, SignedIn},
    test_support::{MINUTE, START, add_user, core_with, request},
};
use crate::{
    Core, Ctx,
    admin::clients::NewClient,
    config::Database,
    domain::{
        client::Client,
        client_metadata::ClientMetadata,
        grant::{AuthorizationCode, Grant},
        id::{ConsentId, time_ordered},
        scope::ScopeSet,
        secret::PlainToken,
        user::User,
    },
    error::Error,
    introspect,
    store::{authorization_codes, clients, conformance::conformance, grants as table},
    token,
};

const HOUR: Duration = Duration::from_secs(3600);

/// A person in a browser.
struct Browser {
    ctx: Ctx,
    person: SignedIn,
}

/// `user` in a browser of its own.
async fn browser(core: &Core, user: &User) -> Browser {
    let proof = Proof {
        user,
        amr: "pwd",
        remember: false,
    };
    let (_, cookie) = session::open(core, &request(Duration::ZERO, None), proof)
        .await
        .unwrap();
    let ctx = request(MINUTE, Some(&cookie.value));
    let person = session::required(core, &ctx).await.unwrap();
    Browser { ctx, person }
}

/// A core, ada in a browser, and bob in another.
async fn two_people(database: Database) -> (Core, Browser, Browser) {
    let (core, ada) = core_with(database, |_| ()).await;
    let bob = add_user(&core, "bob").await;
    let ada = browser(&core, &ada).await;
    let bob = browser(&core, &bob).await;
    (core, ada, bob)
}

/// A client and how it authenticates.
struct App {
    client: Client,
    credentials: ClientAuthentication,
}

/// An active client; a public one without a secret.
async fn app(core: &Core, name: &str, public: bool) -> App {
    let method = if public {
        "none"
    } else {
        "client_secret_basic"
    };
    let metadata = ClientMetadata {
        client_name: name.to_owned(),
        token_endpoint_auth_method: method.to_owned(),
        grant_types: vec!["authorization_code".to_owned(), "refresh_token".to_owned()],
        redirect_uris: vec!["https://app.example/cb".to_owned()],
        scope: "openid email read".to_owned(),
        ..ClientMetadata::default()
    };
    let (client, secret) = NewClient::active(metadata).into_client(START);
    let mut transaction = core.store.begin().await.unwrap();
    clients::insert(&mut transaction, &client).await.unwrap();
    transaction.commit().await.unwrap();
    let credentials = ClientAuthentication {
        basic: None,
        client_id: client.id.to_string(),
        client_secret: secret.map_or_else(String::new, PlainToken::into_string),
    };
    App {
        client,
        credentials,
    }
}

/// What `person` allowed `app` `after` the start, and its code, not redeemed yet.
async fn approve(
    core: &Core,
    person: &SignedIn,
    app: &App,
    scope: &str,
    after: Duration,
    consent: Option<ConsentId>,
) -> (Grant, PlainToken) {
    let now = START + after;
    let grant = Grant {
        id: time_ordered(now).into(),
        client_id: app.client.id.clone(),
        user_id: person.user.id.clone(),
        session_id: Some(person.session.id.clone()),
        consent_id: consent,
        scope: ScopeSet::parse(scope).unwrap(),
        claims: "{}".to_owned(),
        nonce: None,
        auth_time: now,
        amr: "pwd".to_owned(),
        acr: None,
        created_at: now,
        expires_at: now + 48 * HOUR,
        revoked_at: None,
        disabled_at: None,
        client_ip: "192.0.2.9".to_owned(),
        user_agent: "app <b>1</b>".to_owned(),
    };
    let (id, code) = PlainToken::for_record(now);
    let record = AuthorizationCode {
        id: id.to_string(),
        hash: code.hash(),
        grant_id: grant.id,
        client_id: grant.client_id.clone(),
        redirect_uri: None,
        code_challenge: None,
        expires_at: now + HOUR,
        used_at: None,
    };
    let mut transaction = core.store.begin().await.unwrap();
    table::insert(&mut transaction, &grant).await.unwrap();
    authorization_codes::insert(&mut transaction, &record)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    (grant, code)
}

/// What `person` allowed `app`, and its tokens.
async fn issue(core: &Core, person: &SignedIn, app: &App, after: Duration) -> (Grant, Tokens) {
    let (grant, code) = approve(core, person, app, "openid read", after, None).await;
    let response = ask(
        core,
        app,
        after,
        TokenRequest {
            grant_type: "authorization_code".to_owned(),
            code: code.into_string(),
            ..TokenRequest::default()
        },
    );
    (grant, response.await.unwrap().into())
}

/// An access token and a refresh token.
#[derive(Debug)]
struct Tokens {
    access: String,
    refresh: String,
}

impl From<TokenResponse> for Tokens {
    fn from(response: TokenResponse) -> Self {
        Self {
            access: response.access_token,
            refresh: response.refresh_token.unwrap(),
        }
    }
}

async fn refresh(
    core: &Core,
    app: &App,
    after: Duration,
    token: &str,
) -> Result<Tokens, OAuthError> {
    let request = TokenRequest {
        grant_type: "refresh_token".to_owned(),
        refresh_token: token.to_owned(),
        ..TokenRequest::default()
    };
    ask(core, app, after, request).await.map(Tokens::from)
}

async fn ask(
    core: &Core,
    app: &App,
    after: Duration,
    asked: TokenRequest,
) -> Result<TokenResponse, OAuthError> {
    let asked = TokenRequest {
        client: Some(app.credentials.clone()),
        ..asked
    };
    match token::token(core, &request(after, None), asked).await {
        Ok(response) => Ok(response),
        Err(Error::OAuth(error)) => Err(error),
        Err(other) => panic!("{other}"),
    }
}

/// Whether the token counts for who asks about it: `inspector` may ask about all.
async fn counts(core: &Core, inspector: &App, token: &str) -> bool {
    let asked = IntrospectRequest {
        token: token.to_owned(),
        client: Some(inspector.credentials.clone()),
        ..IntrospectRequest::default()
    };
    introspect::introspect(core, &request(MINUTE, None), asked)
        .await
        .unwrap()
        .active
}

/// A confidential client that may ask about every token.
async fn inspector(core: &Core) -> App {
    let app = app(core, "Inspector", false).await;
    let mut client = app.client.clone();
    client.metadata.introspect_any = true;
    let mut transaction = core.store.begin().await.unwrap();
    clients::update(&mut transaction, &client).await.unwrap();
    transaction.commit().await.unwrap();
    App { client, ..app }
}

macro_rules! refused {
    ($call:expr, $kind:pat) => {{
        let result = $call.await;
        assert!(matches!(result, Err($kind)), "{result:?}");
    }};
}
use refused;
