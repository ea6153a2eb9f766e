//! Records to store, and a way to compare them.

use std::time::Duration;

use serde_json::{Map, json};

use crate::{
    domain::{
        client::{Client, ClientStatus, SecretHash},
        client_metadata::ClientMetadata,
        device_code::{DeviceCode, DeviceStatus, new_device_code, new_user_code},
        grant::{AuthorizationCode, Consent, Grant, PendingAuthorization},
        id::{ClientId, UserId, time_ordered},
        scope::ScopeSet,
        secret::PlainToken,
        session::Session,
        time::Timestamp,
        token::{AccessToken, RefreshToken},
        user::{Role, User},
    },
    store::{
        Cursor, Executor, Store, StoreError, Transaction, access_tokens, clients, grants, users,
    },
};

/// The instant at which the cases play.
pub(super) const NOW: Timestamp = Timestamp(1_700_000_000_000);
pub(super) const SECOND: Duration = Duration::from_secs(1);
pub(super) const HOUR: Duration = Duration::from_secs(3600);

pub(super) fn new_id() -> String {
    time_ordered(NOW).to_string()
}

pub(super) fn scope(text: &str) -> ScopeSet {
    ScopeSet::parse(text).unwrap()
}

/// A user with something in every column.
pub(super) fn user(name: &str) -> User {
    let mut claims = Map::new();
    claims.insert("name".into(), json!("Zoë \u{1f980}"));
    claims.insert("address".into(), json!({ "locality": "Łódź" }));
    User {
        id: UserId::from(new_id()),
        username: name.to_owned(),
        email: Some(format!("{name}@Example.com")),
        email_verified: true,
        password_hash: Some("$argon2id$".to_owned()),
        role: Role::Admin,
        active: true,
        claims,
        auth_source: "ldap".to_owned(),
        external_id: Some(format!("cn={name}")),
        created_at: NOW,
        updated_at: NOW + SECOND,
    }
}

/// A client with something in every column but its owner.
pub(super) fn client(id: &str) -> Client {
    Client {
        id: ClientId::from(id),
        secret: Some(SecretHash::of(&PlainToken::presented(id))),
        metadata: ClientMetadata {
            client_name: "Żółw \u{1f422}".to_owned(),
            redirect_uris: vec!["https://app.example/cb".to_owned()],
            scope: "openid read".to_owned(),
            jwks: Some(json!({ "keys": [] })),
            trusted: true,
            ..ClientMetadata::default()
        },
        status: ClientStatus::Active,
        registration_token: Some(PlainToken::presented("manage").hash()),
        owner_id: None,
        created_at: NOW,
        updated_at: NOW + SECOND,
    }
}

pub(super) fn session(user: &User) -> Session {
    let (id, token) = PlainToken::for_record(NOW);
    Session {
        id: id.to_string().into(),
        hash: token.hash(),
        user_id: user.id.clone(),
        auth_time: NOW,
        amr: "pwd otp".to_owned(),
        remembered: true,
        fingerprint: Some(PlainToken::presented("agent").hash()),
        client_ip: "2001:db8::1".to_owned(),
        user_agent: "Mozilla/5.0 \u{1f980}".to_owned(),
        created_at: NOW,
        last_seen_at: NOW,
        expires_at: NOW + HOUR,
        revoked_at: None,
    }
}

pub(super) fn consent(user: &User, client: &Client) -> Consent {
    Consent {
        id: new_id().into(),
        user_id: user.id.clone(),
        client_id: client.id.clone(),
        scope: scope("openid read"),
        claims: scope("email phone_number"),
        granted_at: NOW,
        updated_at: NOW,
        revoked_at: None,
    }
}

/// A grant with something in every column.
pub(super) fn grant(user: &User, client: &Client) -> Grant {
    Grant {
        id: time_ordered(NOW).into(),
        client_id: client.id.clone(),
        user_id: user.id.clone(),
        session_id: Some(new_id().into()),
        consent_id: Some(new_id().into()),
        scope: scope("openid read"),
        claims: "{\"userinfo\":{}}".to_owned(),
        nonce: Some("n-\u{1f980}".to_owned()),
        auth_time: NOW,
        amr: "pwd".to_owned(),
        acr: Some("1".to_owned()),
        created_at: NOW,
        expires_at: NOW + 24 * HOUR,
        revoked_at: None,
        disabled_at: None,
        client_ip: "2001:db8::2".to_owned(),
        user_agent: "cli/\u{1f980}".to_owned(),
    }
}

pub(super) fn authorization_code(grant: &Grant) -> AuthorizationCode {
    let (id, token) = PlainToken::for_record(NOW);
    AuthorizationCode {
        id: id.to_string(),
        hash: token.hash(),
        grant_id: grant.id,
        client_id: grant.client_id.clone(),
        redirect_uri: Some("https://app.example/cb?ü=1".to_owned()),
        code_challenge: Some("challenge".to_owned()),
        expires_at: NOW + 60 * SECOND,
        used_at: None,
    }
}

pub(super) fn authorization_request(client: &Client) -> PendingAuthorization {
    let (id, token) = PlainToken::for_record(NOW);
    PendingAuthorization {
        id: id.to_string(),
        hash: token.hash(),
        client_id: client.id.clone(),
        parameters: json!({ "state": "\u{1f980}\u{0}" }).to_string(),
        created_at: NOW,
        expires_at: NOW + HOUR,
    }
}

