//! Connections are used again, and not for ever.

use std::{collections::HashSet, time::Duration};

use secrecy::ExposeSecret;

use super::{
    database::{on_postgres, on_sqlite},
    fixtures::*,
};
use crate::{
    config::Database,
    store::{Connection, Store, StoreError, clients, sql, within},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_given_up_in_the_middle_is_brought_to_rest_and_used_again() {
    on_postgres(async |database: Database| {
        let one = Database {
            max_connections: 1,
            ..database
        };
        let store = Store::open(&one).await.unwrap();
        let first = server_process(&mut store.read().await.unwrap()).await;

        let mut reading = store.read().await.unwrap();
        let given_up: Result<Option<i32>, StoreError> = within(Duration::from_millis(50), async {
            sql!(&mut reading, |conn| sqlx::query_scalar::<_, i32>(
                "SELECT 1 FROM pg_sleep(0.3)"
            )
            .fetch_optional(conn))
        })
        .await;
        assert!(
            matches!(given_up, Err(StoreError::Unavailable(_))),
            "{given_up:?}"
        );
        drop(reading);
        assert_eq!(
            server_process(&mut store.read().await.unwrap()).await,
            first
        );

        let mut writing = store.begin().await.unwrap();
        clients::insert(&mut writing, &client("app")).await.unwrap();
        drop(writing);
        assert_eq!(
            server_process(&mut store.read().await.unwrap()).await,
            first
        );
        assert!(read!(store, |c| first_clients(c, 1)).is_empty());
        commit!(store, |tx| clients::insert(tx, &client("app")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_statement_does_not_cost_the_connection() {
    on_postgres(async |database: Database| {
        let store = Store::open(&database).await.unwrap();
        let mut reading = store.read().await.unwrap();
        let process = server_process(&mut reading).await;
        let refused: Result<Option<i32>, StoreError> =
            sql!(&mut reading, |conn| sqlx::query_scalar::<_, i32>(
                "SELECT 1 / 0"
            )
            .fetch_optional(conn));
        assert!(refused.is_err());
        assert_eq!(server_process(&mut reading).await, process);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_connection_is_replaced() {
    on_postgres(async |database: Database| {
        let brief = Database {
            max_lifetime: Duration::from_millis(100),
            ..database
        };
        let store = Store::open(&brief).await.unwrap();
        let first = server_process(&mut store.read().await.unwrap()).await;
        tokio::time::sleep(Duration::from_millis(150)).await;
        assert_ne!(
            server_process(&mut store.read().await.unwrap()).await,
            first
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_rest_for_long_are_closed_but_for_some() {
    on_postgres(async |database: Database| {
        let observer = Store::open(&database).await.unwrap();
        let mut observer = observer.read().await.unwrap();
        let short = Database {
            idle_timeout: Duration::from_millis(100),
            idle_connections: 2,
            ..database
        };
        let store = Store::open(&short).await.unwrap();
        let mut held = Vec::new();
        let mut processes = HashSet::new();
        for _ in 0..5 {
            let mut connection = store.read().await.unwrap();
            processes.insert(server_process(&mut connection).await);
            held.push(connection);
        }
        assert_eq!(processes.len(), 5);
        drop(held);
        let all: Vec<i32> = processes.into_iter().collect();
        let list = format!("{all:?}").replace('[', "{").replace(']', "}");
        let mut open = 5i64;
        for _ in 0..500 {
            open = sql!(&mut observer, |conn| sqlx::query_scalar::<_, i64>(
                "SELECT COUNT(*) FROM pg_stat_activity WHERE pid = ANY($1::text::int[])"
            )
            .bind(&list)
            .fetch_one(conn))
            .unwrap();
            if open <= 2 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(open, 2);
        // What they rested for does not matter any more.
        tokio::time::sleep(Duration::from_millis(300)).await;
        let still = server_process(&mut store.read().await.unwrap()).await;
        assert!(all.contains(&still));
    })
    .await;
}

/// Who waits in vain is told what is in the way, for the log.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cause_of_a_failure_to_connect_is_told() {
    on_postgres(async |database: Database| {
        let none_free = Database {
            max_connections: 1,
            acquire_timeout: Duration::from_millis(200),
            ..database
        };
        let store = Store::open(&none_free).await.unwrap();
        let held = store.read().await.unwrap();
        let error = store.ping().await.unwrap_err();
        assert!(format!("{error:?}").contains("free in time"), "{error:?}");
        drop(held);
        store.ping().await.unwrap();
        store.close().await;
        let error = store.ping().await.unwrap_err();
        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    })
    .await;
}

/// The last to close an SQLite file puts its log into it, which a reader could not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_comes_back_late_leaves_no_log_behind() {
    on_sqlite(async |database: Database| {
        let file = database
            .url
            .expose_secret()
            .trim_start_matches("sqlite://")
            .to_owned();
        let log = std::path::PathBuf::from(format!("{file}-wal"));
        let store = Store::open(&database).await.unwrap();
        commit!(store, |tx| clients::insert(tx, &client("app")));
        let mut reading = store.read().await.unwrap();
        assert_eq!(first_clients(&mut reading, 1).await.unwrap().len(), 1);
        let closing = tokio::spawn({
            let store = store.clone();
            async move { store.close().await }
        });
        while store.read().await.is_ok() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert!(!closing.is_finished());
        assert!(log.exists());
        drop(reading);
        closing.await.unwrap();
        assert!(!log.exists());
    })
    .await;
}

/// The server's process behind the connection.
async fn server_process(connection: &mut Connection) -> i32 {
    sql!(connection, |conn| sqlx::query_scalar::<_, i32>(
        "SELECT pg_backend_pid()"
    )
    .fetch_one(conn))
    .unwrap()
}
