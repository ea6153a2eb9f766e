//! What every database must do, asked of each: one suite, no mocks.
//!
//! The PostgreSQL cases need `AUTHGATE_TEST_POSTGRES_URL`, the URL of a superuser on
//! a server that may be thrown away; each case makes a database of its own and drops it.

mod access;
mod audit;
mod changes;
mod clients;
mod connections;
pub(crate) mod database;
mod expired;
pub(crate) mod fixtures;
mod grants;
mod group_commit;
mod opening;
mod outage;
mod records;
mod schema;
mod single_use;
mod text;
mod throttles;
mod transactions;
mod users;

/// Runs each case on both databases: `name::sqlite` and `name::postgres`. A case
/// takes a `Store`, a `Core`, or the settings of an empty `Database` that it opens itself.
macro_rules! conformance {
    ($($(#[$doc:meta])* async fn $name:ident($given:ident: $kind:ty) $body:block)+) => {$(
        mod $name {
            use super::*;

            $(#[$doc])*
            async fn case($given: $kind) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                crate::store::conformance::database::on_sqlite(case).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                crate::store::conformance::database::on_postgres(case).await;
            }
        }
    )+};
}
pub(crate) use {audit::tamper, conformance};
