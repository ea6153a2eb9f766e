//! Table `access_tokens`.

use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::{
    Change, Conn, Executor, Store, StoreError, Transaction,
    clients::{CLOCKS, set_own_tokens_since},
    connection::Executed,
    sql,
};
use crate::domain::{
    client::ClientStatus,
    id::{ClientId, GrantId, TokenId, UserId, first_id_of},
    scope::ScopeSet,
    time::Timestamp,
    token::{AccessToken, AccessTokenState, GrantState},
};

/// Records of a client whose tokens are ended one by one. More than a list of tokens takes
/// for few (see `token_list`): so it does not miss those that a mark ended.
const ONE_BY_ONE: u32 = 20_000;

/// How many tokens ended at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ended {
    /// One by one.
    pub(crate) tokens: u64,
    /// There were more, which a mark ended.
    pub(crate) more: bool,
}

/// A token with all that decides whether it counts. Columns that come from a joined
/// table are null when there is no such row.
#[derive(sqlx::FromRow)]
struct StateRow {
    id: TokenId,
    client_id: ClientId,
    grant_id: Option<GrantId>,
    scope: String,
    expires_at: Timestamp,
    revoked_at: Option<Timestamp>,
    disabled_at: Option<Timestamp>,
    ended_with_others: Option<bool>,
    client_status: Option<String>,
    user_id: Option<UserId>,
    username: Option<String>,
    user_active: Option<bool>,
    grant_revoked_at: Option<Timestamp>,
    grant_disabled_at: Option<Timestamp>,
}

impl TryFrom<StateRow> for AccessTokenState {
    type Error = StoreError;

    fn try_from(row: StateRow) -> Result<Self, StoreError> {
        let client_status = row
            .client_status
            .map(|status| {
                ClientStatus::parse(&status)
                    .ok_or_else(|| StoreError::corrupt("clients", "status", &row.client_id))
            })
            .transpose()?;
        let grant = match (row.user_id, row.username, row.user_active) {
            (Some(user_id), Some(username), Some(user_active)) => Some(GrantState {
                user_id,
                username,
                user_active,
                revoked_at: row.grant_revoked_at,
                disabled_at: row.grant_disabled_at,
            }),
            _ => None,
        };
        Ok(Self {
            token: AccessToken {
                id: row.id,
                client_id: row.client_id,
                grant_id: row.grant_id,
                scope: ScopeSet::from_stored(&row.scope),
                expires_at: row.expires_at,
            },
            revoked_at: row.revoked_at,
            disabled_at: row.disabled_at,
            ended_with_others: row.ended_with_others.unwrap_or_default(),
            client_status,
            grant,
        })
    }
}

/// Adds `token`, in one commit with those that others add at the moment.
pub(crate) async fn append(store: &Store, token: AccessToken) -> Result<(), StoreError> {
    store.appenders.access_tokens.append(token).await
}

/// Adds `token`, in one commit with what else `transaction` does.
pub(crate) async fn insert(
    executor: &mut impl Executor,
    token: &AccessToken,
) -> Result<(), StoreError> {
    let _: Executed = sql!(executor, |conn| sqlx::query(
        "INSERT INTO access_tokens (id, client_id, grant_id, scope, expires_at) \
         VALUES ($1, $2, $3, $4, $5)"
    )
    .bind(token.id)
    .bind(&token.client_id)
    .bind(token.grant_id)
    .bind(token.scope.to_string())
    .bind(token.expires_at)
    .execute(conn))?;
    Ok(())
}

/// The token of that `jti` with the state of its client, family and user: one read.
pub(crate) async fn state(
    executor: &mut impl Executor,
    id: &TokenId,
) -> Result<Option<AccessTokenState>, StoreError> {
    let row: Option<StateRow> = sql!(executor, |conn| {
        sqlx::query_as::<_, StateRow>(
        "SELECT t.id, t.client_id, t.grant_id, t.scope, t.expires_at, t.revoked_at, t.disabled_at, \
         (t.grant_id IS NULL AND t.id < c.own_tokens_since) AS ended_with_others, \
         c.status AS client_status, u.id AS user_id, u.username, u.active AS user_active, \
         g.revoked_at AS grant_revoked_at, g.disabled_at AS grant_disabled_at \
         FROM access_tokens t \
         LEFT JOIN clients c ON c.id = t.client_id \
         LEFT JOIN grants g ON g.id = t.grant_id \
         LEFT JOIN users u ON u.id = g.user_id \
         WHERE t.id = $1"
    )
    .bind(id)
    .fetch_optional(conn)
    })?;
    row.map(AccessTokenState::try_from).transpose()
}

