//! Table `device_codes`.

use super::{Change, Executor, Store, StoreError, Transaction, connection::Executed, sql, text};
use crate::domain::{
    device_code::{DeviceCode, DeviceStatus},
    id::{ClientId, GrantId},
    scope::ScopeSet,
    secret::TokenHash,
    time::Timestamp,
};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, hash, user_code, client_id, scope, status, grant_id, client_ip, \
             user_agent, created_at, expires_at FROM device_codes ",
            $rest
        )
    };
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    hash: TokenHash,
    user_code: String,
    client_id: ClientId,
    scope: String,
    status: String,
    grant_id: Option<GrantId>,
    client_ip: String,
    user_agent: String,
    created_at: Timestamp,
    expires_at: Timestamp,
}

impl TryFrom<Row> for DeviceCode {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            status: DeviceStatus::parse(&row.status)
                .ok_or_else(|| StoreError::corrupt("device_codes", "status", &row.id))?,
            id: row.id,
            hash: row.hash,
            user_code: row.user_code,
            client_id: row.client_id,
            scope: ScopeSet::from_stored(&row.scope),
            grant_id: row.grant_id,
            client_ip: row.client_ip,
            user_agent: row.user_agent,
            created_at: row.created_at,
            expires_at: row.expires_at,
        })
    }
}

/// Adds `code`, in one commit with those that others add at the moment.
///
/// # Errors
/// A conflict in [`UserCode`](super::Column::UserCode) when another device has the user
/// code: draw a new one.
pub(crate) async fn append(store: &Store, code: DeviceCode) -> Result<(), StoreError> {
    text::check([code.client_ip.as_str(), &code.user_agent])?;
    store.appenders.device_codes.append(code).await
}

/// The code of that record id, whatever came of it.
pub(crate) async fn by_id(
    executor: &mut impl Executor,
    id: &str,
) -> Result<Option<DeviceCode>, StoreError> {
    let row: Option<Row> = sql!(executor, |conn| sqlx::query_as::<_, Row>(select!(
        "WHERE id = $1"
    ))
    .bind(id)
    .fetch_optional(conn))?;
    row.map(DeviceCode::try_from).transpose()
}

/// The code whose user code is `user_code`, in its stored form.
pub(crate) async fn by_user_code(
    executor: &mut impl Executor,
    user_code: &str,
) -> Result<Option<DeviceCode>, StoreError> {
    text::check([user_code])?;
    let row: Option<Row> = sql!(executor, |conn| sqlx::query_as::<_, Row>(select!(
        "WHERE user_code = $1"
    ))
    .bind(user_code)
    .fetch_optional(conn))?;
    row.map(DeviceCode::try_from).transpose()
}

/// Writes down what the person decided: `to` is [`DeviceStatus::Approved`] with its
/// grant, or [`DeviceStatus::Denied`]. False when it was decided before or its time is over.
pub(crate) async fn decide(
    transaction: &mut Transaction,
    id: &str,
    to: DeviceStatus,
    grant: Option<&GrantId>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    transaction.changes(Change::DeviceCode(id.to_owned()));
    let Executed(rows) = sql!(transaction, |conn| sqlx::query(
        "UPDATE device_codes SET status = $2, grant_id = $3 \
         WHERE id = $1 AND status = 'pending' AND expires_at > $4"
    )
    .bind(id)
    .bind(to.as_str())
    .bind(grant)
    .bind(now)
    .execute(conn))?;
    Ok(rows > 0)
}

/// Redeems the code: true for the one caller that may issue tokens for it, false
/// when it is not approved, was redeemed before or its time is over (RFC 8628 section 3.5).
///
/// Issue in the same transaction: others wait here until it is decided.
pub(crate) async fn claim(
    executor: &mut impl Executor,
    id: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Executed(rows) = sql!(executor, |conn| sqlx::query(
        "UPDATE device_codes SET status = 'redeemed' \
         WHERE id = $1 AND status = 'approved' AND expires_at > $2"
    )
    .bind(id)
    .bind(now)
    .execute(conn))?;
    Ok(rows > 0)
}
