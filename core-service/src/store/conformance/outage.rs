//! PostgreSQL goes away, falls silent, and comes back.

use std::{sync::Arc, time::Duration};

use secrecy::{ExposeSecret, SecretString};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
    time::timeout,
};

use super::{
    database::{on_postgres, server},
    fixtures::*,
};
use crate::{
    Core, Ctx,
    audit::{Event, EventType, verification},
    config::{Database, Settings},
    store::{Conn, Executor as _, Store, StoreError, clients, sql},
};

/// How long what has to come is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gone_is_unavailable_and_back_is_back() {
    on_postgres(async |database: Database| {
        let line = Line::new().await;
        let store = Store::open(&line.to(&database)).await.unwrap();
        commit!(store, |tx| clients::insert(tx, &client("before")));

        let mut under_way = store.begin().await.unwrap();
        clients::insert(&mut under_way, &client("lost"))
            .await
            .unwrap();
        line.set(State::Cut).await;
        assert_unavailable(clients::insert(&mut under_way, &client("more")).await);
        assert_unavailable(under_way.commit().await);
        for _ in 0..3 {
            let error = store.ping().await.unwrap_err();
            // What was in the way, and not that it took long.
            assert!(!format!("{error:?}").contains("in time"), "{error:?}");
            assert_unavailable::<()>(Err(error));
            assert_unavailable(store.begin().await.map(|_| ()));
        }

        line.set(State::Open).await;
        recovers(&store, 1).await;
        commit!(store, |tx| clients::insert(tx, &client("after")));
        let ids: Vec<String> = read!(store, |c| first_clients(c, 10))
            .into_iter()
            .map(|client| client.id.to_string())
            .collect();
        assert_eq!(ids, ["after", "before"]);
    })
    .await;
}

/// Who gave up in the middle does not leave a dead connection to the next.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_was_given_up_and_lost_is_replaced() {
    on_postgres(async |database: Database| {
        let line = Line::new().await;
        let one = Database {
            max_connections: 1,
            acquire_timeout: Duration::from_secs(10),
            ..line.to(&database)
        };
        let store = Store::open(&one).await.unwrap();
        let mut reading = store.read().await.unwrap();
        let Ok(Conn::Postgres(conn)) = reading.conn() else {
            panic!("not PostgreSQL")
        };
        let asked = sqlx::query("SELECT pg_sleep(60)").execute(conn);
        let given_up = timeout(Duration::from_millis(50), asked).await;
        assert!(given_up.is_err());
        line.set(State::Cut).await;
        line.set(State::Open).await;
        drop(reading);
        store.ping().await.unwrap();
    })
    .await;
}

/// Audit entries wait for a database that is away, and each is then written once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn audit_entries_wait_until_the_database_is_back() {
    on_postgres(async |database: Database| {
        let line = Line::new().await;
        let secret = SecretString::from("0123456789abcdef0123456789abcdef");
        let settings = Settings::new("https://id.example".to_owned(), secret, line.to(&database));
        let core = Core::start(settings, Arc::new(|| NOW)).await.unwrap();
        let record = |number: u32| {
            let event = Event::new(EventType::UserUpdated, "changed a user").with("number", number);
            core.audit.record(&Ctx::background(NOW), event);
        };
        record(0);
        core.audit.flush(Duration::from_secs(60)).await;
        line.set(State::Cut).await;
        (1..=600).for_each(record);
        // The end of the program does not wait for ever.
        core.audit.flush(Duration::from_secs(2)).await;
        (601..=700).for_each(record);
        line.set(State::Open).await;
        core.audit.flush(Duration::from_secs(60)).await;
        let outcome = verification::verify(&core, NOW, "").await.unwrap();
        assert_eq!((outcome.entries, outcome.breaks), (701, Vec::new()));
        assert_eq!(core.audit.dropped(), 0);
    })
    .await;
}

/// A host that went dark answers nothing and closes nothing: connections that wait
/// for it must not take the pool's places for good.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silence_is_unavailable_and_does_not_use_up_the_pool() {
    on_postgres(async |database: Database| {
        let line = Line::new().await;
        let database = Database {
            max_connections: 4,
            // One place may go to making up this number.
            idle_connections: 1,
            ..line.to(&database)
        };
        let store = Store::open(&database).await.unwrap();
        commit!(store, |tx| clients::insert(tx, &client("app")));
        // All places are taken, and will wait for an answer.
        let (mut reading, idle) = (store.read().await.unwrap(), store.read().await.unwrap());
        let (mut writing, begun) = (store.begin().await.unwrap(), store.begin().await.unwrap());

        line.set(State::Silent).await;
        assert_unavailable(first_clients(&mut reading, 1).await.map(|_| ()));
        assert_unavailable(clients::insert(&mut writing, &client("lost")).await);
        assert_unavailable(writing.commit().await);
        drop((reading, idle, begun));
        assert_unavailable(store.ping().await);
        assert_unavailable(store.begin().await.map(|_| ()));

        line.set(State::Open).await;
        recovers(&store, 3).await;
        assert_eq!(read!(store, |c| first_clients(c, 10)).len(), 1);
    })
    .await;
}

