//! `fill`: puts many token records into a database, each as the server would have
//! made it: copies of its newest record, with time-ordered ids of their own.

use clap::Args;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

use crate::error::Result;

/// Records that one transaction makes.
const BATCH: u64 = 100_000;
/// Records that share a millisecond, as at 20,000 a second.
const PER_MILLISECOND: u64 = 20;
/// So much longer than their model they live, so that none expires while it is
/// measured. Milliseconds.
const LONGER: i64 = 24 * 3600 * 1000;
/// Where they go.
const TABLE: &str = "access_tokens";

/// How a database is filled.
#[derive(Debug, Clone, Args)]
pub struct Fill {
    /// `sqlite:///path` or `postgres://...`. It holds at least one token's record.
    #[arg(long)]
    pub url: String,
    /// Records to add.
    #[arg(long)]
    pub rows: u64,
}

/// Adds records.
///
/// # Errors
/// When the database can't be used, holds no record to go by, or its user may not have
/// PostgreSQL write a checkpoint.
pub async fn fill(options: &Fill) -> Result<()> {
    if options.url.starts_with("sqlite:") {
        let mut connection = SqliteConnection::connect(&options.url).await?;
        sqlite(&mut connection, options.rows).await?;
        connection.close().await?;
    } else {
        let mut connection = PgConnection::connect(&options.url).await?;
        postgres(&mut connection, options.rows).await?;
        connection.close().await?;
    }
    Ok(())
}

/// Bytes that the database takes up, without its log.
///
/// # Errors
/// When the database can't be used.
pub async fn size(url: &str) -> Result<u64> {
    let bytes: i64 = if url.starts_with("sqlite:") {
        let mut connection = SqliteConnection::connect(url).await?;
        let pages = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
        let bytes = sqlx::query_scalar(pages).fetch_one(&mut connection).await?;
        connection.close().await?;
        bytes
    } else {
        let mut connection = PgConnection::connect(url).await?;
        let size = "SELECT pg_database_size(current_database())";
        let bytes = sqlx::query_scalar(size).fetch_one(&mut connection).await?;
        connection.close().await?;
        bytes
    };
    Ok(u64::try_from(bytes)?)
}

async fn sqlite(connection: &mut SqliteConnection, rows: u64) -> Result<()> {
    let columns: Vec<String> = sqlx::query_scalar("SELECT name FROM pragma_table_info($1)")
        .bind(TABLE)
        .fetch_all(&mut *connection)
        .await?;
    let newest = "SELECT CASE typeof(id) WHEN 'blob' THEN hex(id) ELSE id END, typeof(id), \
                  CAST(unixepoch('subsec') * 1000 AS INTEGER) \
                  FROM access_tokens ORDER BY id DESC LIMIT 1";
    let newest: Option<(String, String, i64)> = sqlx::query_as(newest)
        .fetch_optional(&mut *connection)
        .await?;
    let (id, kind, now) = newest.ok_or("no token is on record yet")?;
    let model = Model::new(&id, now, rows)?;
    let random = |below: u64| format!("abs(random() % {below})");
    let text = format!(
        "printf('%08x-%04x-7%03x-%04x-%012x', ms >> 16, ms & 65535, {}, 32768 + {}, {})",
        random(1 << 12),
        random(1 << 14),
        random(1 << 48)
    );
    let (new_id, old_id) = match kind.as_str() {
        "blob" => (format!("unhex(replace({text}, '-', ''))"), "unhex($4)"),
        _ => (text, "$4"),
    };
    let insert = format!(
        "WITH RECURSIVE series (n) AS (SELECT $1 UNION ALL SELECT n + 1 FROM series WHERE n + 1 < $2), \
         instants AS (SELECT $3 + n / {PER_MILLISECOND} AS ms FROM series) \
         INSERT INTO {TABLE} ({}) SELECT {} FROM instants, {TABLE} AS model WHERE model.id = {old_id}",
        columns.join(", "),
        model.expressions(&columns, &new_id).join(", ")
    );
    for (from, to) in batches(rows) {
        sqlx::query(AssertSqlSafe(insert.clone()))
            .bind(from)
            .bind(to)
            .bind(model.begin)
            .bind(&id)
            .execute(&mut *connection)
            .await?;
    }
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
        .execute(connection)
        .await?;
    Ok(())
}

