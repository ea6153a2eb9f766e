//! Table `signing_keys`.

use super::{Executor, StoreError, connection::Executed, sql};
use crate::domain::{id::KeyId, time::Timestamp};

/// A signing key at rest.
#[derive(Clone, sqlx::FromRow)]
pub(crate) struct SigningKeyRow {
    /// The `kid`.
    pub(crate) id: KeyId,
    /// A JOSE name.
    pub(crate) algorithm: String,
    /// The private key, encrypted.
    pub(crate) sealed: Vec<u8>,
    /// When it was made.
    pub(crate) created_at: Timestamp,
    /// It is published before this and signs from here on.
    pub(crate) activates_at: Timestamp,
    /// When it leaves the key set; none: no successor yet.
    pub(crate) expires_at: Option<Timestamp>,
}

/// All keys, oldest first.
pub(crate) async fn list(executor: &mut impl Executor) -> Result<Vec<SigningKeyRow>, StoreError> {
    sql!(executor, |conn| sqlx::query_as::<_, SigningKeyRow>(
        "SELECT id, algorithm, sealed, created_at, activates_at, expires_at FROM signing_keys \
         ORDER BY created_at, id"
    )
    .fetch_all(conn))
}

/// Adds `key`.
///
/// # Errors
/// A conflict in [`Column::Id`](super::Column) when the `kid` is taken.
pub(crate) async fn insert(
    executor: &mut impl Executor,
    key: &SigningKeyRow,
) -> Result<(), StoreError> {
    let _: Executed = sql!(executor, |conn| {
        sqlx::query(
        "INSERT INTO signing_keys (id, algorithm, sealed, created_at, activates_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6)"
    )
    .bind(&key.id)
    .bind(&key.algorithm)
    .bind(&key.sealed)
    .bind(key.created_at)
    .bind(key.activates_at)
    .bind(key.expires_at)
    .execute(conn)
    })?;
    Ok(())
}

/// Says when the key leaves the key set. False when there is no such key.
pub(crate) async fn set_expiry(
    executor: &mut impl Executor,
    id: &KeyId,
    expires_at: Timestamp,
) -> Result<bool, StoreError> {
    let Executed(rows) = sql!(executor, |conn| sqlx::query(
        "UPDATE signing_keys SET expires_at = $2 WHERE id = $1"
    )
    .bind(id)
    .bind(expires_at)
    .execute(conn))?;
    Ok(rows > 0)
}

/// Deletes the keys that left the key set; gives how many.
pub(crate) async fn delete_expired(
    executor: &mut impl Executor,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let Executed(rows) = sql!(executor, |conn| sqlx::query(
        "DELETE FROM signing_keys WHERE expires_at <= $1"
    )
    .bind(now)
    .execute(conn))?;
    Ok(rows)
}
