//! Cores to administer, on both databases.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use secrecy::SecretString;
use serde_json::Map;

use super::{clients::NewClient, users::NewUser};
use crate::{
    Core, Ctx,
    config::{Database, Settings},
    domain::{
        client::Client,
        client_metadata::ClientMetadata,
        grant::Grant,
        id::time_ordered,
        scope::ScopeSet,
        secret::PlainToken,
        session::Session,
        time::Timestamp,
        token::AccessToken,
        user::{Role, User},
    },
    store::{access_tokens, clients, conformance::database::Given, grants, sessions, users},
};

pub(crate) const NOW: Timestamp = Timestamp(1_800_000_000_000);
const DAY: Duration = Duration::from_secs(86_400);

impl Given for Core {
    async fn on(database: Database) -> Self {
        core_on(database, |_| {}).await
    }
}

/// A core with the settings' defaults changed by `change`. Its clock moves on by a
/// second each time it is asked, so that what is written twice shows.
pub(crate) async fn core_on(database: Database, change: impl FnOnce(&mut Settings)) -> Core {
    let mut settings = Settings::new(
        "https://id.example".to_owned(),
        SecretString::from("0123456789abcdef0123456789abcdef"),
        database,
    );
    // Tests are about what is hashed, not how hard.
    settings.passwords.argon2_memory = 64;
    settings.passwords.argon2_iterations = 1;
    change(&mut settings);
    let clock = AtomicI64::new(NOW.0);
    let clock = move || Timestamp(clock.fetch_add(1000, Ordering::Relaxed));
    Core::start(settings, Arc::new(clock)).await.unwrap()
}

/// A request.
pub(crate) fn ctx() -> Ctx {
    Ctx {
        now: NOW,
        request_id: "r".to_owned(),
        client_ip: "192.0.2.1".to_owned(),
        user_agent: "test".to_owned(),
        session_cookie: None,
        csrf_token: String::new(),
        method: String::new(),
        path: String::new(),
        actor: crate::Actor::Nobody,
    }
}

/// An active user without a password.
pub(crate) async fn add_user(core: &Core, username: &str, role: Role) -> User {
    let user = NewUser {
        username: username.to_owned(),
        password_hash: None,
        email: None,
        role,
        claims: Map::new(),
    }
    .into_user(NOW);
    let mut transaction = core.store.begin().await.unwrap();
    users::insert(&mut transaction, &user).await.unwrap();
    transaction.commit().await.unwrap();
    user
}

/// An active public client.
pub(crate) async fn add_client(core: &Core) -> Client {
    let metadata = ClientMetadata {
        token_endpoint_auth_method: "none".to_owned(),
        ..ClientMetadata::default()
    };
    let (client, _) = NewClient::active(metadata).into_client(NOW);
    let mut transaction = core.store.begin().await.unwrap();
    clients::insert(&mut transaction, &client).await.unwrap();
    transaction.commit().await.unwrap();
    client
}

/// A browser session of `user`, and what it allowed `client` in it.
pub(crate) async fn add_grant(
    core: &Core,
    user: &User,
    client: &Client,
    scope: &str,
) -> (Session, Grant) {
    let (id, cookie) = PlainToken::for_record(NOW);
    let session = Session {
        id: id.to_string().into(),
        hash: cookie.hash(),
        user_id: user.id.clone(),
        auth_time: NOW,
        amr: "pwd".to_owned(),
        remembered: false,
        fingerprint: None,
        client_ip: String::new(),
        user_agent: String::new(),
        created_at: NOW,
        last_seen_at: NOW,
        expires_at: NOW + DAY,
        revoked_at: None,
    };
    let grant = Grant {
        id: time_ordered(NOW).into(),
        client_id: client.id.clone(),
        user_id: user.id.clone(),
        session_id: Some(session.id.clone()),
        consent_id: None,
        scope: ScopeSet::parse(scope).unwrap(),
        claims: "{}".to_owned(),
        nonce: None,
        auth_time: NOW,
        amr: "pwd".to_owned(),
        acr: None,
        created_at: NOW,
        expires_at: NOW + DAY,
        revoked_at: None,
        disabled_at: None,
        client_ip: String::new(),
        user_agent: String::new(),
    };
    let mut transaction = core.store.begin().await.unwrap();
    sessions::insert(&mut transaction, &session).await.unwrap();
    grants::insert(&mut transaction, &grant).await.unwrap();
    transaction.commit().await.unwrap();
    (session, grant)
}

/// The request of `user`, who is an admin.
pub(crate) fn asked_by(user: &User) -> Ctx {
    Ctx {
        actor: user.into(),
        ..ctx()
    }
}

/// An access token of `client` for `scope`, under `grant` or its own.
pub(crate) async fn add_token(
    core: &Core,
    client: &Client,
    grant: Option<&Grant>,
    scope: &str,
    now: Timestamp,
) -> AccessToken {
    let token = AccessToken {
        id: time_ordered(now).into(),
        client_id: client.id.clone(),
        grant_id: grant.map(|grant| grant.id),
        scope: ScopeSet::parse(scope).unwrap(),
        expires_at: NOW + DAY,
    };
    let mut transaction = core.store.begin().await.unwrap();
    access_tokens::insert(&mut transaction, &token)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    token
}

/// Whether the access token counts.
pub(crate) async fn counts(core: &Core, token: &AccessToken) -> bool {
    let mut connection = core.store.read().await.unwrap();
    let state = access_tokens::state(&mut connection, &token.id)
        .await
        .unwrap();
    state.is_some_and(|state| state.is_live(NOW))
}

/// Whether the session still counts, and whether the grant does.
pub(crate) async fn still_live(core: &Core, session: &Session, grant: &Grant) -> (bool, bool) {
    let mut connection = core.store.read().await.unwrap();
    let session = sessions::by_id(&mut connection, &session.id).await.unwrap();
    let grant = grants::by_id(&mut connection, &grant.id).await.unwrap();
    (
        session.is_some_and(|session| session.is_live(NOW, Duration::ZERO)),
        grant.is_some_and(|grant| grant.is_live(NOW)),
    )
}
