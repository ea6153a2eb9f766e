//! A database for one test.

use std::path::Path;

use sqlx::{Connection, PgConnection};
use tempfile::TempDir;
use uuid::Uuid;

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Db {
    /// A file in a directory that goes with the test.
    Sqlite,
    /// A database of its own on the server at `AUTHGATE_TEST_POSTGRES_URL`.
    Postgres,
}

/// One test's database; it goes when this is dropped.
pub enum TestDatabase {
    Sqlite(TempDir),
    Postgres {
        server: String,
        name: String,
        directory: TempDir,
    },
}

impl TestDatabase {
    pub async fn create(db: Db) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        match db {
            Db::Sqlite => Self::Sqlite(directory),
            Db::Postgres => {
                let server = std::env::var("AUTHGATE_TEST_POSTGRES_URL")
                    .expect("AUTHGATE_TEST_POSTGRES_URL names a PostgreSQL for tests");
                let name = format!("authgate_test_{}", Uuid::new_v4().simple());
                execute(&server, &format!("CREATE DATABASE {name}"))
                    .await
                    .expect("a database can be made");
                Self::Postgres {
                    server,
                    name,
                    directory,
                }
            }
        }
    }

    /// The variables that lead to it.
    pub fn variables(&self) -> Vec<(String, String)> {
        let mut variables = vec![(
            "DATA_DIR".to_owned(),
            self.directory().display().to_string(),
        )];
        if let Self::Postgres { .. } = self {
            variables.push(("DATABASE_DRIVER".to_owned(), "postgres".to_owned()));
            variables.push(("DATABASE_DSN".to_owned(), self.url()));
        }
        variables
    }

    /// Where it is, for tests that look inside.
    pub fn url(&self) -> String {
        match self {
            Self::Sqlite(directory) => format!(
                "sqlite://{}",
                directory.path().join("authgate.db").display()
            ),
            Self::Postgres { server, name, .. } => {
                let (before, _) = server.rsplit_once('/').expect("the URL names a database");
                format!("{before}/{name}")
            }
        }
    }

    fn directory(&self) -> &Path {
        match self {
            Self::Sqlite(directory) | Self::Postgres { directory, .. } => directory.path(),
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let Self::Postgres { server, name, .. } = self else {
            return;
        };
        let (server, statement) = (server.clone(), format!("DROP DATABASE {name} WITH (FORCE)"));
        // A runtime of its own: the test's may be ending.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime
                .block_on(execute(&server, &statement))
                .map_err(std::io::Error::other)
        });
        if !matches!(dropped.join(), Ok(Ok(()))) {
            eprintln!("the test's database {name} could not be dropped");
        }
    }
}

async fn execute(server: &str, statement: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(server).await?;
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned()))
        .execute(&mut connection)
        .await?;
    connection.close().await
}
