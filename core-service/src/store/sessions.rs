//! Table `sessions`.

use super::{Executor, StoreError, connection::Executed, sql, text};
use crate::domain::{
    id::{SessionId, UserId},
    secret::TokenHash,
    session::Session,
    time::Timestamp,
};

#[derive(sqlx::FromRow)]
struct Row {
    id: SessionId,
    hash: TokenHash,
    user_id: UserId,
    auth_time: Timestamp,
    amr: String,
    remembered: bool,
    fingerprint: Option<TokenHash>,
    client_ip: String,
    user_agent: String,
    created_at: Timestamp,
    last_seen_at: Timestamp,
    expires_at: Timestamp,
    revoked_at: Option<Timestamp>,
}

impl From<Row> for Session {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            hash: row.hash,
            user_id: row.user_id,
            auth_time: row.auth_time,
            amr: row.amr,
            remembered: row.remembered,
            fingerprint: row.fingerprint,
            client_ip: row.client_ip,
            user_agent: row.user_agent,
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
        }
    }
}

/// Adds `session`.
pub(crate) async fn insert(
    executor: &mut impl Executor,
    session: &Session,
) -> Result<(), StoreError> {
    text::check([session.client_ip.as_str(), &session.user_agent])?;
    let _: Executed = sql!(executor, |conn| sqlx::query(
        "INSERT INTO sessions (id, hash, user_id, auth_time, amr, remembered, fingerprint, \
         client_ip, user_agent, created_at, last_seen_at, expires_at, revoked_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
    )
    .bind(&session.id)
    .bind(&session.hash)
    .bind(&session.user_id)
    .bind(session.auth_time)
    .bind(&session.amr)
    .bind(session.remembered)
    .bind(&session.fingerprint)
    .bind(&session.client_ip)
    .bind(&session.user_agent)
    .bind(session.created_at)
    .bind(session.last_seen_at)
    .bind(session.expires_at)
    .bind(session.revoked_at)
    .execute(conn))?;
    Ok(())
}

/// The session of that id, ended or not.
pub(crate) async fn by_id(
    executor: &mut impl Executor,
    id: &SessionId,
) -> Result<Option<Session>, StoreError> {
    text::check([id.as_str()])?;
    let row: Option<Row> = sql!(executor, |conn| {
        sqlx::query_as::<_, Row>(
        "SELECT id, hash, user_id, auth_time, amr, remembered, fingerprint, client_ip, user_agent, \
         created_at, last_seen_at, expires_at, revoked_at FROM sessions WHERE id = $1"
    )
    .bind(id)
    .fetch_optional(conn)
    })?;
    Ok(row.map(Session::from))
}

/// The user's sessions that count at `now`, the one used last first, at most `limit`. Those
/// that are not remembered count only when they were used after `idle_since`.
pub(crate) async fn live_of_user(
    executor: &mut impl Executor,
    user: &UserId,
    now: Timestamp,
    idle_since: Timestamp,
    limit: u32,
) -> Result<Vec<Session>, StoreError> {
    let rows: Vec<Row> = sql!(executor, |conn| {
        sqlx::query_as::<_, Row>(
        "SELECT id, hash, user_id, auth_time, amr, remembered, fingerprint, client_ip, user_agent, \
         created_at, last_seen_at, expires_at, revoked_at FROM sessions \
         WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > $2 \
         AND (remembered OR last_seen_at > $3) \
         ORDER BY last_seen_at DESC, id DESC LIMIT $4"
    )
    .bind(user)
    .bind(now)
    .bind(idle_since)
    .bind(i64::from(limit))
    .fetch_all(conn)
    })?;
    Ok(rows.into_iter().map(Session::from).collect())
}

/// Notes that the session was used at `now`.
pub(crate) async fn touch(
    executor: &mut impl Executor,
    id: &SessionId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let _: Executed = sql!(executor, |conn| sqlx::query(
        "UPDATE sessions SET last_seen_at = $2 WHERE id = $1 AND last_seen_at < $2"
    )
    .bind(id)
    .bind(now)
    .execute(conn))?;
    Ok(())
}

/// Ends the session. False when it had ended already or is not known.
pub(crate) async fn revoke(
    executor: &mut impl Executor,
    id: &SessionId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    text::check([id.as_str()])?;
    let Executed(rows) = sql!(executor, |conn| sqlx::query(
        "UPDATE sessions SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL"
    )
    .bind(id)
    .bind(now)
    .execute(conn))?;
    Ok(rows > 0)
}

/// Ends all sessions of the user that are not over; gives how many.
pub(crate) async fn revoke_of_user(
    executor: &mut impl Executor,
    user: &UserId,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let Executed(rows) = sql!(executor, |conn| sqlx::query(
        "UPDATE sessions SET revoked_at = $2 \
         WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > $2"
    )
    .bind(user)
    .bind(now)
    .execute(conn))?;
    Ok(rows)
}
