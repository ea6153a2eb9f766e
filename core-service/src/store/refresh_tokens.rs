//! Table `refresh_tokens`.

use super::{Executor, StoreError, connection::Executed, sql};
use crate::domain::{id::GrantId, secret::TokenHash, time::Timestamp, token::RefreshToken};

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    hash: TokenHash,
    grant_id: GrantId,
    created_at: Timestamp,
    expires_at: Timestamp,
    last_used_at: Option<Timestamp>,
    rotated_at: Option<Timestamp>,
    successor_id: Option<String>,
    revoked_at: Option<Timestamp>,
    disabled_at: Option<Timestamp>,
}

impl From<Row> for RefreshToken {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            hash: row.hash,
            grant_id: row.grant_id,
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
            rotated_at: row.rotated_at,
            successor_id: row.successor_id,
            revoked_at: row.revoked_at,
            disabled_at: row.disabled_at,
        }
    }
}

/// Adds `token`.
pub(crate) async fn insert(
    executor: &mut impl Executor,
    token: &RefreshToken,
) -> Result<(), StoreError> {
    let _: Executed = sql!(executor, |conn| sqlx::query(
        "INSERT INTO refresh_tokens (id, hash, grant_id, created_at, expires_at, last_used_at, \
         rotated_at, successor_id, revoked_at, disabled_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
    )
    .bind(&token.id)
    .bind(&token.hash)
    .bind(token.grant_id)
    .bind(token.created_at)
    .bind(token.expires_at)
    .bind(token.last_used_at)
    .bind(token.rotated_at)
    .bind(&token.successor_id)
    .bind(token.revoked_at)
    .bind(token.disabled_at)
    .execute(conn))?;
    Ok(())
}

/// The token of that record id, whatever became of it.
pub(crate) async fn by_id(
    executor: &mut impl Executor,
    id: &str,
) -> Result<Option<RefreshToken>, StoreError> {
    let row: Option<Row> = sql!(executor, |conn| sqlx::query_as::<_, Row>(
        "SELECT id, hash, grant_id, created_at, expires_at, last_used_at, rotated_at, \
         successor_id, revoked_at, disabled_at FROM refresh_tokens WHERE id = $1"
    )
    .bind(id)
    .fetch_optional(conn))?;
    Ok(row.map(RefreshToken::from))
}

/// Puts a successor in the token's place: true for the one caller that may hand it
/// out, false when there is one already or the token was revoked or suspended.
///
/// Insert the successor in the same transaction: others wait here until it is decided.
pub(crate) async fn rotate(
    executor: &mut impl Executor,
    id: &str,
    successor_id: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Executed(rows) = sql!(executor, |conn| sqlx::query(
        "UPDATE refresh_tokens SET rotated_at = $3, last_used_at = $3, successor_id = $2 \
         WHERE id = $1 AND rotated_at IS NULL AND revoked_at IS NULL \
         AND disabled_at IS NULL"
    )
    .bind(id)
    .bind(successor_id)
    .bind(now)
    .execute(conn))?;
    Ok(rows > 0)
}

/// Notes that the token gave tokens at `now`. False when it was revoked or suspended.
pub(crate) async fn touch(
    executor: &mut impl Executor,
    id: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Executed(rows) = sql!(executor, |conn| sqlx::query(
        "UPDATE refresh_tokens SET last_used_at = $2 \
         WHERE id = $1 AND revoked_at IS NULL AND disabled_at IS NULL"
    )
    .bind(id)
    .bind(now)
    .execute(conn))?;
    Ok(rows > 0)
}

/// Suspends the token alone since `disabled_at`, or lets it be used again (none). False
/// when it is so already, has ended or is not known.
pub(crate) async fn set_disabled(
    executor: &mut impl Executor,
    id: &str,
    disabled_at: Option<Timestamp>,
) -> Result<bool, StoreError> {
    let Executed(rows) = sql!(executor, |conn| sqlx::query(
        "UPDATE refresh_tokens SET disabled_at = $2 \
         WHERE id = $1 AND revoked_at IS NULL AND (disabled_at IS NULL) = ($2 IS NOT NULL)"
    )
    .bind(id)
    .bind(disabled_at)
    .execute(conn))?;
    Ok(rows > 0)
}