/// A connection that falls silent just when it is to listen is given up for a new one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_not_let_listen_asks_again() {
    on_postgres(async |database: Database| {
        let line = Line::new().await;
        line.set(State::Deaf).await;
        let store = Store::open(&line.to(&database)).await.unwrap();
        let mut refused = line.refused.clone();
        let twice = refused.wait_for(|count| *count > 1);
        timeout(PATIENCE, twice).await.unwrap().unwrap();
        let hears = || {
            let changes = store.changes();
            changes.hold(&changes.validity(changes.reading(), []))
        };
        // It must not say that nothing has changed.
        assert!(!hears());
        store.ping().await.unwrap();

        line.state.send_replace(State::Open);
        let heard = async {
            while !hears() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(PATIENCE, heard).await.unwrap();
    })
    .await;
}

/// The server itself ends a statement that takes too long, and with it its locks.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_that_takes_too_long_is_ended_by_the_server() {
    on_postgres(async |database: Database| {
        let store = Store::open(&impatient(&database)).await.unwrap();
        let mut tx = store.begin().await.unwrap();
        let Ok(Conn::Postgres(conn)) = tx.conn() else {
            panic!("not PostgreSQL")
        };
        let error = sqlx::query("SELECT pg_sleep(60)")
            .execute(conn)
            .await
            .unwrap_err();
        let code = error
            .as_database_error()
            .and_then(|error| error.code())
            .map(String::from);
        assert_eq!(code.as_deref(), Some("57014"));
        assert_unavailable::<()>(Err(StoreError::from(error)));
    })
    .await;
}

