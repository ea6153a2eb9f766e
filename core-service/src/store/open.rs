//! Opening the database: options, the wait for PostgreSQL, migrations.

use std::{str::FromStr, time::Duration};

use sqlx::{
    ConnectOptions as _, Connection as _, PgConnection, SqliteConnection,
    migrate::{MigrateError, Migrator},
    postgres::PgConnectOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use super::{
    connection::within,
    error::{Cause, StoreError},
    pool::Pool,
    pools::Sqlite,
    statements::Statements,
    writer::Writer,
};
use crate::config::Database;

/// How often PostgreSQL is tried while it is not there yet.
const RETRY: Duration = Duration::from_millis(250);
/// PostgreSQL is waited for so many times the wait for a connection.
const START_PATIENCE: u32 = 10;
/// How long a write waits for another process that writes the same SQLite file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Statements that the writer of an SQLite file keeps prepared: for each of the 35 numbers of
/// rows and the two tables of `append` four, and the usual ones.
const WRITERS_STATEMENTS: usize = 384;

/// The readers' pool and the writer of the SQLite file at `url`, made and migrated.
pub(super) async fn sqlite(
    url: &str,
    database: &Database,
    statements: &Statements,
) -> Result<Sqlite, StoreError> {
    let options = SqliteConnectOptions::from_str(url)
        .map_err(|error| StoreError::Unusable(format!("the database URL can't be read: {error}")))?
        .create_if_missing(true)
        .foreign_keys(true)
        .journal_mode(SqliteJournalMode::Wal)
        // A commit that was acknowledged survives a power cut.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT)
        // Cut the log back after a burst; it would keep its largest size.
        .pragma("journal_size_limit", "67108864")
        // What a savepoint needs to go back is a file otherwise, written for each group.
        .pragma("temp_store", "memory");
    if url.contains(":memory:") || url.contains("mode=memory") {
        return Err(StoreError::Unusable(
            "an SQLite database in memory would be empty for each connection: name a file".into(),
        ));
    }
    make_private(options.get_filename())?;
    let writers = options
        .clone()
        .statement_cache_capacity(WRITERS_STATEMENTS)
        // User codes are random: a page of their index is changed again and again, and is
        // copied from the log into the file each time that the log is full (16 MB).
        .pragma("wal_autocheckpoint", "4000")
        // KiB that it may take, so that such a page need not be read again.
        .pragma("cache_size", "-8000");
    let mut writer = writers.connect().await?;
    migrate_sqlite(&mut writer).await?;
    let read = Pool::new(options.create_if_missing(false).read_only(true), database)?;
    // Now, and not at the first request, it must show whether that is possible.
    drop(read.get().await?);
    Ok(Sqlite {
        read,
        write: Writer::new(writer, writers.create_if_missing(false), statements.clone()),
    })
}

/// Makes the file, if it is missing, so that only its owner can read it; what SQLite
/// puts beside it gets the same permissions.
fn make_private(file: &std::path::Path) -> Result<(), StoreError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(file) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(StoreError::Unusable(format!(
            "the SQLite file {} can't be made: {error}",
            file.display()
        ))),
    }
}

/// All of it or nothing, and one process at a time: SQLite knows no other lock than
/// the transaction's.
///
/// By `run_direct`, because the future of `Migrator::run` on a borrowed connection is not Send.
async fn migrate_sqlite(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let migrator = sqlx::migrate!("../migrations/sqlite");
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    migrator
        .run_direct(None, &mut *transaction, false)
        .await
        .map_err(|error| schema_error(error, &migrator))?;
    Ok(transaction.commit().await?)
}

/// The pool of the PostgreSQL database at `url`, migrated, and how to connect to it
/// to listen. The database need not be up yet.
pub(super) async fn postgres(
    url: &str,
    database: &Database,
) -> Result<(Pool<PgConnection>, PgConnectOptions), StoreError> {
    let options = PgConnectOptions::from_str(url)
        .map_err(|error| StoreError::Unusable(format!("the database URL can't be read: {error}")))?
        .application_name("authgate");
    migrate_postgres(first_connection(&options, database).await?).await?;

    let limit = format!("{}ms", database.acquire_timeout.as_millis());
    let options = options.options([
        // A statement that takes longer gives up its locks and answers 57014.
        ("statement_timeout", limit.as_str()),
        // So does a transaction whose process stands still.
        ("idle_in_transaction_session_timeout", "30s"),
        // A query that reads a page would take longer to compile than to run.
        ("jit", "off"),
    ]);
    let to_listen = options.clone();
    let pool = Pool::new(options, database)?;
    Ok((pool, to_listen))
}

/// Connects, again and again while the database is not there yet.
///
/// # Errors
/// UNAVAILABLE with the last cause when it did not come up in time; other failures at once.
async fn first_connection(
    options: &PgConnectOptions,
    database: &Database,
) -> Result<PgConnection, StoreError> {
    let patience = database.acquire_timeout;
    let mut last = StoreError::unavailable("PostgreSQL did not answer");
    let trying = async {
        loop {
            match within(patience, PgConnection::connect_with(options)).await {
                Err(error @ StoreError::Unavailable(_)) => last = error,
                done => return done,
            }
            tokio::time::sleep(RETRY).await;
        }
    };
    match tokio::time::timeout(patience * START_PATIENCE, trying).await {
        Ok(done) => done,
        Err(_) => Err(last),
    }
}

/// Several processes may start at once: sqlx holds an advisory lock meanwhile. On a
/// connection of its own, which has no time limit and whose end frees the lock.
async fn migrate_postgres(mut connection: PgConnection) -> Result<(), StoreError> {
    let migrator = sqlx::migrate!("../migrations/postgres");
    let result = migrator
        .run_direct(None, &mut connection, false)
        .await
        .map_err(|error| schema_error(error, &migrator));
    connection.close().await?;
    result
}

/// Says what an operator can do about a database that can't be migrated.
fn schema_error(error: MigrateError, migrator: &Migrator) -> StoreError {
    let newest = migrator.iter().map(|migration| migration.version).max();
    match error {
        MigrateError::Execute(error) => error.into(),
        MigrateError::VersionMissing(version) if Some(version) > newest => {
            StoreError::Unusable(format!(
                "the database is too new: a newer version of this program has changed it \
                 (migration {version}; this program knows up to {}); start that version",
                newest.unwrap_or_default()
            ))
        }
        MigrateError::VersionMissing(version) => StoreError::Unusable(format!(
            "the database has migration {version}, which this program does not know: it is not \
             a database of this program, or of another build of it"
        )),
        MigrateError::VersionMismatch(version) => StoreError::Unusable(format!(
            "migration {version} is not the one that was applied to the database: an applied \
             migration must not be edited; restore it and add a new one"
        )),
        other => StoreError::Internal(Cause(Box::new(other))),
    }
}
