//! Opening a database: twice, at once, too new, edited, or not there.

use std::{error::Error, time::Duration};

use secrecy::{ExposeSecret, SecretString};
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, PgConnection,
    sqlite::SqliteConnectOptions,
};
use tokio::task::JoinSet;

use super::{conformance, database::sqlite_in, fixtures::*};
use crate::{
    config::Database,
    store::{
        Store, StoreError, access_tokens, authorization_codes, clients, connection::Executed,
        device_codes, grants, refresh_tokens, sql,
    },
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

    /// Ids that were text become bytes, and what hung on them still does.
    async fn rows_of_an_older_schema_are_taken_along(database: Database) {
        fill_as_version_1(&database).await;
        let store = Store::open(&database).await.unwrap();
        let id = |text: &str| uuid::Uuid::parse_str(text).unwrap();
        let grant = read!(store, |c| grants::by_id(c, &id(OLD_GRANT).into())).unwrap();
        assert_eq!((grant.client_id.as_str(), grant.user_id.as_str()), ("app", "zoe"));
        let token = read!(store, |c| access_tokens::state(c, &id(OLD_TOKEN).into())).unwrap();
        assert_eq!(token.token.grant_id, Some(grant.id));
        assert!(token.is_live(NOW));
        let code = read!(store, |c| authorization_codes::by_id(c, "code")).unwrap();
        assert_eq!(code.grant_id, grant.id);
        let device = read!(store, |c| device_codes::by_id(c, "device")).unwrap();
        assert_eq!(device.grant_id, Some(grant.id));
        let device = read!(store, |c| device_codes::by_id(c, "waiting")).unwrap();
        assert_eq!(device.grant_id, None);
        let refresh = read!(store, |c| refresh_tokens::by_id(c, "refresh")).unwrap();
        assert_eq!(refresh.grant_id, grant.id);
        // What hangs on a grant still goes with it.
        assert!(commit!(store, |tx| clients::delete(tx, &"app".into(), NOW)));
        assert!(read!(store, |c| refresh_tokens::by_id(c, "refresh")).is_none());
        assert!(read!(store, |c| authorization_codes::by_id(c, "code")).is_none());
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

const OLD_GRANT: &str = "018bcfe5-6800-7ae8-a946-05c2dc2633da";
const OLD_TOKEN: &str = "018bcfe5-6801-7ae8-a946-05c2dc2633db";

/// A database as the first version of the schema left it, with rows.
async fn fill_as_version_1(database: &Database) {
    let url = database.url.expose_secret();
    let rows = format!(
        "INSERT INTO users (id, username, username_key, email_verified, role, active, claims, \
         auth_source, created_at, updated_at) \
         VALUES ('zoe', 'zoe', 'zoe', false, 'user', true, '{{}}', 'local', 1, 1); \
         INSERT INTO clients (id, metadata, status, created_at, updated_at) \
         VALUES ('app', '{{}}', 'active', 1, 1); \
         INSERT INTO grants (id, client_id, user_id, scope, claims, auth_time, amr, created_at, \
         expires_at) VALUES ('{OLD_GRANT}', 'app', 'zoe', 'read', '{{}}', 1, 'pwd', 1, {end}); \
         INSERT INTO access_tokens (id, client_id, grant_id, scope, expires_at) \
         VALUES ('{OLD_TOKEN}', 'app', '{OLD_GRANT}', 'read', {end}); \
         INSERT INTO authorization_codes (id, hash, grant_id, client_id, expires_at) \
         VALUES ('code', {hash}, '{OLD_GRANT}', 'app', {end}); \
         INSERT INTO device_codes (id, hash, user_code, client_id, scope, status, grant_id, \
         client_ip, user_agent, created_at, expires_at) \
         VALUES ('device', {hash}, 'A', 'app', 'read', 'approved', '{OLD_GRANT}', '', '', 1, {end}), \
         ('waiting', {hash}, 'B', 'app', 'read', 'pending', NULL, '', '', 1, {end}); \
         INSERT INTO refresh_tokens (id, hash, grant_id, created_at, expires_at) \
         VALUES ('refresh', {hash}, '{OLD_GRANT}', 1, {end})",
        end = (NOW + HOUR).0,
        hash = if url.starts_with("sqlite:") {
            "x'00'"
        } else {
            "'\\x00'"
        },
    );
    if url.starts_with("sqlite:") {
        let options: SqliteConnectOptions = url.parse().unwrap();
        let mut connection = options.create_if_missing(true).connect().await.unwrap();
        let migrator = sqlx::migrate!("../migrations/sqlite");
        migrator
            .run_direct(Some(1), &mut connection, false)
            .await
            .unwrap();
        connection.execute(AssertSqlSafe(rows)).await.unwrap();
        connection.close().await.unwrap();
    } else {
        let mut connection = PgConnection::connect(url).await.unwrap();
        let migrator = sqlx::migrate!("../migrations/postgres");
        migrator
            .run_direct(Some(1), &mut connection, false)
            .await
            .unwrap();
        connection.execute(AssertSqlSafe(rows)).await.unwrap();
        connection.close().await.unwrap();
    }
}
