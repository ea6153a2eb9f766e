//! Opening a database: twice, at once, too new, edited, or not there.

use std::{error::Error, time::Duration};

use secrecy::SecretString;
use tokio::task::JoinSet;

use super::{conformance, database::sqlite_in, fixtures::*};
use crate::{
    config::Database,
    store::{Store, StoreError, clients, connection::Executed, sql},
};

conformance! {
    async fn a_second_open_changes_nothing(database: Database) {
        let app = client("app");
        let first = Store::open(&database).await.unwrap();
        commit!(first, |tx| clients::insert(tx, &app));
        let second = Store::open(&database).await.unwrap();
        assert!(read!(second, |c| clients::by_id(c, &app.id)).is_some());
        first.close().await;
        second.ping().await.unwrap();
        assert!(matches!(first.ping().await, Err(StoreError::Unavailable(_))));
    }

    async fn several_may_open_an_empty_database_at_once(database: Database) {
        let mut opening = JoinSet::new();
        for _ in 0..6 {
            let database = database.clone();
            opening.spawn(async move { Store::open(&database).await.map(|_| ()) });
        }
        for result in opening.join_all().await {
            result.unwrap();
        }
        let store = Store::open(&database).await.unwrap();
        commit!(store, |tx| clients::insert(tx, &client("app")));
    }

    async fn a_database_of_a_newer_version_is_refused(database: Database) {
        let store = Store::open(&database).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        let _: Executed = sql!(&mut tx, |conn| sqlx::query(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             SELECT 9000, 'later', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1"
        ).execute(conn)).unwrap();
        tx.commit().await.unwrap();
        let reason = refused(&database).await;
        assert!(reason.contains("too new") && reason.contains("9000"), "{reason}");
    }

    async fn an_edited_migration_is_refused(database: Database) {
        let store = Store::open(&database).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        let _: Executed = sql!(&mut tx, |conn| sqlx::query(
            "UPDATE _sqlx_migrations SET checksum = $1 WHERE version = 1"
        ).bind(vec![0_u8; 48]).execute(conn)).unwrap();
        tx.commit().await.unwrap();
        let reason = refused(&database).await;
        assert!(reason.contains("migration 1") && reason.contains("edited"), "{reason}");
    }
}

/// Why the database can't be opened.
async fn refused(database: &Database) -> String {
    match Store::open(database).await.err() {
        Some(StoreError::Unusable(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

#[cfg(unix)]
#[tokio::test]
async fn an_sqlite_file_can_be_read_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;

    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(&sqlite_in(directory.path())).await.unwrap();
    commit!(store, |tx| clients::insert(tx, &client("app")));
    let mut files = 0;
    for entry in std::fs::read_dir(directory.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.file_name());
        files += 1;
    }
    assert_eq!(files, 3, "the database, its log and the log's index");
}

#[tokio::test]
async fn an_sqlite_database_must_be_a_file_in_a_directory() {
    let directory = tempfile::tempdir().unwrap();
    let missing = sqlite_in(&directory.path().join("missing"));
    assert!(
        refused(&missing)
            .await
            .contains("missing/test.db can't be made")
    );
    for url in ["sqlite::memory:", "sqlite://x?mode=memory"] {
        let database = Database::at(SecretString::from(url));
        assert!(refused(&database).await.contains("in memory"), "{url}");
    }
}

/// What an operator reads never holds the password: not of a URL that can't be read,
/// and not of a server that is not there.
#[tokio::test]
async fn errors_do_not_hold_the_password() {
    // Nothing listens on port 1.
    for url in [
        "postgres://me:Pa55w0rd@127.0.0.1:1/db",
        "postgres://me:Pa55w0rd@127.0.0.1:port/db",
        "postgres://me:Pa55w0rd@[::/db",
        "mysql://me:Pa55w0rd@127.0.0.1:1/db",
        "me:Pa55w0rd@127.0.0.1/db",
    ] {
        let database = Database {
            acquire_timeout: Duration::from_millis(20),
            ..Database::at(SecretString::from(url))
        };
        let Err(error) = Store::open(&database).await else {
            panic!("{url} was opened");
        };
        let mut text = format!("{error} {error:?}");
        let mut cause = error.source();
        while let Some(error) = cause {
            text += &format!(" {error} {error:?}");
            cause = error.source();
        }
        assert!(!text.contains("Pa55w0rd"), "{text}");
    }
}
