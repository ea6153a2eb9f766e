//! Table `authorization_requests`.

use super::{Executor, StoreError, connection::Executed, sql, text};
use crate::domain::{
    grant::PendingAuthorization, id::ClientId, secret::TokenHash, time::Timestamp,
};

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    hash: TokenHash,
    client_id: ClientId,
    parameters: String,
    created_at: Timestamp,
    expires_at: Timestamp,
}

impl From<Row> for PendingAuthorization {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            hash: row.hash,
            client_id: row.client_id,
            parameters: row.parameters,
            created_at: row.created_at,
            expires_at: row.expires_at,
        }
    }
}

/// Adds `request`.
pub(crate) async fn insert(
    executor: &mut impl Executor,
    request: &PendingAuthorization,
) -> Result<(), StoreError> {
    text::check([request.parameters.as_str()])?;
    let _: Executed = sql!(executor, |conn| sqlx::query(
        "INSERT INTO authorization_requests (id, hash, client_id, parameters, created_at, \
         expires_at) VALUES ($1, $2, $3, $4, $5, $6)"
    )
    .bind(&request.id)
    .bind(&request.hash)
    .bind(&request.client_id)
    .bind(&request.parameters)
    .bind(request.created_at)
    .bind(request.expires_at)
    .execute(conn))?;
    Ok(())
}

/// The request of that record id, past its time or not.
pub(crate) async fn by_id(
    executor: &mut impl Executor,
    id: &str,
) -> Result<Option<PendingAuthorization>, StoreError> {
    let row: Option<Row> = sql!(executor, |conn| sqlx::query_as::<_, Row>(
        "SELECT id, hash, client_id, parameters, created_at, expires_at \
         FROM authorization_requests WHERE id = $1"
    )
    .bind(id)
    .fetch_optional(conn))?;
    Ok(row.map(PendingAuthorization::from))
}

/// Forgets the request: true for the one caller that may answer it.
pub(crate) async fn delete(executor: &mut impl Executor, id: &str) -> Result<bool, StoreError> {
    let Executed(rows) = sql!(executor, |conn| sqlx::query(
        "DELETE FROM authorization_requests WHERE id = $1"
    )
    .bind(id)
    .execute(conn))?;
    Ok(rows > 0)
}
