//! Which database, and its connections.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use core_service::config::Database;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};

use super::{dsn, reader::Reader};

/// Characters of a path that would end it within a URL.
const NOT_IN_A_PATH: &AsciiSet = &CONTROLS.add(b' ').add(b'%').add(b'?').add(b'#');

/// The database and how long its start and end may take.
#[derive(Clone)]
pub struct DatabaseConfig {
    /// For the core.
    pub settings: Database,
    /// Connecting and migrating must be done after this.
    pub start_timeout: Duration,
    /// Closing must be done after this.
    pub close_timeout: Duration,
    /// The SQLite file, when it is one.
    pub file: Option<PathBuf>,
}

const MEBIBYTE: u64 = 1024 * 1024;

#[derive(Clone, Copy)]
enum Driver {
    Sqlite,
    Postgres,
}

/// Reads the database's variables; a SQLite file lies in `directory` unless it is said otherwise.
pub fn read(reader: &mut Reader<'_>, directory: &Path) -> DatabaseConfig {
    let drivers = [("sqlite", Driver::Sqlite), ("postgres", Driver::Postgres)];
    let dsn = reader.secret("DATABASE_DSN");
    let (url, file) = match reader.choice("DATABASE_DRIVER", Driver::Sqlite, &drivers) {
        Driver::Sqlite => {
            let file = sqlite_file(reader, dsn.as_ref(), directory);
            (sqlite_url(&file), Some(file))
        }
        Driver::Postgres => (postgres_url(reader, dsn), None),
    };
    let defaults = Database::at(url);
    let settings = Database {
        max_connections: reader.integer("DB_MAX_OPEN_CONNS", defaults.max_connections, 1..=10_000),
        idle_connections: reader.integer(
            "DB_MAX_IDLE_CONNS",
            defaults.idle_connections,
            0..=10_000,
        ),
        max_lifetime: reader.positive_duration("DB_CONN_MAX_LIFETIME", defaults.max_lifetime),
        idle_timeout: reader.positive_duration("DB_CONN_MAX_IDLE_TIME", defaults.idle_timeout),
        cache: MEBIBYTE * reader.integer("DB_CACHE_SIZE", defaults.cache / MEBIBYTE, 0..=65_536),
        ..defaults
    };
    if settings.idle_connections > settings.max_connections {
        reader.wrong("DB_MAX_IDLE_CONNS", "more than DB_MAX_OPEN_CONNS");
    }
    DatabaseConfig {
        settings,
        start_timeout: reader.positive_duration("DB_INIT_TIMEOUT", Duration::from_secs(30)),
        close_timeout: reader.positive_duration("DB_CLOSE_TIMEOUT", Duration::from_secs(5)),
        file,
    }
}

fn sqlite_file(reader: &mut Reader<'_>, dsn: Option<&SecretString>, directory: &Path) -> PathBuf {
    let path = reader.text("DATABASE_PATH").map(PathBuf::from);
    let default = path.unwrap_or_else(|| directory.join("authgate.db"));
    let Some(dsn) = dsn else {
        return default;
    };
    let dsn = dsn.expose_secret();
    let path = dsn
        .strip_prefix("sqlite://")
        .or_else(|| dsn.strip_prefix("file:"))
        .unwrap_or(dsn);
    if path.is_empty() || path.contains('?') || path.contains("://") || path == ":memory:" {
        reader.wrong(
            "DATABASE_DSN",
            "for SQLite expected the path of a file, without options",
        );
        return default;
    }
    path.into()
}

fn sqlite_url(file: &Path) -> SecretString {
    let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let path = file.to_string_lossy();
    SecretString::from(format!(
        "sqlite://{}",
        utf8_percent_encode(&path, NOT_IN_A_PATH)
    ))
}

fn postgres_url(reader: &mut Reader<'_>, dsn: Option<SecretString>) -> SecretString {
    let Some(dsn) = dsn else {
        reader.wrong(
            "DATABASE_DSN",
            "DATABASE_DRIVER=postgres needs it: postgres://user:password@host:5432/name",
        );
        return SecretString::default();
    };
    match dsn::postgres_url(dsn.expose_secret()) {
        Ok(url) => SecretString::from(url),
        Err(wrong) => {
            reader.wrong("DATABASE_DSN", &wrong);
            SecretString::default()
        }
    }
}
