//! The audit trail: what is recorded is there, whole, and stays so.

mod chains;
mod lists;
mod register;
mod writing;

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use secrecy::SecretString;

use super::fixtures::NOW;
use crate::{
    Actor, Core, Ctx,
    audit::{Event, EventType, Resource},
    config::{Audit, Database, Settings},
    domain::{audit::Record, time::Timestamp},
    store::{Store, StoreError, audit, sql},
};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);

/// A clock that is set by hand.
#[derive(Clone)]
struct Hand(Arc<AtomicI64>);

impl Hand {
    fn new() -> Self {
        Self(Arc::new(AtomicI64::new(NOW.0)))
    }

    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }

    fn forward(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap();
        self.0.fetch_add(by, Ordering::SeqCst);
    }

    /// A core by this clock, with the settings of the audit trail changed by `change`.
    async fn core(&self, database: &Database, change: impl FnOnce(&mut Audit)) -> Core {
        let mut settings = Settings::new(
            "https://id.example".to_owned(),
            SecretString::from("0123456789abcdef0123456789abcdef"),
            database.clone(),
        );
        change(&mut settings.audit);
        let hand = self.clone();
        Core::start(settings, Arc::new(move || hand.now()))
            .await
            .unwrap()
    }

    /// A request now, by the person `who`.
    fn by(&self, who: &str) -> Ctx {
        Ctx {
            request_id: "request".to_owned(),
            client_ip: "192.0.2.1".to_owned(),
            user_agent: "browser".to_owned(),
            method: "POST".to_owned(),
            path: "/here".to_owned(),
            actor: Actor::User {
                id: format!("id of {who}").as_str().into(),
                username: who.to_owned(),
            },
            ..Ctx::background(self.now())
        }
    }
}

/// An event that names itself.
fn event(number: usize) -> Event {
    Event::new(EventType::UserUpdated, "A user was changed")
        .about(Resource::new("USER", number, format!("User {number}")))
        .with("number", number)
}

async fn flush(core: &Core) {
    core.audit.flush(Duration::from_secs(60)).await;
}

/// All entries, oldest first.
async fn everything(store: &Store) -> Vec<Record> {
    let mut connection = store.read().await.unwrap();
    audit::page_from(&mut connection, uuid::Uuid::nil(), 100_000)
        .await
        .unwrap()
}

/// Does to the database what somebody might who can write to it.
pub(crate) async fn tamper(store: &Store, statement: &str) -> Result<(), StoreError> {
    let mut transaction = store.begin().await?;
    for statement in statement.split(';') {
        let statement = statement.to_owned();
        sql!(&mut transaction, |conn| {
            sqlx::query(sqlx::AssertSqlSafe(statement)).execute(conn)
        })
        .map(|_: super::super::connection::Executed| ())?;
    }
    transaction.commit().await
}
