//! Hearing of what other processes changed, a few times within [`LEASE`].
//!
//! PostgreSQL tells the changes by NOTIFY at the commit; asking on the listening
//! connection brings in everything that was committed before the question. SQLite tells
//! only that another process wrote, so everything is then read again.
//!
//! [`LEASE`]: super::changes::LEASE

use std::{sync::Arc, time::Duration};

use sqlx::{
    PgConnection,
    postgres::{PgConnectOptions, PgListener, PgPoolOptions},
};
use tokio::time::{Instant, sleep};

use super::{
    changes::{Change, Changes},
    connection::within,
    error::StoreError,
    writer::Writer,
};

/// How often other processes' changes are asked for.
const INTERVAL: Duration = Duration::from_millis(50);
/// A connection that does not answer for so long is given up, and a new one may take as long.
/// Not sooner: on a new one everything has to be read again.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long to wait before the next try when the database is away,
const RETRY: Duration = Duration::from_millis(250);
/// and at most when it does not answer: a connection that is given up stays open until the
/// other end says so, and these must not become many.
const LONGEST_RETRY: Duration = Duration::from_secs(60);

/// The channel on which changes are told.
const CHANNEL: &str = "authgate_changes";
/// Bytes of a notification; PostgreSQL takes less than 8,000.
const LONGEST: usize = 2048;
/// More changes than these are told as one: everything.
const MOST: usize = 1024;

/// Tells other processes what the transaction on `connection` changes, at its commit.
pub(super) async fn tell(
    connection: &mut PgConnection,
    changed: &[Change],
) -> Result<(), StoreError> {
    let told: Vec<String> = changed.iter().map(Change::to_string).collect();
    let told = if told.len() > MOST || told.iter().any(|change| change.len() > LONGEST) {
        vec![Change::Everything.to_string()]
    } else {
        told
    };
    sqlx::query("SELECT pg_notify($1, change) FROM UNNEST($2::text[]) AS change")
        .bind(CHANNEL)
        .bind(told)
        .execute(connection)
        .await?;
    Ok(())
}

/// Listens on a connection of its own, made with `options`, for as long as it runs.
pub(super) async fn postgres(options: PgConnectOptions, changes: Arc<Changes>) {
    let mut retry = RETRY;
    loop {
        let began = Instant::now();
        if let Err(error) = listen(&options, &changes).await {
            tracing::debug!(%error, "changes of other processes are not heard; reading from the database");
        }
        changes.deaf();
        // Neither refused at once nor heard for a while.
        let was_silent = (PATIENCE..LONGEST_RETRY).contains(&began.elapsed());
        retry = if was_silent {
            (2 * retry).min(LONGEST_RETRY)
        } else {
            RETRY
        };
        sleep(retry).await;
    }
}

async fn listen(options: &PgConnectOptions, changes: &Changes) -> Result<(), StoreError> {
    // A pool for each try: sqlx 0.9 gives the last one's connection back only once it
    // has answered a farewell, which one that went silent never does.
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .max_lifetime(None)
        .idle_timeout(None)
        .acquire_timeout(PATIENCE)
        .connect_lazy_with(options.clone());
    let mut listener = PgListener::connect_with(&pool).await?;
    within(PATIENCE, listener.listen(CHANNEL)).await?;
    // What happened before nobody told us.
    changes.apply(&Change::Everything);
    loop {
        let asked = Instant::now();
        within(PATIENCE, sqlx::query("SELECT 1").execute(&mut listener)).await?;
        while let Some(told) = listener.next_buffered() {
            changes.apply(&Change::parse(told.payload()));
        }
        changes.heard(asked);
        changes.wanted(INTERVAL).await;
    }
}

/// Listens at the desk of `writer`, for as long as it runs.
pub(super) async fn sqlite(writer: Writer, changes: Arc<Changes>) {
    loop {
        if let Err(error) = writer.listen(&changes).await {
            tracing::debug!(%error, "changes of other processes are not heard; reading from the database");
            changes.deaf();
        }
        changes.wanted(INTERVAL).await;
    }
}
