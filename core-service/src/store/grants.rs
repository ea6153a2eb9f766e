//! Table `grants`.

use super::{Change, Executor, StoreError, Transaction, connection::Executed, sql, text};
use crate::domain::{
    grant::Grant,
    id::{ClientId, ConsentId, GrantId, SessionId, UserId},
    scope::ScopeSet,
    time::Timestamp,
};

/// Ends the grants that `$condition` on `$1` picks, unless they ended before; gives how many.
macro_rules! end {
    ($transaction:expr, $condition:literal, $of:expr, $now:expr) => {{
        let ended: Vec<GrantId> = sql!($transaction, |conn| sqlx::query_scalar(concat!(
            "UPDATE grants SET revoked_at = $2 WHERE revoked_at IS NULL AND ",
            $condition,
            " RETURNING id"
        ))
        .bind($of)
        .bind($now)
        .fetch_all(conn))?;
        let rows = ended.len() as u64;
        for id in ended {
            $transaction.changes(Change::Grant(id));
        }
        rows
    }};
}

#[derive(sqlx::FromRow)]
struct Row {
    id: GrantId,
    client_id: ClientId,
    user_id: UserId,
    session_id: Option<SessionId>,
    consent_id: Option<ConsentId>,
    scope: String,
    claims: String,
    nonce: Option<String>,
    auth_time: Timestamp,
    amr: String,
    acr: Option<String>,
    created_at: Timestamp,
    expires_at: Timestamp,
    revoked_at: Option<Timestamp>,
    disabled_at: Option<Timestamp>,
    client_ip: String,
    user_agent: String,
}

impl From<Row> for Grant {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            client_id: row.client_id,
            user_id: row.user_id,
            session_id: row.session_id,
            consent_id: row.consent_id,
            scope: ScopeSet::from_stored(&row.scope),
            claims: row.claims,
            nonce: row.nonce,
            auth_time: row.auth_time,
            amr: row.amr,
            acr: row.acr,
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            disabled_at: row.disabled_at,
            client_ip: row.client_ip,
            user_agent: row.user_agent,
        }
    }
}

/// Adds `grant`.
pub(crate) async fn insert(executor: &mut impl Executor, grant: &Grant) -> Result<(), StoreError> {
    let texts = [
        Some(&grant.claims),
        grant.nonce.as_ref(),
        grant.acr.as_ref(),
        Some(&grant.client_ip),
        Some(&grant.user_agent),
    ];
    text::check(texts.into_iter().flatten().map(String::as_str))?;
    let _: Executed = sql!(executor, |conn| {
        sqlx::query(
        "INSERT INTO grants (id, client_id, user_id, session_id, consent_id, scope, claims, nonce, \
         auth_time, amr, acr, created_at, expires_at, revoked_at, disabled_at, client_ip, user_agent) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)"
    )
    .bind(grant.id)
    .bind(&grant.client_id)
    .bind(&grant.user_id)
    .bind(&grant.session_id)
    .bind(&grant.consent_id)
    .bind(grant.scope.to_string())
    .bind(&grant.claims)
    .bind(&grant.nonce)
    .bind(grant.auth_time)
    .bind(&grant.amr)
    .bind(&grant.acr)
    .bind(grant.created_at)
    .bind(grant.expires_at)
    .bind(grant.revoked_at)
    .bind(grant.disabled_at)
    .bind(&grant.client_ip)
    .bind(&grant.user_agent)
    .execute(conn)
    })?;
    Ok(())
}

/// The grant of that id, ended or not.
pub(crate) async fn by_id(
    executor: &mut impl Executor,
    id: &GrantId,
) -> Result<Option<Grant>, StoreError> {
    let row: Option<Row> = sql!(executor, |conn| {
        sqlx::query_as::<_, Row>(
        "SELECT id, client_id, user_id, session_id, consent_id, scope, claims, nonce, auth_time, \
         amr, acr, created_at, expires_at, revoked_at, disabled_at, client_ip, user_agent \
         FROM grants WHERE id = $1"
    )
    .bind(id)
    .fetch_optional(conn)
    })?;
    Ok(row.map(Grant::from))
}

/// Ends the grant and so every token of its family. False when it had ended already
/// or is not known.
pub(crate) async fn revoke(
    transaction: &mut Transaction,
    id: &GrantId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(end!(transaction, "id = $1", id, now) > 0)
}

/// Suspends the grant and every token of its family since `disabled_at`, or lets them
/// count again (none). False when it is so already, has ended or is not known.
pub(crate) async fn set_disabled(
    transaction: &mut Transaction,
    id: &GrantId,
    disabled_at: Option<Timestamp>,
) -> Result<bool, StoreError> {
    transaction.changes(Change::Grant(*id));
    let Executed(rows) = sql!(transaction, |conn| sqlx::query(
        "UPDATE grants SET disabled_at = $2 \
         WHERE id = $1 AND revoked_at IS NULL AND (disabled_at IS NULL) = ($2 IS NOT NULL)"
    )
    .bind(id)
    .bind(disabled_at)
    .execute(conn))?;
    Ok(rows > 0)
}

/// Ends all grants that the user gave; gives how many.
pub(crate) async fn revoke_of_user(
    transaction: &mut Transaction,
    user: &UserId,
    now: Timestamp,
) -> Result<u64, StoreError> {
    Ok(end!(transaction, "user_id = $1", user, now))
}

/// Ends all grants to the client; gives how many.
pub(crate) async fn revoke_of_client(
    transaction: &mut Transaction,
    client: &ClientId,
    now: Timestamp,
) -> Result<u64, StoreError> {
    Ok(end!(transaction, "client_id = $1", client, now))
}

/// Ends all grants that the user gave the client; gives how many.
pub(crate) async fn revoke_of_user_and_client(
    transaction: &mut Transaction,
    user: &UserId,
    client: &ClientId,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let ended: Vec<GrantId> = sql!(transaction, |conn| sqlx::query_scalar(
        "UPDATE grants SET revoked_at = $3 \
         WHERE user_id = $1 AND client_id = $2 AND revoked_at IS NULL RETURNING id"
    )
    .bind(user)
    .bind(client)
    .bind(now)
    .fetch_all(conn))?;
    let count = ended.len() as u64;
    for id in ended {
        transaction.changes(Change::Grant(id));
    }
    Ok(count)
}
