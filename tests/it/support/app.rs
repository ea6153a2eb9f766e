//! The app under test.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use authgate::{Roles, app, config::Config, edge::Refusals};
use authgate_proto::{
    transport,
    v1::{admin_client::AdminClient, edge_client::EdgeClient},
};
use axum::Router;
use core_service::{Clock, Core, config::Settings, domain::time::Timestamp};
use http::{Method, Request};
use secrecy::SecretString;
use serde_json::Value;
use tower::ServiceExt;

use super::{Answer, Browser, Db, RequestBuilder, database::TestDatabase};

/// When tests begin: 14 November 2023, 22:13:20 UTC.
const BEGINNING: i64 = 1_700_000_000_000;
const ROOT_SECRET: &str = "Zk3v9QmB7xLr2TnYpW5sHd8cJf1gKa6e";

/// A running app in this process, without sockets.
pub struct TestApp {
    router: Router,
    /// The core behind it.
    pub core: Core,
    config: Config,
    time: Arc<AtomicI64>,
    refusals: Arc<Refusals>,
    // Dropped last: the connections above lead to it.
    database: TestDatabase,
}

impl TestApp {
    /// Starts an app with the default settings, without rate limits.
    pub async fn start(db: Db) -> Self {
        Self::start_with(db, &[]).await
    }

    /// Starts an app whose settings differ from the default ones by these variables.
    pub async fn start_with(db: Db, variables: &[(&str, &str)]) -> Self {
        Self::start_as(db, variables, |_| ()).await
    }

    /// As [`Self::start_with`], with settings of the core that no variable sets.
    pub async fn start_as(
        db: Db,
        variables: &[(&str, &str)],
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        let database = TestDatabase::create(db).await;
        let base = [("ENABLE_RATE_LIMIT", "false")];
        let given = base
            .iter()
            .chain(variables)
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let variables = database.variables().into_iter().chain(given).collect();
        let (config, _) = Config::read(&variables).expect("the test's settings are valid");

        let time = Arc::new(AtomicI64::new(BEGINNING));
        let clock = clock(&time);
        let mut settings = config.core_settings(SecretString::from(ROOT_SECRET));
        // Passwords are hashed as they are in earnest, at a price that tests can pay.
        settings.passwords.argon2_memory = 64;
        settings.passwords.argon2_iterations = 1;
        change(&mut settings);
        let core = Core::start(settings, Arc::clone(&clock))
            .await
            .expect("the core starts");
        let parts = app::Parts {
            core: core.link(),
            grpc: Some(core.public_routes()),
            roles: Roles::ALL,
        };
        let edge = app::edge(&config, clock);
        Self {
            router: app::build(parts, &config, &edge),
            core,
            config,
            time,
            refusals: edge.refusals(),
            database,
        }
    }

    /// Where its database is, for tests that go behind its back.
    pub fn database_url(&self) -> String {
        self.database.url()
    }

    /// The issuer, such as `http://localhost:8080`.
    pub fn issuer(&self) -> &str {
        self.config.server.base_url.issuer()
    }

    /// Moves the clock.
    pub fn advance(&self, duration: Duration) {
        let milliseconds = i64::try_from(duration.as_millis()).expect("tests are short");
        self.time.fetch_add(milliseconds, Ordering::SeqCst);
    }

    /// The app's time, in seconds since the epoch.
    pub fn now(&self) -> i64 {
        self.time.load(Ordering::SeqCst) / 1000
    }

    /// Adds users and clients: `{"users": [..], "clients": [..]}`.
    pub async fn seed(&self, document: Value) {
        self.core
            .apply_seed(&document.to_string())
            .await
            .expect("the test's seed is valid");
    }

    /// The gRPC API for administrators.
    pub fn admin(&self) -> AdminClient<transport::Transport> {
        AdminClient::new(transport::in_process(self.core.operator_routes("the test")))
    }

    /// Has the edge tell what it refused, as it does every minute.
    pub async fn tell_refusals(&self) {
        let core = transport::in_process(self.core.trusted_routes());
        self.refusals.tell_now(&mut EdgeClient::new(core)).await;
    }

    /// gRPC from outside, by the public listener.
    pub fn grpc(&self) -> transport::Transport {
        let router = self.router.clone();
        transport::in_process(tower::service_fn(
            move |request: Request<tonic::body::Body>| {
                let answer = router.clone().oneshot(request);
                async move { Ok::<_, Infallible>(answer.await?.map(tonic::body::Body::new)) }
            },
        ))
    }

    /// A request, to be completed and sent. `path` is relative to the issuer's host.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        RequestBuilder::new(self.router.clone(), method, path)
    }

    /// `GET path`.
    pub async fn get(&self, path: &str) -> Answer {
        self.request(Method::GET, path).send().await
    }

    /// `POST path` with a form.
    pub async fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.request(Method::POST, path).form(fields).send().await
    }

    /// A browser without cookies.
    pub fn browser(&self) -> Browser {
        Browser::new(self.router.clone(), self.issuer())
    }
}

fn clock(time: &Arc<AtomicI64>) -> Clock {
    let time = Arc::clone(time);
    Arc::new(move || Timestamp(time.load(Ordering::SeqCst)))
}
