//! Table `audit_chains`.

use uuid::Uuid;

use crate::{
    domain::{
        audit::{Chain, Hash},
        time::Timestamp,
    },
    store::{Executor, StoreError, Transaction, connection::Executed, sql},
};

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    number: Option<i64>,
    witness: String,
    started_at: Timestamp,
    first_sequence: i64,
    first_hash: Vec<u8>,
    last_sequence: i64,
    last_hash: Vec<u8>,
    last_id: Uuid,
    seal: Vec<u8>,
}

impl From<Row> for Chain {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            number: row.number,
            witness: row.witness,
            started_at: row.started_at,
            first_sequence: row.first_sequence,
            first_hash: hash(&row.first_hash),
            last_sequence: row.last_sequence,
            last_hash: hash(&row.last_hash),
            last_id: row.last_id,
            seal: hash(&row.seal),
        }
    }
}

/// All columns.
macro_rules! columns {
    () => {
        "id, number, witness, started_at, first_sequence, first_hash, last_sequence, last_hash, \
         last_id, seal"
    };
}

/// The hash in `bytes`. Of another length it was tampered with: it then is one that
/// nothing hashes to, and verification says so.
pub(super) fn hash(bytes: &[u8]) -> Hash {
    bytes.try_into().unwrap_or([0xff; 32])
}

/// The chain of `new`'s id as it stands, or `new` itself if it was not there; until the
/// transaction ends nobody else appends to it.
pub(crate) async fn lock(transaction: &mut Transaction, new: &Chain) -> Result<Chain, StoreError> {
    transaction.flush().await?;
    let row: Row = sql!(transaction, |conn| {
        sqlx::query_as::<_, Row>(concat!(
            "INSERT INTO audit_chains (id, started_at, first_sequence, first_hash, last_sequence, \
         last_hash, last_id, seal) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
         ON CONFLICT (id) DO UPDATE SET id = excluded.id RETURNING ",
            columns!()
        ))
        .bind(new.id)
        .bind(new.started_at)
        .bind(new.first_sequence)
        .bind(new.first_hash.as_slice())
        .bind(new.last_sequence)
        .bind(new.last_hash.as_slice())
        .bind(new.last_id)
        .bind(new.seal.as_slice())
        .fetch_one(conn)
    })?;
    Ok(row.into())
}

/// The statement that writes where a chain begins and ends, with these places for values.
macro_rules! update_text {
    ($first:literal $first_hash:literal $last:literal $last_hash:literal $last_id:literal
     $seal:literal $id:literal) => {
        concat!(
            "UPDATE audit_chains SET first_sequence = ",
            $first,
            ", first_hash = ",
            $first_hash,
            ", last_sequence = ",
            $last,
            ", last_hash = ",
            $last_hash,
            ", last_id = ",
            $last_id,
            ", seal = ",
            $seal,
            " WHERE id = ",
            $id
        )
    };
}
pub(super) use update_text;

/// Writes where `chain` begins and ends now.
pub(crate) async fn update(executor: &mut impl Executor, chain: &Chain) -> Result<(), StoreError> {
    let _: Executed = sql!(executor, |conn| sqlx::query(update_text!(
        "$1" "$2" "$3" "$4" "$5" "$6" "$7"
    ))
    .bind(chain.first_sequence)
    .bind(chain.first_hash.as_slice())
    .bind(chain.last_sequence)
    .bind(chain.last_hash.as_slice())
    .bind(chain.last_id)
    .bind(chain.seal.as_slice())
    .bind(chain.id)
    .execute(conn))?;
    Ok(())
}

/// The chain of that id; until the transaction ends nobody else appends to it.
pub(crate) async fn lock_existing(
    executor: &mut impl Executor,
    id: Uuid,
) -> Result<Option<Chain>, StoreError> {
    let row: Option<Row> = sql!(executor, |conn| sqlx::query_as::<_, Row>(concat!(
        "UPDATE audit_chains SET id = id WHERE id = $1 RETURNING ",
        columns!()
    ))
    .bind(id)
    .fetch_optional(conn))?;
    Ok(row.map(Chain::from))
}

/// The same by its number.
pub(crate) async fn lock_number(
    executor: &mut impl Executor,
    number: i64,
) -> Result<Option<Chain>, StoreError> {
    let row: Option<Row> = sql!(executor, |conn| sqlx::query_as::<_, Row>(concat!(
        "UPDATE audit_chains SET id = id WHERE number = $1 RETURNING ",
        columns!()
    ))
    .bind(number)
    .fetch_optional(conn))?;
    Ok(row.map(Chain::from))
}

/// Writes the number that `chain` got, and what stood before it.
pub(crate) async fn number(executor: &mut impl Executor, chain: &Chain) -> Result<(), StoreError> {
    let _: Executed = sql!(executor, |conn| sqlx::query(
        "UPDATE audit_chains SET number = $2, witness = $3, seal = $4 WHERE id = $1"
    )
    .bind(chain.id)
    .bind(chain.number)
    .bind(&chain.witness)
    .bind(chain.seal.as_slice())
    .execute(conn))?;
    Ok(())
}

/// All chains, in the order of their ids.
pub(crate) async fn all(executor: &mut impl Executor) -> Result<Vec<Chain>, StoreError> {
    let rows: Vec<Row> = sql!(executor, |conn| sqlx::query_as::<_, Row>(concat!(
        "SELECT ",
        columns!(),
        " FROM audit_chains ORDER BY id"
    ))
    .fetch_all(conn))?;
    Ok(rows.into_iter().map(Chain::from).collect())
}

/// Removes the record of the chain `id`.
pub(crate) async fn remove(executor: &mut impl Executor, id: Uuid) -> Result<(), StoreError> {
    let _: Executed = sql!(executor, |conn| sqlx::query(
        "DELETE FROM audit_chains WHERE id = $1"
    )
    .bind(id)
    .execute(conn))?;
    Ok(())
}
