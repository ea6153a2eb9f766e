//! A fresh database for each case.

use std::time::Duration;

use secrecy::SecretString;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use uuid::Uuid;

use crate::{config::Database, store::Store};

/// What a case starts from.
pub(crate) trait Given: Send + Sized + 'static {
    async fn on(database: Database) -> Self;
}

impl Given for Store {
    async fn on(database: Database) -> Self {
        Self::open(&database).await.unwrap()
    }
}

impl Given for Database {
    async fn on(database: Database) -> Self {
        database
    }
}

/// Runs `case` on an SQLite file of its own.
pub(crate) async fn on_sqlite<G: Given, F: Future<Output = ()> + Send + 'static>(
    case: impl FnOnce(G) -> F,
) {
    let directory = tempfile::tempdir().unwrap();
    let database = sqlite_in(directory.path());
    case(G::on(database).await).await;
}

/// Runs `case` on a PostgreSQL database of its own, which is dropped afterwards,
/// however the case ends.
pub(crate) async fn on_postgres<G: Given, F: Future<Output = ()> + Send + 'static>(
    case: impl FnOnce(G) -> F,
) {
    let name = format!("authgate_test_{}", Uuid::new_v4().simple());
    as_superuser(format!("CREATE DATABASE {name}")).await;
    let mut url = server();
    url.set_path(&name);
    let result = tokio::spawn(case(G::on(patient(url.as_str())).await)).await;
    as_superuser(format!("DROP DATABASE {name} WITH (FORCE)")).await;
    if let Err(failure) = result {
        std::panic::resume_unwind(failure.into_panic());
    }
}

/// Settings for an SQLite file in `directory`.
pub(super) fn sqlite_in(directory: &std::path::Path) -> Database {
    patient(&format!("sqlite://{}/test.db", directory.display()))
}

/// Settings with a wait that a busy machine does not reach.
fn patient(url: &str) -> Database {
    Database {
        acquire_timeout: Duration::from_secs(60),
        ..Database::at(SecretString::from(url))
    }
}

/// The PostgreSQL server to test on.
pub(super) fn server() -> url::Url {
    let url = std::env::var("AUTHGATE_TEST_POSTGRES_URL").expect(
        "AUTHGATE_TEST_POSTGRES_URL is not set: start a PostgreSQL that may be thrown away and \
         give the URL of its superuser, as in postgres://postgres@127.0.0.1:5432/postgres",
    );
    url::Url::parse(&url).expect("AUTHGATE_TEST_POSTGRES_URL is a URL")
}

async fn as_superuser(statement: String) {
    let mut connection = PgConnection::connect(server().as_str()).await.unwrap();
    connection.execute(AssertSqlSafe(statement)).await.unwrap();
    connection.close().await.unwrap();
}
