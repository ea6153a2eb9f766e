//! Table `grants`.

use super::{Executor, StoreError, connection::Executed, sql};
use crate::domain::{
    grant::Grant,
    id::{ClientId, ConsentId, GrantId, SessionId, UserId},
    scope::ScopeSet,
    time::Timestamp,
};

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
        }
    }
}

/// Adds `grant`.
pub(crate) async fn insert(executor: &mut impl Executor, grant: &Grant) -> Result<(), StoreError> {
    let _: Executed = sql!(executor, |conn| sqlx::query(
        "INSERT INTO grants (id, client_id, user_id, session_id, consent_id, scope, claims, nonce, \
         auth_time, amr, acr, created_at, expires_at, revoked_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
    )
    .bind(&grant.id)
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
    .execute(conn))?;
    Ok(())
}

/// The grant of that id.
pub(crate) async fn by_id(
    executor: &mut impl Executor,
    id: &GrantId,
) -> Result<Option<Grant>, StoreError> {
    let row: Option<Row> = sql!(executor, |conn| sqlx::query_as::<_, Row>(
        "SELECT * FROM grants WHERE id = $1"
    )
    .bind(id)
    .fetch_optional(conn))?;
    Ok(row.map(Grant::from))
}