pub(super) fn device_code(client: &Client) -> DeviceCode {
    let (id, token) = new_device_code(NOW);
    DeviceCode {
        id,
        hash: token.hash(),
        user_code: new_user_code(),
        client_id: client.id.clone(),
        scope: scope("read write"),
        status: DeviceStatus::Pending,
        grant_id: None,
        client_ip: "192.0.2.1".to_owned(),
        user_agent: "cli/1".to_owned(),
        created_at: NOW,
        expires_at: NOW + HOUR,
    }
}

pub(super) fn refresh_token(grant: &Grant) -> RefreshToken {
    let (id, token) = PlainToken::for_record(NOW);
    RefreshToken {
        id: id.to_string(),
        hash: token.hash(),
        grant_id: grant.id,
        created_at: NOW,
        expires_at: NOW + 24 * HOUR,
        last_used_at: None,
        rotated_at: None,
        successor_id: None,
        revoked_at: None,
        disabled_at: None,
    }
}

pub(super) fn access_token(client: &Client, grant: Option<&Grant>) -> AccessToken {
    AccessToken {
        id: time_ordered(NOW).into(),
        client_id: client.id.clone(),
        grant_id: grant.map(|grant| grant.id),
        scope: scope("read"),
        expires_at: NOW + HOUR,
    }
}

/// Commits what `$write` does with the transaction `$tx`, and gives its result.
macro_rules! commit {
    ($store:expr, |$tx:ident| $write:expr) => {{
        let mut transaction = $store.begin().await.unwrap();
        let $tx = &mut transaction;
        let result = $write.await.unwrap();
        transaction.commit().await.unwrap();
        result
    }};
}
pub(super) use commit;

/// What `$read` finds.
macro_rules! read {
    ($store:expr, |$connection:ident| $read:expr) => {{
        let mut connection = $store.read().await.unwrap();
        let $connection = &mut connection;
        $read.await.unwrap()
    }};
}
pub(super) use read;

/// A user and a client, stored.
pub(super) async fn parties(store: &Store) -> (User, Client) {
    let (user, client) = (user("zoe"), client("app"));
    commit!(store, |tx| users::insert(tx, &user));
    commit!(store, |tx| clients::insert(tx, &client));
    (user, client)
}

/// A stored grant with one stored access token.
pub(super) async fn issue(
    transaction: &mut Transaction,
    grant: &Grant,
    client: &Client,
) -> Result<AccessToken, StoreError> {
    let token = access_token(client, Some(grant));
    grants::insert(transaction, grant).await?;
    access_tokens::insert(transaction, &token).await?;
    Ok(token)
}

/// Whether the stored token counts.
pub(super) async fn is_live(store: &Store, token: &AccessToken) -> bool {
    read!(store, |connection| access_tokens::state(
        connection, &token.id
    ))
    .unwrap()
    .is_live(NOW)
}

/// Everything in a record, for comparison; the destructuring sees to new fields.
pub(super) trait Contents {
    fn contents(&self) -> String;
}

impl Contents for User {
    fn contents(&self) -> String {
        let Self {
            id,
            username,
            email,
            email_verified,
            password_hash,
            role,
            active,
            claims,
            auth_source,
            external_id,
            created_at,
            updated_at,
        } = self;
        format!(
            "{id} {username} {email:?} {email_verified} {password_hash:?} {role:?} {active} \
             {claims:?} {auth_source} {external_id:?} {created_at:?} {updated_at:?}"
        )
    }
}

impl Contents for Client {
    fn contents(&self) -> String {
        let Self {
            id,
            secret,
            metadata,
            status,
            registration_token,
            owner_id,
            created_at,
            updated_at,
        } = self;
        format!(
            "{id} {:?} {metadata:?} {status:?} {:?} {owner_id:?} {created_at:?} {updated_at:?}",
            secret.as_ref().map(SecretHash::to_stored),
            registration_token.as_ref().map(|hash| hash.to_hex()),
        )
    }
}

impl Contents for Session {
    fn contents(&self) -> String {
        let Self {
            id,
            hash,
            user_id,
            auth_time,
            amr,
            remembered,
            fingerprint,
            client_ip,
            user_agent,
            created_at,
            last_seen_at,
            expires_at,
            revoked_at,
        } = self;
        format!(
            "{id} {} {user_id} {auth_time:?} {amr} {remembered} {:?} {client_ip} {user_agent} \
             {created_at:?} {last_seen_at:?} {expires_at:?} {revoked_at:?}",
            hash.to_hex(),
            fingerprint.as_ref().map(|hash| hash.to_hex()),
        )
    }
}

/// Records whose Debug text shows all but the hash.
macro_rules! contents {
    ($($record:ty),+) => {$(
        impl Contents for $record {
            fn contents(&self) -> String {
                format!("{self:?} {}", self.hash.to_hex())
            }
        }
    )+};
}
contents!(
    AuthorizationCode,
    PendingAuthorization,
    DeviceCode,
    RefreshToken
);

impl Contents for Grant {
    fn contents(&self) -> String {
        format!("{self:?}")
    }
}

impl Contents for Consent {
    fn contents(&self) -> String {
        format!("{self:?}")
    }
}

/// The first clients, ordered by name.
pub(crate) async fn first_clients(
    executor: &mut impl Executor,
    size: u32,
) -> Result<Vec<Client>, StoreError> {
    let all = clients::Filter::default();
    Ok(clients::list(executor, &all, &Cursor::First, size)
        .await?
        .items)
}

/// The first users, ordered by user name.
pub(crate) async fn first_users(
    executor: &mut impl Executor,
    size: u32,
) -> Result<Vec<User>, StoreError> {
    let all = users::Filter::default();
    Ok(users::list(executor, &all, &Cursor::First, size)
        .await?
        .items)
}
