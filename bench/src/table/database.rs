//! The databases under a server, and what they say about themselves.

use std::path::PathBuf;

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use url::Url;

use crate::error::Result;

/// Where a server keeps its state.
#[derive(Debug, Clone)]
pub enum Database {
    /// A file.
    Sqlite {
        /// Where it is.
        path: PathBuf,
    },
    /// A database of a PostgreSQL server.
    Postgres {
        /// A superuser's URL of another database of the server.
        administration: String,
        /// The URL of the database.
        url: String,
    },
}

impl Database {
    /// A new PostgreSQL database.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn create(administration: &str, name: &str) -> Result<Self> {
        let mut connection = PgConnection::connect(administration).await?;
        for statement in [
            "CREATE EXTENSION IF NOT EXISTS pg_stat_statements".to_owned(),
            format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
            format!("CREATE DATABASE {name}"),
        ] {
            let statement = sqlx::raw_sql(AssertSqlSafe(statement));
            statement.execute(&mut connection).await?;
        }
        connection.close().await?;
        let mut url = Url::parse(administration)?;
        url.set_path(name);
        Ok(Self::Postgres {
            administration: administration.to_owned(),
            url: url.to_string(),
        })
    }

    /// The name of its kind.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "SQLite",
            Self::Postgres { .. } => "PostgreSQL",
        }
    }

    /// What the server is told.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Sqlite { path } => vec![("DATABASE_PATH", path.display().to_string())],
            Self::Postgres { url, .. } => vec![
                ("DATABASE_DRIVER", "postgres".to_owned()),
                ("DATABASE_DSN", url.clone()),
            ],
        }
    }

    /// Its URL.
    pub fn url(&self) -> String {
        match self {
            Self::Sqlite { path } => format!("sqlite://{}", path.display()),
            Self::Postgres { url, .. } => url.clone(),
        }
    }

    /// The process of PostgreSQL that all of its others are children of.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn pid(&self) -> Result<Option<u32>> {
        let Self::Postgres { administration, .. } = self else {
            return Ok(None);
        };
        let mut connection = PgConnection::connect(administration).await?;
        let query = "SELECT split_part(pg_read_file('postmaster.pid'), chr(10), 1)";
        let pid: String = sqlx::query_scalar(query).fetch_one(&mut connection).await?;
        connection.close().await?;
        Ok(Some(pid.trim().parse()?))
    }

    /// Statements that PostgreSQL has carried out in this database, `BEGIN` and
    /// `COMMIT` included.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn statements(&self) -> Result<Option<u64>> {
        let Self::Postgres {
            administration,
            url,
        } = self
        else {
            return Ok(None);
        };
        let mut connection = PgConnection::connect(administration).await?;
        let query = "SELECT coalesce(sum(calls), 0)::bigint FROM pg_stat_statements \
                     JOIN pg_database ON pg_database.oid = dbid WHERE datname = $1";
        let calls: i64 = sqlx::query_scalar(query)
            .bind(Url::parse(url)?.path().trim_start_matches('/').to_owned())
            .fetch_one(&mut connection)
            .await?;
        connection.close().await?;
        Ok(Some(u64::try_from(calls)?))
    }
}
