//! Table `audit_register`: one row.

use super::chains::hash;
use crate::{
    domain::{audit::Register, time::Timestamp},
    store::{Executor, StoreError, connection::Executed, sql},
};

#[derive(sqlx::FromRow)]
struct Row {
    begun_at: Timestamp,
    first_number: i64,
    last_number: i64,
    counted_from: Timestamp,
    seal: Vec<u8>,
}

impl From<Row> for Register {
    fn from(row: Row) -> Self {
        Self {
            begun_at: row.begun_at,
            first_number: row.first_number,
            last_number: row.last_number,
            counted_from: row.counted_from,
            seal: Some(row.seal)
                .filter(|bytes| !bytes.is_empty())
                .map(|bytes| hash(&bytes)),
        }
    }
}

/// The register; none: somebody removed it.
pub(crate) async fn read(executor: &mut impl Executor) -> Result<Option<Register>, StoreError> {
    let row: Option<Row> = sql!(executor, |conn| sqlx::query_as::<_, Row>(
        "SELECT begun_at, first_number, last_number, counted_from, seal FROM audit_register \
         WHERE id = 'chains'"
    )
    .fetch_optional(conn))?;
    Ok(row.map(Register::from))
}

/// The same; until the transaction ends nobody else changes it.
pub(crate) async fn lock(executor: &mut impl Executor) -> Result<Option<Register>, StoreError> {
    let row: Option<Row> = sql!(executor, |conn| sqlx::query_as::<_, Row>(
        "UPDATE audit_register SET id = id WHERE id = 'chains' \
         RETURNING begun_at, first_number, last_number, counted_from, seal"
    )
    .fetch_optional(conn))?;
    Ok(row.map(Register::from))
}

/// Writes what `register` says now.
pub(crate) async fn update(
    executor: &mut impl Executor,
    register: &Register,
) -> Result<(), StoreError> {
    let seal = register.seal.as_ref();
    let _: Executed = sql!(executor, |conn| sqlx::query(
        "UPDATE audit_register SET begun_at = $1, first_number = $2, last_number = $3, \
         counted_from = $4, seal = $5 WHERE id = 'chains'"
    )
    .bind(register.begun_at)
    .bind(register.first_number)
    .bind(register.last_number)
    .bind(register.counted_from)
    .bind(seal.map_or_else(Vec::new, |seal| seal.to_vec()))
    .execute(conn))?;
    Ok(())
}