/// Ends the token alone, not its family. False when it had ended already or is not known.
pub(crate) async fn revoke(
    transaction: &mut Transaction,
    id: &TokenId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    transaction.changes(Change::AccessToken(*id));
    let Executed(rows) = sql!(transaction, |conn| sqlx::query(
        "UPDATE access_tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL"
    )
    .bind(id)
    .bind(now)
    .execute(conn))?;
    Ok(rows > 0)
}

/// Suspends the token alone since `disabled_at`, or lets it count again (none). False when
/// it is so already, has ended or is not known.
pub(crate) async fn set_disabled(
    transaction: &mut Transaction,
    id: &TokenId,
    disabled_at: Option<Timestamp>,
) -> Result<bool, StoreError> {
    transaction.changes(Change::AccessToken(*id));
    let Executed(rows) = sql!(transaction, |conn| sqlx::query(
        "UPDATE access_tokens SET disabled_at = $2 \
         WHERE id = $1 AND revoked_at IS NULL AND (disabled_at IS NULL) = ($2 IS NOT NULL)"
    )
    .bind(id)
    .bind(disabled_at)
    .execute(conn))?;
    Ok(rows > 0)
}

/// The condition that a token `t` is of the client whose id the placeholder stands for, as
/// an index can find it. PostgreSQL's index is of a hash: ids are long, and there are
/// millions of rows; SQLite's is small as it is.
pub(super) fn of_client(
    executor: &mut impl Executor,
    placeholder: &str,
) -> Result<String, StoreError> {
    let same = format!("t.client_id = {placeholder}");
    Ok(match executor.conn()? {
        Conn::Sqlite(_) => same,
        Conn::Postgres(_) => format!(
            "hashtextextended(t.client_id, 0) = hashtextextended({placeholder}, 0) AND {same}"
        ),
    })
}

/// Ends the tokens that the client got for itself and that still count; those of
/// people end with their grants.
///
/// There may be millions: beyond the newest they are ended by a mark of the client.
pub(crate) async fn revoke_own_of_client(
    transaction: &mut Transaction,
    client: &ClientId,
    now: Timestamp,
) -> Result<Ended, StoreError> {
    revoke_own_beyond(transaction, client, now, ONE_BY_ONE).await
}

/// The same with a mark beyond the newest `one_by_one` of the client's records, besides
/// those that are so new that they may come from a process whose clock differs.
pub(super) async fn revoke_own_beyond(
    transaction: &mut Transaction,
    client: &ClientId,
    now: Timestamp,
    one_by_one: u32,
) -> Result<Ended, StoreError> {
    transaction.changes(Change::Client(client.clone()));
    let of_client = of_client(transaction, "$1")?;
    let text = format!(
        "SELECT t.id FROM access_tokens t WHERE {of_client} AND t.id < $2 \
         ORDER BY t.id DESC LIMIT 1 OFFSET $3"
    );
    let beyond: Option<TokenId> = sql!(transaction, |conn| sqlx::query_scalar::<_, TokenId>(
        AssertSqlSafe(text.as_str())
    )
    .bind(client)
    .bind(first_id_of(now - CLOCKS))
    .bind(i64::from(one_by_one))
    .fetch_optional(conn))?;
    // It is the first that the mark ends.
    let mark = beyond.map(|id| Uuid::from_u128(id.uuid().as_u128().wrapping_add(1)));
    let text = format!(
        "UPDATE access_tokens AS t SET revoked_at = $2 WHERE {of_client} AND t.id >= $3 \
         AND t.id >= (SELECT c.own_tokens_since FROM clients c WHERE c.id = $1) \
         AND grant_id IS NULL AND expires_at > $2 AND revoked_at IS NULL"
    );
    let Executed(tokens) = sql!(transaction, |conn| sqlx::query(AssertSqlSafe(
        text.as_str()
    ))
    .bind(client)
    .bind(now)
    .bind(mark.unwrap_or_default())
    .execute(conn))?;
    if let Some(mark) = mark {
        set_own_tokens_since(transaction, client, mark).await?;
    }
    Ok(Ended {
        tokens,
        more: mark.is_some(),
    })
}
