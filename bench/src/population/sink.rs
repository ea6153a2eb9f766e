//! Where rows go: COPY on PostgreSQL, many rows a statement on SQLite.

use std::fmt::Write as _;

use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

use super::rows::{Cell, Table};
use crate::error::Result;

/// Bytes that are sent to PostgreSQL at once.
const CHUNK: usize = 1 << 20;
/// Rows of one statement on SQLite, and of one transaction.
const ROWS: u64 = 500;
const TRANSACTION: u64 = 50_000;

/// An open database.
pub enum Sink {
    Postgres(Box<PgConnection>),
    Sqlite(Box<SqliteConnection>),
}

impl Sink {
    /// Opens the database.
    ///
    /// # Errors
    /// When it can't be.
    pub async fn open(url: &str) -> Result<Self> {
        if url.starts_with("sqlite:") {
            let connection = SqliteConnection::connect(url).await?;
            return Ok(Self::Sqlite(Box::new(connection)));
        }
        Ok(Self::Postgres(Box::new(PgConnection::connect(url).await?)))
    }

    /// Adds all rows of `table`.
    ///
    /// # Errors
    /// When one can't be added.
    pub async fn fill(&mut self, table: Table) -> Result<()> {
        match self {
            Self::Postgres(connection) => copy(connection, &table).await,
            Self::Sqlite(connection) => insert(connection, &table).await,
        }
    }

    /// Ends, after the database counted what it has: plans follow from that.
    ///
    /// # Errors
    /// When it can't.
    pub async fn close(self) -> Result<()> {
        match self {
            Self::Postgres(mut connection) => {
                sqlx::query("VACUUM ANALYZE")
                    .execute(&mut *connection)
                    .await?;
                connection.close().await?;
            }
            Self::Sqlite(mut connection) => {
                sqlx::query("PRAGMA optimize")
                    .execute(&mut *connection)
                    .await?;
                let truncate = "PRAGMA wal_checkpoint(TRUNCATE)";
                sqlx::query(truncate).execute(&mut *connection).await?;
                connection.close().await?;
            }
        }
        Ok(())
    }
}

async fn copy(connection: &mut PgConnection, table: &Table) -> Result<()> {
    let columns = table.columns.join(", ");
    let statement = format!("COPY {} ({columns}) FROM STDIN", table.name);
    let mut copy = connection.copy_in_raw(&statement).await?;
    let mut buffer = String::with_capacity(CHUNK + 4096);
    for number in 0..table.count {
        for (index, cell) in (table.row)(number).iter().enumerate() {
            if index > 0 {
                buffer.push('\t');
            }
            write(&mut buffer, cell)?;
        }
        buffer.push('\n');
        if buffer.len() >= CHUNK {
            copy.send(std::mem::take(&mut buffer).into_bytes()).await?;
        }
    }
    copy.send(buffer.into_bytes()).await?;
    copy.finish().await?;
    Ok(())
}

/// In the text format of COPY.
fn write(buffer: &mut String, cell: &Cell) -> Result<()> {
    match cell {
        Cell::Null => buffer.push_str("\\N"),
        Cell::Int(value) => write!(buffer, "{value}")?,
        Cell::Bool(value) => buffer.push(if *value { 't' } else { 'f' }),
        Cell::Uuid(value) => write!(buffer, "{value}")?,
        Cell::Bytes(value) => {
            buffer.push_str("\\\\x");
            for byte in value {
                write!(buffer, "{byte:02x}")?;
            }
        }
        Cell::Text(value) => {
            for c in value.chars() {
                match c {
                    '\\' => buffer.push_str("\\\\"),
                    '\t' => buffer.push_str("\\t"),
                    '\n' => buffer.push_str("\\n"),
                    '\r' => buffer.push_str("\\r"),
                    c => buffer.push(c),
                }
            }
        }
    }
    Ok(())
}

async fn insert(connection: &mut SqliteConnection, table: &Table) -> Result<()> {
    let columns = table.columns.join(", ");
    let row = format!("({})", vec!["?"; table.columns.len()].join(", "));
    let mut at = 0;
    while at < table.count {
        let end = table.count.min(at + TRANSACTION);
        let mut transaction = connection.begin().await?;
        while at < end {
            let next = end.min(at + ROWS);
            let rows = vec![row.as_str(); usize::try_from(next - at)?].join(", ");
            let statement = format!("INSERT INTO {} ({columns}) VALUES {rows}", table.name);
            let mut query = sqlx::query(AssertSqlSafe(statement));
            for number in at..next {
                for cell in (table.row)(number) {
                    query = match cell {
                        Cell::Null => query.bind(None::<String>),
                        Cell::Text(value) => query.bind(value),
                        Cell::Int(value) => query.bind(value),
                        Cell::Bool(value) => query.bind(value),
                        Cell::Uuid(value) => query.bind(value.as_bytes().to_vec()),
                        Cell::Bytes(value) => query.bind(value),
                    };
                }
            }
            query.execute(&mut *transaction).await?;
            at = next;
        }
        transaction.commit().await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_written_as_copy_reads_them() {
        let mut buffer = String::new();
        for cell in [
            Cell::Null,
            Cell::Bool(true),
            Cell::Bytes(vec![0, 255]),
            Cell::Text("a\\b\tc\n".to_owned()),
        ] {
            write(&mut buffer, &cell).unwrap();
        }
        assert_eq!(buffer, "\\Nt\\\\x00ffa\\\\b\\tc\\n");
    }
}
