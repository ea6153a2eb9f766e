//! The harness.

mod answer;
mod app;
mod browser;
mod database;
pub mod oauth;
mod request;
pub mod tokens;

pub use self::{
    answer::Answer,
    app::TestApp,
    browser::{Browser, Form},
    database::Db,
    request::RequestBuilder,
};

/// How a test is started on one of the databases.
pub trait Start {
    /// Starts it on `db`.
    async fn start_on(db: Db) -> Self;
}

impl Start for TestApp {
    async fn start_on(db: Db) -> Self {
        Self::start(db).await
    }
}

/// For tests that start their app themselves, with settings of their own.
impl Start for Db {
    async fn start_on(db: Db) -> Self {
        db
    }
}

/// Makes two tests of each function, `name::sqlite` and `name::postgres`:
///
/// ```ignore
/// on_both! {
///     /// What it shows.
///     async fn a_code_works_once(app: TestApp) { .. }
///
///     async fn with_settings_of_its_own(db: Db) {
///         let app = TestApp::start_with(db, &[("PKCE_REQUIRED", "true")]).await;
///     }
/// }
/// ```
macro_rules! on_both {
    ($($(#[$attribute:meta])* async fn $name:ident($argument:ident: $kind:ty) $body:block)+) => {$(
        $(#[$attribute])*
        mod $name {
            use super::*;

            async fn test($argument: $kind) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let start = <$kind as $crate::support::Start>::start_on($crate::support::Db::Sqlite);
                test(start.await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let start = <$kind as $crate::support::Start>::start_on($crate::support::Db::Postgres);
                test(start.await).await;
            }
        }
    )+};
}
pub(crate) use on_both;
