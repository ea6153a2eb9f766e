//! Table `seeded_credentials`: what the seed file last gave as a ready-made hash.

use super::{Executor, StoreError, connection::Executed, sql};
use crate::domain::secret::TokenHash;

/// What was last given to `id`.
pub(crate) async fn get(
    executor: &mut impl Executor,
    id: &str,
) -> Result<Option<TokenHash>, StoreError> {
    sql!(executor, |conn| sqlx::query_scalar::<_, TokenHash>(
        "SELECT hash FROM seeded_credentials WHERE id = $1"
    )
    .bind(id)
    .fetch_optional(conn))
}

/// Notes what was given to `id`.
pub(crate) async fn set(
    executor: &mut impl Executor,
    id: &str,
    hash: &TokenHash,
) -> Result<(), StoreError> {
    let _: Executed = sql!(executor, |conn| sqlx::query(
        "INSERT INTO seeded_credentials (id, hash) VALUES ($1, $2) \
         ON CONFLICT (id) DO UPDATE SET hash = excluded.hash"
    )
    .bind(id)
    .bind(hash)
    .execute(conn))?;
    Ok(())
}
