//! Holding a row until the transaction ends, so that what is read of it afterwards is
//! what will be written over. PostgreSQL would let another transaction change it in
//! between; SQLite's transactions stand in line anyway.

use super::{StoreError, Transaction, connection::Executed, sql, text};
use crate::domain::id::{ClientId, UserId};

/// Holds the user, if there is such a one.
pub(crate) async fn user(transaction: &mut Transaction, id: &UserId) -> Result<(), StoreError> {
    hold(
        transaction,
        "UPDATE users SET id = id WHERE id = $1",
        id.as_str(),
    )
    .await
}

/// Holds the client, if there is such a one.
pub(crate) async fn client(transaction: &mut Transaction, id: &ClientId) -> Result<(), StoreError> {
    hold(
        transaction,
        "UPDATE clients SET id = id WHERE id = $1",
        id.as_str(),
    )
    .await
}

/// `SELECT ... FOR UPDATE` as both databases know it.
async fn hold(
    transaction: &mut Transaction,
    query: &'static str,
    id: &str,
) -> Result<(), StoreError> {
    text::check([id])?;
    let _: Executed = sql!(transaction, |conn| sqlx::query(query)
        .bind(id)
        .execute(conn))?;
    Ok(())
}
