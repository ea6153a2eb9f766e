//! A core and requests to it, for tests of what people do in a browser.

use std::{sync::Arc, time::Duration};

use secrecy::SecretString;
use serde_json::Map;

use crate::{
    Core, Ctx,
    config::{Database, Settings},
    domain::{
        id::UserId,
        secret::PlainToken,
        time::Timestamp,
        user::{Role, User},
    },
    store::users,
};

pub(crate) const START: Timestamp = Timestamp(1_800_000_000_000);
pub(crate) const MINUTE: Duration = Duration::from_secs(60);

/// A core with the user `ada`, and the settings' defaults changed by `change`.
pub(crate) async fn core_with(
    database: Database,
    change: impl FnOnce(&mut Settings),
) -> (Core, User) {
    let mut settings = Settings::new(
        "https://id.example".to_owned(),
        SecretString::from("0123456789abcdef0123456789abcdef"),
        database,
    );
    // Tests are about what is hashed, not how hard.
    settings.passwords.argon2_memory = 64;
    settings.passwords.argon2_iterations = 1;
    change(&mut settings);
    let core = Core::start(settings, Arc::new(|| START)).await.unwrap();
    let user = add_user(&core, "ada").await;
    (core, user)
}

/// Adds an active user without a password.
pub(crate) async fn add_user(core: &Core, username: &str) -> User {
    let user = User {
        id: UserId::from(format!("id of {username}")),
        username: username.to_owned(),
        email: None,
        email_verified: false,
        password_hash: None,
        role: Role::User,
        active: true,
        claims: Map::new(),
        auth_source: "local".to_owned(),
        external_id: None,
        created_at: START,
        updated_at: START,
    };
    let mut transaction = core.store.begin().await.unwrap();
    users::insert(&mut transaction, &user).await.unwrap();
    transaction.commit().await.unwrap();
    user
}

/// Writes a changed user.
pub(crate) async fn save(core: &Core, user: &User) {
    let mut transaction = core.store.begin().await.unwrap();
    users::update(&mut transaction, user).await.unwrap();
    transaction.commit().await.unwrap();
}

/// A request `after` the start, with this cookie.
pub(crate) fn request(after: Duration, cookie: Option<&str>) -> Ctx {
    Ctx {
        now: START + after,
        request_id: "r".to_owned(),
        client_ip: "192.0.2.1".to_owned(),
        user_agent: "browser".to_owned(),
        session_cookie: cookie.map(PlainToken::presented),
        csrf_token: String::new(),
        method: String::new(),
        path: String::new(),
        actor: crate::Actor::Nobody,
    }
}