async fn postgres(connection: &mut PgConnection, rows: u64) -> Result<()> {
    let columns = "SELECT column_name::text FROM information_schema.columns \
                   WHERE table_schema = current_schema() AND table_name = $1 \
                   AND is_generated = 'NEVER' ORDER BY ordinal_position";
    let columns: Vec<String> = sqlx::query_scalar(columns)
        .bind(TABLE)
        .fetch_all(&mut *connection)
        .await?;
    let newest = "SELECT CASE pg_typeof(id)::text WHEN 'bytea' THEN substr(id::text, 3) \
                  ELSE id::text END, pg_typeof(id)::text, \
                  (extract(epoch FROM clock_timestamp()) * 1000)::bigint \
                  FROM access_tokens ORDER BY id DESC LIMIT 1";
    let newest: Option<(String, String, i64)> = sqlx::query_as(newest)
        .fetch_optional(&mut *connection)
        .await?;
    let (id, kind, now) = newest.ok_or("no token is on record yet")?;
    let model = Model::new(&id, now, rows)?;
    let text = "lpad(to_hex(ms >> 16), 8, '0') || '-' || lpad(to_hex(ms & 65535), 4, '0') \
                || '-7' || substr(r, 1, 3) || '-' || substr('89ab', 1 + get_byte(decode(substr(r, 1, 2), 'hex'), 0) % 4, 1) \
                || substr(r, 18, 3) || '-' || substr(r, 21, 12)";
    let (new_id, old_id) = match kind.as_str() {
        "bytea" => (
            format!("decode(replace({text}, '-', ''), 'hex')"),
            "decode($4, 'hex')",
        ),
        "uuid" => (format!("({text})::uuid"), "$4::uuid"),
        _ => (text.to_owned(), "$4"),
    };
    let insert = format!(
        "INSERT INTO {TABLE} ({}) SELECT {} \
         FROM (SELECT $3::bigint + n / {PER_MILLISECOND} AS ms, replace(gen_random_uuid()::text, '-', '') AS r \
               FROM generate_series($1::bigint, $2::bigint - 1) AS n) AS instants, \
              (SELECT * FROM {TABLE} WHERE id = {old_id}) AS model",
        columns.join(", "),
        model.expressions(&columns, &new_id).join(", ")
    );
    for (from, to) in batches(rows) {
        sqlx::query(AssertSqlSafe(insert.clone()))
            .bind(from)
            .bind(to)
            .bind(model.begin)
            .bind(&id)
            .execute(&mut *connection)
            .await?;
    }
    sqlx::query(AssertSqlSafe(format!("VACUUM ANALYZE {TABLE}")))
        .execute(&mut *connection)
        .await?;
    // What this left to be written is not to be written while something is measured.
    sqlx::query("CHECKPOINT").execute(connection).await?;
    Ok(())
}

/// The record that the others are like.
#[derive(Debug, PartialEq, Eq)]
struct Model {
    /// When the first of the others was made, milliseconds.
    begin: i64,
    /// When the model was made, milliseconds.
    made: i64,
}

impl Model {
    /// `id` is the model's, a UUIDv7. The last of `rows` others was made before it.
    fn new(id: &str, now: i64, rows: u64) -> Result<Self> {
        let digits: String = id.chars().filter(char::is_ascii_hexdigit).collect();
        if digits.len() != 32 || !digits[12..].starts_with('7') {
            return Err(format!("the newest token's id '{id}' is no UUIDv7").into());
        }
        let made = i64::from_str_radix(&digits[..12], 16)?;
        let span = i64::try_from(rows / PER_MILLISECOND)? + 1;
        Ok(Self {
            begin: made.min(now) - span,
            made,
        })
    }

    /// What goes into each column; `ms` is the instant.
    fn expressions(&self, columns: &[String], id: &str) -> Vec<String> {
        let later = LONGER - self.made;
        let expression = |column: &String| match column.as_str() {
            "id" => id.to_owned(),
            // As long after its own instant as the model's, and a good deal more.
            "expires_at" => format!("model.expires_at + ms + ({later})"),
            _ => format!("model.{column}"),
        };
        columns.iter().map(expression).collect()
    }
}

/// From and to, for one transaction each.
fn batches(rows: u64) -> impl Iterator<Item = (i64, i64)> {
    let starts = (0..rows).step_by(usize::try_from(BATCH).unwrap_or(1));
    starts.map(move |from| (from as i64, rows.min(from + BATCH) as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "019a0000-0000-7abc-8def-0123456789ab";
    const MADE: i64 = 0x019a_0000_0000;

    /// Ids, clients and ends of 250 records like one whose id is this SQL expression.
    async fn filled(kind: &str, id: String) -> Vec<(String, String, i64)> {
        let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
        let end = MADE + 1000;
        let made = format!(
            "CREATE TABLE access_tokens (id {kind} NOT NULL, client_id TEXT, expires_at INTEGER) STRICT; \
             INSERT INTO access_tokens VALUES ({id}, 'c', {end});"
        );
        let made = sqlx::raw_sql(AssertSqlSafe(made));
        made.execute(&mut connection).await.unwrap();
        sqlite(&mut connection, 250).await.unwrap();
        let rows = "SELECT CASE typeof(id) WHEN 'blob' THEN hex(id) ELSE id END, client_id, expires_at \
                    FROM access_tokens WHERE rowid > 1 ORDER BY rowid";
        let rows = sqlx::query_as(rows).fetch_all(&mut connection).await;
        rows.unwrap()
    }

    #[tokio::test]
    async fn records_are_like_the_newest_and_in_the_order_of_their_ids() {
        let as_text = filled("TEXT", format!("'{ID}'")).await;
        let as_bytes = filled("BLOB", format!("unhex('{ID}', '-')")).await;
        for rows in [as_text, as_bytes] {
            assert_eq!(rows.len(), 250);
            for (index, (id, client, end)) in rows.iter().enumerate() {
                let id = uuid::Uuid::parse_str(id).unwrap();
                let instant = MADE - 13 + index as i64 / 20;
                let digits = id.simple().to_string();
                assert_eq!(digits[..12], format!("{instant:012x}"));
                assert_eq!(id.get_version_num(), 7);
                assert_eq!((client.as_str(), *end), ("c", instant + 1000 + LONGER));
            }
        }
    }

    #[test]
    fn another_kind_of_id_is_refused() {
        assert!(Model::new("a7", 5, 1).is_err());
        assert!(Model::new("019a0000-0000-4abc-8def-0123456789ab", 5, 1).is_err());
    }
}
