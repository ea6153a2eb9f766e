//! Table `consents`.

use super::{Executor, StoreError, connection::Executed, sql, text};
use crate::domain::{
    grant::Consent,
    id::{ClientId, ConsentId, UserId},
    scope::ScopeSet,
    time::Timestamp,
};

#[derive(sqlx::FromRow)]
struct Row {
    id: ConsentId,
    user_id: UserId,
    client_id: ClientId,
    scope: String,
    claims: String,
    granted_at: Timestamp,
    updated_at: Timestamp,
    revoked_at: Option<Timestamp>,
}

impl From<Row> for Consent {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            user_id: row.user_id,
            client_id: row.client_id,
            scope: ScopeSet::from_stored(&row.scope),
            claims: ScopeSet::from_stored(&row.claims),
            granted_at: row.granted_at,
            updated_at: row.updated_at,
            revoked_at: row.revoked_at,
        }
    }
}

/// The consent of that id, taken back or not.
pub(crate) async fn by_id(
    executor: &mut impl Executor,
    id: &ConsentId,
) -> Result<Option<Consent>, StoreError> {
    text::check([id.as_str()])?;
    let row: Option<Row> = sql!(executor, |conn| sqlx::query_as::<_, Row>(
        "SELECT id, user_id, client_id, scope, claims, granted_at, updated_at, revoked_at \
         FROM consents WHERE id = $1"
    )
    .bind(id)
    .fetch_optional(conn))?;
    Ok(row.map(Consent::from))
}

/// What the user allowed the client, taken back or not.
pub(crate) async fn by_user_and_client(
    executor: &mut impl Executor,
    user: &UserId,
    client: &ClientId,
) -> Result<Option<Consent>, StoreError> {
    let row: Option<Row> = sql!(executor, |conn| sqlx::query_as::<_, Row>(
        "SELECT id, user_id, client_id, scope, claims, granted_at, updated_at, revoked_at \
         FROM consents WHERE user_id = $1 AND client_id = $2"
    )
    .bind(user)
    .bind(client)
    .fetch_optional(conn))?;
    Ok(row.map(Consent::from))
}

/// Writes `consent` as the one of its user and client. Where there was one, it keeps
/// its id and `granted_at` and counts again. Gives the id that stands.
pub(crate) async fn upsert(
    executor: &mut impl Executor,
    consent: &Consent,
) -> Result<ConsentId, StoreError> {
    let claims = consent.claims.to_string();
    text::check([claims.as_str()])?;
    sql!(executor, |conn| sqlx::query_scalar::<_, ConsentId>(
        "INSERT INTO consents (id, user_id, client_id, scope, claims, granted_at, updated_at, \
         revoked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, NULL) \
         ON CONFLICT (user_id, client_id) DO UPDATE SET scope = excluded.scope, \
         claims = excluded.claims, updated_at = excluded.updated_at, revoked_at = NULL \
         RETURNING id"
    )
    .bind(&consent.id)
    .bind(&consent.user_id)
    .bind(&consent.client_id)
    .bind(consent.scope.to_string())
    .bind(&claims)
    .bind(consent.granted_at)
    .bind(consent.updated_at)
    .fetch_one(conn))
}

/// Takes the consent back. False when it was already or is not known. What was
/// granted on it ends with `grants::revoke_of_user_and_client`.
pub(crate) async fn revoke(
    executor: &mut impl Executor,
    id: &ConsentId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    text::check([id.as_str()])?;
    let Executed(rows) = sql!(executor, |conn| sqlx::query(
        "UPDATE consents SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL"
    )
    .bind(id)
    .bind(now)
    .execute(conn))?;
    Ok(rows > 0)
}

/// Takes back all consents to the client; gives how many.
pub(crate) async fn revoke_of_client(
    executor: &mut impl Executor,
    client: &ClientId,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let Executed(rows) = sql!(executor, |conn| sqlx::query(
        "UPDATE consents SET revoked_at = $2 WHERE client_id = $1 AND revoked_at IS NULL"
    )
    .bind(client)
    .bind(now)
    .execute(conn))?;
    Ok(rows)
}