/// An administrator ends our connections, as a failover does: connections that
/// rested meanwhile are found out before a request gets them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_the_server_ended_are_replaced() {
    on_postgres(async |database: Database| {
        let store = Store::open(&database).await.unwrap();
        let administrator = Store::open(&database).await.unwrap();
        drop((store.read().await.unwrap(), store.read().await.unwrap()));
        // Longer than a connection is trusted for.
        tokio::time::sleep(Duration::from_millis(1100)).await;
        let mut administrator = administrator.read().await.unwrap();
        let mut ended = 0;
        loop {
            let open: i64 = sql!(&mut administrator, |conn| sqlx::query_scalar::<_, i64>(
                "SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity \
                 WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            .fetch_one(conn))
            .unwrap();
            if open == 0 {
                break;
            }
            ended = open.max(ended);
        }
        assert!(ended >= 2, "{ended}");
        let (mut one, mut two) = (store.read().await.unwrap(), store.read().await.unwrap());
        first_clients(&mut one, 1).await.unwrap();
        first_clients(&mut two, 1).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_not_up_yet_is_waited_for() {
    on_postgres(async |database: Database| {
        let line = Arc::new(Line::new().await);
        line.set(State::Cut).await;
        let late = line.clone();
        let up = tokio::spawn(async move {
            late.refused().await;
            late.set(State::Open).await;
        });
        let database = Database {
            acquire_timeout: Duration::from_secs(30),
            ..line.to(&database)
        };
        let store = Store::open(&database).await.unwrap();
        up.await.unwrap();
        store.ping().await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_does_not_come_up_is_unavailable() {
    on_postgres(async |database: Database| {
        for state in [State::Cut, State::Silent] {
            let line = Line::new().await;
            line.set(state).await;
            let database = Database {
                acquire_timeout: Duration::from_millis(50),
                ..line.to(&database)
            };
            assert_unavailable(Store::open(&database).await.map(|_| ()));
        }
    })
    .await;
}

#[track_caller]
fn assert_unavailable<T: std::fmt::Debug>(result: Result<T, StoreError>) {
    assert!(
        matches!(result, Err(StoreError::Unavailable(_))),
        "{result:?}"
    );
}

/// Asks until so many connections at once answer, which must be so when each lost one
/// was met or given up.
async fn recovers(store: &Store, connections: usize) {
    let all_answer = async || {
        let mut held = Vec::new();
        for _ in 0..connections {
            let mut transaction = store.begin().await?;
            first_clients(&mut transaction, 1).await?;
            held.push(transaction);
        }
        Ok(())
    };
    for _ in 0..50 {
        match all_answer().await {
            Ok(()) => return,
            Err(error) => assert_unavailable::<()>(Err(error)),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the database is back, the store is not");
}

fn impatient(database: &Database) -> Database {
    Database {
        acquire_timeout: Duration::from_millis(500),
        ..database.clone()
    }
}

/// A telephone line to PostgreSQL that can be cut.
struct Line {
    port: u16,
    state: watch::Sender<State>,
    /// Calls that pass bytes on.
    open_calls: watch::Sender<u32>,
    /// Calls that were cut at once or fell silent at what they said.
    refused: watch::Receiver<u32>,
    _exchange: JoinSet<()>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Everything goes through.
    Open,
    /// Connections end, and new ones end at once.
    Cut,
    /// Nothing goes through and nothing ends: connections of this time are dead for ever.
    Silent,
    /// So it is for who wants to hear of changes.
    Deaf,
}

impl Line {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (state, states) = watch::channel(State::Open);
        let open_calls = watch::Sender::new(0);
        let (refuse, refused) = watch::channel(0);
        let refuse = Arc::new(refuse);
        let mut exchange = JoinSet::new();
        let counter = open_calls.clone();
        exchange.spawn(async move {
            let mut calls = JoinSet::new();
            loop {
                let (caller, _) = listener.accept().await.unwrap();
                if *states.borrow() == State::Cut {
                    refuse.send_modify(|count| *count += 1);
                    continue;
                }
                counter.send_modify(|count| *count += 1);
                calls.spawn(call(
                    caller,
                    states.clone(),
                    counter.clone(),
                    refuse.clone(),
                ));
            }
        });
        Self {
            port,
            state,
            open_calls,
            refused,
            _exchange: exchange,
        }
    }

    /// Sets the state and waits until it is so for all calls under way.
    async fn set(&self, state: State) {
        self.state.send_replace(state);
        if matches!(state, State::Cut | State::Silent) {
            let mut open_calls = self.open_calls.subscribe();
            open_calls.wait_for(|count| *count == 0).await.unwrap();
        }
    }

    /// Waits until a caller was turned away.
    async fn refused(&self) {
        let mut refused = self.refused.clone();
        refused.wait_for(|count| *count > 0).await.unwrap();
    }

    /// The same database by this line, for a store that does not wait long.
    fn to(&self, database: &Database) -> Database {
        let mut url = url::Url::parse(database.url.expose_secret()).unwrap();
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(self.port)).unwrap();
        // What is said can be understood here.
        url.query_pairs_mut().append_pair("sslmode", "disable");
        Database {
            url: SecretString::from(url.as_str()),
            ..impatient(database)
        }
    }
}

/// Passes bytes on until the line is cut; once silent, keeps both ends open and passes nothing.
async fn call(
    mut caller: TcpStream,
    mut states: watch::Receiver<State>,
    open_calls: watch::Sender<u32>,
    refused: Arc<watch::Sender<u32>>,
) {
    let server = server();
    let address = (server.host_str().unwrap(), server.port().unwrap_or(5432));
    let mut callee = TcpStream::connect(address).await.unwrap();
    let is_deaf = *states.borrow() == State::Deaf;
    let passed = async {
        if is_deaf {
            return pass_until_listen(&mut caller, &mut callee).await;
        }
        let _ = copy_bidirectional(&mut caller, &mut callee).await;
        false
    };
    let fell_silent = tokio::select! {
        _ = states.wait_for(|state| matches!(state, State::Cut | State::Silent)) => false,
        listens = passed => listens,
    };
    let silent = fell_silent || *states.borrow() == State::Silent;
    let kept = silent.then_some((caller, callee));
    open_calls.send_modify(|count| *count -= 1);
    if fell_silent {
        refused.send_modify(|count| *count += 1);
    }
    if kept.is_some() {
        std::future::pending::<()>().await;
    }
}

/// Passes bytes on, both ways, until the caller says LISTEN. False when they end before.
async fn pass_until_listen(caller: &mut TcpStream, callee: &mut TcpStream) -> bool {
    let (mut from_caller, mut to_caller) = caller.split();
    let (mut from_callee, mut to_callee) = callee.split();
    let asks = async {
        let mut bytes = [0; 4096];
        loop {
            let length = from_caller.read(&mut bytes).await.unwrap();
            let said = &bytes[..length];
            let listens = said.windows(6).any(|word| word == b"LISTEN");
            if length == 0 || listens {
                return listens;
            }
            to_callee.write_all(said).await.unwrap();
        }
    };
    tokio::select! {
        listens = asks => listens,
        _ = tokio::io::copy(&mut from_callee, &mut to_caller) => false,
    }
}
