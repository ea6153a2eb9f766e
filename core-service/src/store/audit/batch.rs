//! Appending to a chain: entries, where it ends then, and what they add to the statistics.
//!
//! Here the databases get different texts, as in `append`: each takes all of it in one trip,
//! because others wait meanwhile, of SQLite everybody who writes.

use sqlx::{
    Arguments, PgConnection, error::BoxDynError, postgres::PgQueryResult, sqlite::SqliteArguments,
};
use uuid::Uuid;

use super::{chains::update_text, entries::columns};
use crate::{
    domain::{
        audit::{Chain, Count, Entry, Link},
        time::Timestamp,
    },
    store::{
        Conn, Executor, StoreError, Transaction,
        connection::Native,
        rows::{Rows, insert_rows},
        within,
        writer::Deferred,
    },
};

/// What is appended at once.
pub(crate) struct Batch<'b> {
    /// The entries, one at least,
    pub(crate) entries: &'b [&'b Entry],
    /// and the place of each.
    pub(crate) links: &'b [Link],
    /// As it stands behind them.
    pub(crate) chain: &'b Chain,
    /// How many there are of each kind.
    pub(crate) counts: &'b [Count],
}

/// Entries that are appended at once at most.
pub(crate) const MOST_AT_ONCE: usize = 256;
/// Statements for so many entries SQLite keeps prepared: an event that goes with its change,
/// and a full batch. Each size is a statement of its own, which takes memory by it.
const KEPT: [usize; 2] = [1, MOST_AT_ONCE];

/// Of an insert into `audit_counts`.
macro_rules! or_add {
    () => {
        "ON CONFLICT (hour, chain, event_type, severity, success) \
         DO UPDATE SET count = audit_counts.count + excluded.count"
    };
}

/// Appends `batch` to its chain, which is locked. On SQLite that is done with the commit.
///
/// # Errors
/// A conflict when there is an entry of one of the ids; on SQLite the commit says so.
pub(crate) async fn append(
    transaction: &mut Transaction,
    batch: &Batch<'_>,
) -> Result<(), StoreError> {
    transaction.flush().await?;
    if let Native::Sqlite(member) = &mut transaction.native {
        member.at_end(Deferred {
            text: sqlite_text(batch),
            values: sqlite_values(batch).map_err(sqlx::Error::Encode)?,
            keep: KEPT.contains(&batch.entries.len()),
        });
        return Ok(());
    }
    let answer = transaction.statement();
    if let Conn::Postgres(connection) = transaction.conn()? {
        let written = within(answer, on_postgres(connection, batch)).await;
        transaction.heard(&written);
        written?;
    }
    Ok(())
}

fn sqlite_text(batch: &Batch<'_>) -> String {
    let entries = insert_rows(
        concat!("audit_log (", columns!(), ")"),
        22,
        batch.entries.len(),
    );
    let chain = update_text!("?" "?" "?" "?" "?" "?" "?");
    // One text for however many kinds. Without WHERE the parser takes ON for that of a join.
    let counts = concat!(
        "INSERT INTO audit_counts (chain, hour, event_type, severity, success, count) \
         SELECT ?, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 \
         FROM json_each(?) WHERE true ",
        or_add!()
    );
    format!("{entries}; {chain}; {counts}")
}

/// In the order of [`sqlite_text`].
fn sqlite_values(batch: &Batch<'_>) -> Result<SqliteArguments, BoxDynError> {
    let rows: Vec<_> = batch.links.iter().zip(batch.entries).collect();
    let mut values = Rows::of(&rows, |(link, entry), row| {
        row.value(link.id)?;
        row.value(link.chain)?;
        row.value(link.sequence)?;
        row.value(link.hash.as_slice())?;
        row.value(entry.event_time)?;
        row.text(&entry.event_type)?;
        row.text(&entry.severity)?;
        row.text(&entry.actor_user_id)?;
        row.text(&entry.actor_username)?;
        row.text(&entry.actor_ip)?;
        row.text(&entry.resource_type)?;
        row.text(&entry.resource_id)?;
        row.text(&entry.resource_name)?;
        row.text(&entry.action)?;
        row.text(&entry.details)?;
        row.value(entry.success)?;
        row.text(&entry.error_message)?;
        row.text(&entry.user_agent)?;
        row.text(&entry.request_path)?;
        row.text(&entry.request_method)?;
        row.text(&entry.request_id)?;
        row.value(entry.count)
    })?;
    let chain = batch.chain;
    values.add(chain.first_sequence)?;
    values.add(chain.first_hash.as_slice())?;
    values.add(chain.last_sequence)?;
    values.add(chain.last_hash.as_slice())?;
    values.add(chain.last_id)?;
    values.add(chain.seal.as_slice())?;
    values.add(chain.id)?;
    values.add(chain.id)?;
    let counts = batch.counts.iter().map(|count| {
        (
            count.hour.0,
            &*count.event_type,
            &*count.severity,
            i64::from(count.success),
            count.count,
        )
    });
    values.add(serde_json::to_string(&counts.collect::<Vec<_>>())?)?;
    Ok(values)
}

