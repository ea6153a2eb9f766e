//! How many there are of what, for overviews: exact where few rows have to be looked at,
//! and up to a limit where there may be millions.

use sqlx::AssertSqlSafe;

use super::{Executor, StoreError, access_tokens, sql};
use crate::domain::{
    id::{ClientId, UserId},
    time::Timestamp,
};

/// Counts `$from ...` for `$1` = whose and `$2` = now, up to `$3`.
macro_rules! count {
    ($executor:expr, $from:literal, $of:expr, $now:expr, $most:expr) => {{
        let count: i64 = sql!($executor, |conn| sqlx::query_scalar::<_, i64>(concat!(
            "SELECT count(*) FROM (SELECT 1 AS one FROM ",
            $from,
            " LIMIT $3) found"
        ))
        .bind($of)
        .bind($now)
        .bind(i64::from($most))
        .fetch_one(conn))?;
        u64::try_from(count).unwrap_or_default()
    }};
}

/// Clients that are pending, active and inactive.
pub(crate) async fn clients(executor: &mut impl Executor) -> Result<[u64; 3], StoreError> {
    let counts: (i64, i64, i64) = sql!(executor, |conn| sqlx::query_as::<_, (i64, i64, i64)>(
        "SELECT (SELECT count(*) FROM clients WHERE status = 'pending'), \
         (SELECT count(*) FROM clients WHERE status = 'active'), \
         (SELECT count(*) FROM clients WHERE status = 'inactive')"
    )
    .fetch_one(conn))?;
    Ok([counts.0, counts.1, counts.2].map(|count| u64::try_from(count).unwrap_or_default()))
}

/// Access tokens, refresh tokens and browser sessions whose time is not over, each
/// counted up to `most`.
pub(crate) async fn unexpired(
    executor: &mut impl Executor,
    now: Timestamp,
    most: u32,
) -> Result<[u64; 3], StoreError> {
    let counts: (i64, i64, i64) = sql!(executor, |conn| {
        sqlx::query_as::<_, (i64, i64, i64)>(
        "SELECT (SELECT count(*) FROM (SELECT 1 AS one FROM access_tokens WHERE expires_at > $1 LIMIT $2) a), \
         (SELECT count(*) FROM (SELECT 1 AS one FROM refresh_tokens WHERE expires_at > $1 LIMIT $2) r), \
         (SELECT count(*) FROM (SELECT 1 AS one FROM sessions WHERE expires_at > $1 AND revoked_at IS NULL LIMIT $2) s)"
    )
    .bind(now)
    .bind(i64::from(most))
    .fetch_one(conn)
    })?;
    Ok([counts.0, counts.1, counts.2].map(|count| u64::try_from(count).unwrap_or_default()))
}

/// People who allow the client something, and its access tokens that count: of its newest
/// ones, twice as many as are counted are looked at.
pub(crate) async fn of_client(
    executor: &mut impl Executor,
    client: &ClientId,
    now: Timestamp,
    most: u32,
) -> Result<[u64; 2], StoreError> {
    let users = count!(
        executor,
        "consents WHERE client_id = $1 AND revoked_at IS NULL AND granted_at <= $2",
        client,
        now,
        most
    );
    let text = format!(
        "SELECT count(*) FROM (SELECT t.grant_id FROM (SELECT t.* FROM access_tokens t \
         WHERE {} ORDER BY t.id DESC LIMIT 2 * $3) t \
         WHERE t.expires_at > $2 AND t.revoked_at IS NULL AND t.disabled_at IS NULL \
         AND CASE WHEN t.grant_id IS NULL \
         THEN t.id >= (SELECT c.own_tokens_since FROM clients c WHERE c.id = $1) \
         ELSE (SELECT g.revoked_at IS NULL AND g.disabled_at IS NULL \
         FROM grants g WHERE g.id = t.grant_id) END LIMIT $3) found",
        access_tokens::of_client(executor, "$1")?
    );
    let tokens: i64 = sql!(executor, |conn| sqlx::query_scalar::<_, i64>(
        AssertSqlSafe(text.as_str())
    )
    .bind(client)
    .bind(now)
    .bind(i64::from(most))
    .fetch_one(conn))?;
    Ok([users, u64::try_from(tokens).unwrap_or_default()])
}

/// The user's live browser sessions, live grants, consents and registered clients.
pub(crate) async fn of_user(
    executor: &mut impl Executor,
    user: &UserId,
    now: Timestamp,
    most: u32,
) -> Result<[u64; 4], StoreError> {
    let sessions = count!(
        executor,
        "sessions WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > $2",
        user,
        now,
        most
    );
    let grants = count!(
        executor,
        "grants WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > $2",
        user,
        now,
        most
    );
    let consents = count!(
        executor,
        "consents WHERE user_id = $1 AND revoked_at IS NULL AND granted_at <= $2",
        user,
        now,
        most
    );
    let apps = count!(
        executor,
        "clients WHERE owner_id = $1 AND created_at <= $2",
        user,
        now,
        most
    );
    Ok([sessions, grants, consents, apps])
}
