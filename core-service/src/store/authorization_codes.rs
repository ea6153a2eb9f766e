//! Table `authorization_codes`.

use super::{Executor, StoreError, connection::Executed, sql, text};
use crate::domain::{
    grant::AuthorizationCode,
    id::{ClientId, GrantId},
    secret::TokenHash,
    time::Timestamp,
};

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    hash: TokenHash,
    grant_id: GrantId,
    client_id: ClientId,
    redirect_uri: Option<String>,
    code_challenge: Option<String>,
    expires_at: Timestamp,
    used_at: Option<Timestamp>,
}

impl From<Row> for AuthorizationCode {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            hash: row.hash,
            grant_id: row.grant_id,
            client_id: row.client_id,
            redirect_uri: row.redirect_uri,
            code_challenge: row.code_challenge,
            expires_at: row.expires_at,
            used_at: row.used_at,
        }
    }
}

/// Adds `code`.
pub(crate) async fn insert(
    executor: &mut impl Executor,
    code: &AuthorizationCode,
) -> Result<(), StoreError> {
    text::check(
        [&code.redirect_uri, &code.code_challenge]
            .into_iter()
            .flatten()
            .map(String::as_str),
    )?;
    let _: Executed = sql!(executor, |conn| sqlx::query(
        "INSERT INTO authorization_codes (id, hash, grant_id, client_id, redirect_uri, \
         code_challenge, expires_at, used_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
    )
    .bind(&code.id)
    .bind(&code.hash)
    .bind(code.grant_id)
    .bind(&code.client_id)
    .bind(&code.redirect_uri)
    .bind(&code.code_challenge)
    .bind(code.expires_at)
    .bind(code.used_at)
    .execute(conn))?;
    Ok(())
}

/// The code of that record id, used or not.
pub(crate) async fn by_id(
    executor: &mut impl Executor,
    id: &str,
) -> Result<Option<AuthorizationCode>, StoreError> {
    let row: Option<Row> = sql!(executor, |conn| {
        sqlx::query_as::<_, Row>(
        "SELECT id, hash, grant_id, client_id, redirect_uri, code_challenge, expires_at, used_at \
         FROM authorization_codes WHERE id = $1"
    )
    .bind(id)
    .fetch_optional(conn)
    })?;
    Ok(row.map(AuthorizationCode::from))
}

/// Redeems the code: true for the one caller that may issue tokens for it, false
/// when it was redeemed before or its time is over (RFC 6749 section 4.1.2).
///
/// Issue in the same transaction: others wait here until it is decided.
pub(crate) async fn claim(
    executor: &mut impl Executor,
    id: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Executed(rows) = sql!(executor, |conn| sqlx::query(
        "UPDATE authorization_codes SET used_at = $2 \
         WHERE id = $1 AND used_at IS NULL AND expires_at > $2"
    )
    .bind(id)
    .bind(now)
    .execute(conn))?;
    Ok(rows > 0)
}
