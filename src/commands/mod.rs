//! The commands that administer a database: each starts a core, asks its `Admin`
//! service as any administrator would, and ends.

pub mod admin;
pub mod audit;
pub mod clients;
pub mod keys;
pub mod revoke;
pub mod users;

use std::{env, fs};

use authgate_proto::{
    error::OAuthError,
    transport::{self, Transport},
    v1::admin_client::AdminClient,
};
use tonic::Status;

use crate::{Error, config::Config, core_process};

type Admin = AdminClient<Transport>;

/// Runs `work` with the `Admin` service of a core that ends with it.
async fn with_admin<T>(
    config: &Config,
    work: impl AsyncFnOnce(Admin) -> Result<T, Error>,
) -> Result<T, Error> {
    core_process::with_core(config, async |core| {
        work(AdminClient::new(transport::in_process(
            core.operator_routes(&operator()),
        )))
        .await
    })
    .await
}

/// Who runs the command, for the audit trail: whom the system knows, and who became that.
fn operator() -> String {
    let uid = rustix::process::getuid().as_raw().to_string();
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let user = users
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|fields| fields.get(2) == Some(&uid.as_str()))
        .map_or("somebody", |fields| fields[0]);
    let by = env::var("SUDO_USER").map_or_else(|_| String::new(), |name| format!(" by {name}"));
    let system = rustix::system::uname();
    let host = system.nodename().to_string_lossy();
    format!("{user}{by} (uid {uid}) on {host}")
}

/// What the core says against a command.
fn refused(status: Status) -> Error {
    let text = if status.details().is_empty() {
        status.message().to_owned()
    } else {
        OAuthError::from(&status).description
    };
    Error::Refused(if text.is_empty() {
        status.code().to_string()
    } else {
        text
    })
}

/// Prints rows in columns, below a heading.
fn print_table<const COLUMNS: usize>(heading: [&str; COLUMNS], rows: &[[String; COLUMNS]]) {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells
            .chain([heading[column].len()])
            .max()
            .unwrap_or_default()
    };
    let widths: [usize; COLUMNS] = std::array::from_fn(width);
    let print = |cells: [&str; COLUMNS]| {
        let padded = cells
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:<width$}"));
        println!("{}", padded.collect::<Vec<_>>().join("  ").trim_end());
    };
    print(heading);
    for row in rows {
        print(std::array::from_fn(|column| row[column].as_str()));
    }
}

/// Control characters in what others chose would move the terminal's cursor.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}