async fn on_postgres(
    connection: &mut PgConnection,
    batch: &Batch<'_>,
) -> Result<PgQueryResult, sqlx::Error> {
    let Batch {
        entries,
        links,
        chain,
        counts,
    } = batch;
    let uuids = |of: fn(&Link) -> Uuid| -> Vec<Uuid> { links.iter().map(of).collect() };
    let texts = |of: for<'e> fn(&'e Entry) -> &'e str| -> Vec<&str> {
        entries.iter().map(|entry| of(entry)).collect()
    };
    let sequences: Vec<i64> = links.iter().map(|link| link.sequence).collect();
    let hashes: Vec<&[u8]> = links.iter().map(|link| link.hash.as_slice()).collect();
    let times: Vec<Timestamp> = entries.iter().map(|entry| entry.event_time).collect();
    let successes: Vec<bool> = entries.iter().map(|entry| entry.success).collect();
    let numbers: Vec<i64> = entries.iter().map(|entry| entry.count).collect();
    let hours: Vec<Timestamp> = counts.iter().map(|count| count.hour).collect();
    let kinds: Vec<&str> = counts.iter().map(|count| &*count.event_type).collect();
    let severities: Vec<&str> = counts.iter().map(|count| &*count.severity).collect();
    let outcomes: Vec<bool> = counts.iter().map(|count| count.success).collect();
    let sums: Vec<i64> = counts.iter().map(|count| count.count).collect();
    sqlx::query(concat!(
        "WITH entries AS (INSERT INTO audit_log (",
        columns!(),
        ") SELECT * FROM UNNEST($1::uuid[], $2::uuid[], $3::bigint[], $4::bytea[], \
         $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], \
         $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::boolean[], \
         $17::text[], $18::text[], $19::text[], $20::text[], $21::text[], $22::bigint[])), \
         chain AS (",
        update_text!("$23" "$24" "$25" "$26" "$27" "$28" "$29"),
        ") INSERT INTO audit_counts (chain, hour, event_type, severity, success, count) \
         SELECT $29, counts.* FROM UNNEST($30::bigint[], $31::text[], $32::text[], \
         $33::boolean[], $34::bigint[]) AS counts ",
        or_add!()
    ))
    .bind(uuids(|link| link.id))
    .bind(uuids(|link| link.chain))
    .bind(sequences)
    .bind(hashes)
    .bind(times)
    .bind(texts(|entry| &entry.event_type))
    .bind(texts(|entry| &entry.severity))
    .bind(texts(|entry| &entry.actor_user_id))
    .bind(texts(|entry| &entry.actor_username))
    .bind(texts(|entry| &entry.actor_ip))
    .bind(texts(|entry| &entry.resource_type))
    .bind(texts(|entry| &entry.resource_id))
    .bind(texts(|entry| &entry.resource_name))
    .bind(texts(|entry| &entry.action))
    .bind(texts(|entry| &entry.details))
    .bind(successes)
    .bind(texts(|entry| &entry.error_message))
    .bind(texts(|entry| &entry.user_agent))
    .bind(texts(|entry| &entry.request_path))
    .bind(texts(|entry| &entry.request_method))
    .bind(texts(|entry| &entry.request_id))
    .bind(numbers)
    .bind(chain.first_sequence)
    .bind(chain.first_hash.as_slice())
    .bind(chain.last_sequence)
    .bind(chain.last_hash.as_slice())
    .bind(chain.last_id)
    .bind(chain.seal.as_slice())
    .bind(chain.id)
    .bind(hours)
    .bind(kinds)
    .bind(severities)
    .bind(outcomes)
    .bind(sums)
    .execute(connection)
    .await
}
