//! Table `clients`.

use std::time::Duration;

use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::{
    Change, Cursor, Executor, Page, StoreError, Transaction, access_tokens,
    connection::Executed,
    paging::{Bind, Order, Search, bind_all, containing},
    sql, text,
};
use crate::domain::{
    client::{Client, ClientStatus, SecretHash},
    client_metadata::ClientMetadata,
    id::{ClientId, UserId, first_id_of},
    secret::TokenHash,
    time::Timestamp,
};

/// By how much the clocks of processes differ at most.
pub(super) const CLOCKS: Duration = Duration::from_secs(10);

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, secret_hash, metadata, status, registration_token_hash, owner_id, \
             created_at, updated_at FROM clients ",
            $rest
        )
    };
}

#[derive(sqlx::FromRow)]
struct Row {
    id: ClientId,
    secret_hash: Option<String>,
    metadata: String,
    status: String,
    registration_token_hash: Option<TokenHash>,
    owner_id: Option<UserId>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl TryFrom<Row> for Client {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let corrupt = |column| StoreError::corrupt("clients", column, &row.id);
        let secret = row
            .secret_hash
            .as_deref()
            .map(|stored| SecretHash::from_stored(stored).ok_or_else(|| corrupt("secret_hash")))
            .transpose()?;
        Ok(Self {
            secret,
            metadata: serde_json::from_str(&row.metadata).map_err(|_| corrupt("metadata"))?,
            status: ClientStatus::parse(&row.status).ok_or_else(|| corrupt("status"))?,
            id: row.id,
            registration_token: row.registration_token_hash,
            owner_id: row.owner_id,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// Adds `client`.
///
/// # Errors
/// A conflict in [`Column::Id`](super::Column) when the `client_id` is taken.
pub(crate) async fn insert(
    executor: &mut impl Executor,
    client: &Client,
) -> Result<(), StoreError> {
    text::check_keys([client.id.as_str()])?;
    let metadata = metadata_text(&client.metadata)?;
    let _: Executed = sql!(executor, |conn| sqlx::query(
        "INSERT INTO clients (id, secret_hash, metadata, status, registration_token_hash, \
         owner_id, created_at, updated_at, name_key, search_key, own_tokens_since) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
    )
    .bind(&client.id)
    .bind(client.secret.as_ref().map(SecretHash::to_stored))
    .bind(&metadata)
    .bind(client.status.as_str())
    .bind(&client.registration_token)
    .bind(&client.owner_id)
    .bind(client.created_at)
    .bind(client.updated_at)
    .bind(name_key(client))
    .bind(search_key(client))
    .bind(first_id_of(client.created_at - CLOCKS))
    .execute(conn))?;
    Ok(())
}

/// Writes all of `client` but `created_at`. False when there is no such client.
pub(crate) async fn update(
    transaction: &mut Transaction,
    client: &Client,
) -> Result<bool, StoreError> {
    let metadata = metadata_text(&client.metadata)?;
    transaction.changes(Change::Client(client.id.clone()));
    let Executed(rows) = sql!(transaction, |conn| sqlx::query(
        "UPDATE clients SET secret_hash = $2, metadata = $3, status = $4, \
         registration_token_hash = $5, owner_id = $6, updated_at = $7, name_key = $8, \
         search_key = $9 WHERE id = $1"
    )
    .bind(&client.id)
    .bind(client.secret.as_ref().map(SecretHash::to_stored))
    .bind(&metadata)
    .bind(client.status.as_str())
    .bind(&client.registration_token)
    .bind(&client.owner_id)
    .bind(client.updated_at)
    .bind(name_key(client))
    .bind(search_key(client))
    .execute(conn))?;
    Ok(rows > 0)
}

/// Lets tokens that the client got for itself count only from the id `since` on.
pub(super) async fn set_own_tokens_since(
    transaction: &mut Transaction,
    id: &ClientId,
    since: Uuid,
) -> Result<(), StoreError> {
    transaction.changes(Change::Client(id.clone()));
    let _: Executed = sql!(transaction, |conn| sqlx::query(
        "UPDATE clients SET own_tokens_since = $2 WHERE id = $1 AND own_tokens_since < $2"
    )
    .bind(id)
    .bind(since)
    .execute(conn))?;
    Ok(())
}

/// Replaces what is stored of the secret, in [`SecretHash::to_stored`]'s form. False
/// when there is no such client.
pub(crate) async fn set_secret_hash(
    transaction: &mut Transaction,
    id: &ClientId,
    stored: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    transaction.changes(Change::Client(id.clone()));
    let Executed(rows) = sql!(transaction, |conn| sqlx::query(
        "UPDATE clients SET secret_hash = $2, updated_at = $3 WHERE id = $1"
    )
    .bind(id)
    .bind(stored)
    .bind(now)
    .execute(conn))?;
    Ok(rows > 0)
}

/// The client of that `client_id`.
pub(crate) async fn by_id(
    executor: &mut impl Executor,
    id: &ClientId,
) -> Result<Option<Client>, StoreError> {
    text::check([id.as_str()])?;
    let row: Option<Row> = sql!(executor, |conn| sqlx::query_as::<_, Row>(select!(
        "WHERE id = $1"
    ))
    .bind(id)
    .fetch_optional(conn))?;
    row.map(Client::try_from).transpose()
}

/// What a list of clients leaves in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    /// Clients of this status.
    pub(crate) status: Option<ClientStatus>,
    /// Clients whose name, id or description holds this, in any case; empty: all.
    pub(crate) search: String,
    /// Clients that this person registered.
    pub(crate) owner: Option<UserId>,
}

/// A page of clients, ordered by name.
pub(crate) async fn list(
    executor: &mut impl Executor,
    filter: &Filter,
    cursor: &Cursor,
    size: u32,
) -> Result<Page<Client>, StoreError> {
    text::check([filter.search.as_str()])?;
    let mut search = Search::default();
    if let Some(status) = filter.status {
        search.and("status = ?", Bind::Text(status.as_str().to_owned()));
    }
    if !filter.search.is_empty() {
        let pattern = containing(&filter.search.to_lowercase());
        search.and(r"search_key LIKE ? ESCAPE '\'", Bind::Text(pattern));
    }
    if let Some(owner) = &filter.owner {
        search.and("owner_id = ?", Bind::Text(owner.to_string()));
    }
    let key = cursor.key().map(|key| Bind::Text(key.to_owned()));
    let rest = search.page("name_key", Order::Ascending, cursor, key, size);
    let text = format!("{}{rest}", select!(""));
    let rows: Vec<Row> = sql!(executor, |conn| bind_all!(
        sqlx::query_as::<_, Row>(AssertSqlSafe(text.as_str())),
        &search.binds
    )
    .fetch_all(conn))?;
    let clients: Vec<Client> = rows
        .into_iter()
        .map(Client::try_from)
        .collect::<Result<_, _>>()?;
    Ok(cursor.page(clients, size, name_key))
}

/// How many clients wait for approval, counted up to `most`.
pub(crate) async fn count_pending(
    executor: &mut impl Executor,
    most: u32,
) -> Result<u32, StoreError> {
    let count: i64 = sql!(executor, |conn| {
        sqlx::query_scalar::<_, i64>(
        "SELECT count(*) FROM (SELECT id FROM clients WHERE status = 'pending' LIMIT $1) waiting"
    )
    .bind(i64::from(most))
    .fetch_one(conn)
    })?;
    Ok(u32::try_from(count).unwrap_or(most))
}

/// Deletes the client with its consents and grants; its access tokens count no
/// longer. False when there is no such client.
pub(crate) async fn delete(
    transaction: &mut Transaction,
    id: &ClientId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    text::check([id.as_str()])?;
    // For the next client of that id they are neither from before it nor its own.
    access_tokens::revoke_own_of_client(transaction, id, now).await?;
    let Executed(rows) = sql!(transaction, |conn| sqlx::query(
        "DELETE FROM clients WHERE id = $1"
    )
    .bind(id)
    .execute(conn))?;
    Ok(rows > 0)
}

fn metadata_text(metadata: &ClientMetadata) -> Result<String, StoreError> {
    serde_json::to_string(metadata).map_err(StoreError::internal)
}

/// What lists are ordered by: the name, and the id because it is unique.
fn name_key(client: &Client) -> String {
    let name: String = client.metadata.client_name.chars().take(100).collect();
    key(&format!("{name} {}", client.id))
}

/// What is searched: name, id and description.
fn search_key(client: &Client) -> String {
    let metadata = &client.metadata;
    let description = metadata.description.as_deref().unwrap_or_default();
    key(&format!(
        "{} {} {description}",
        metadata.client_name, client.id
    ))
}

/// Lower case, and no NUL: that can stand in JSON, but not in a column.
fn key(text: &str) -> String {
    text.to_lowercase().replace('\0', "")
}
