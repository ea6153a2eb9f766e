//! The database goes in the middle of work: the answer says so, nothing is half
//! done, and when it is back work goes on without a restart.

use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::Value;
use sqlx::{Connection, PgConnection, SqliteConnection};

use crate::support::{
    Answer, Browser, Db, Form, TestApp,
    oauth::{
        ALICE, CLI, SERVICE, VERIFIER, WEB, WEB_CALLBACK, authorize_path, code_for_web,
        people_and_clients, redeem_for_web, web_request,
    },
};

const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// What people and programs are in the middle of.
struct Work {
    app: TestApp,
    /// Alice is signed in.
    browser: Browser,
    consent: Form,
    device: Form,
    device_code: String,
    /// Nobody is signed in.
    stranger: Browser,
    login: Form,
    code: String,
    tokens: Value,
}

impl Work {
    async fn begin(app: TestApp) -> Self {
        app.seed(people_and_clients()).await;
        let browser = app.browser();
        let used = code_for_web(&browser, "openid offline_access read").await;
        let tokens = redeem_for_web(&app, &used).await.ok();
        let code = code_for_web(&browser, "openid read").await;
        let consent = browser
            .get(&authorize_path(&web_request(&[("scope", "openid write")])))
            .await;
        let fields = [("client_id", CLI), ("scope", "read")];
        let asked = app.post_form("/oauth/device/code", &fields).await.ok();
        let user_code = asked["user_code"].as_str().unwrap();
        let device = browser.get(&format!("/device?user_code={user_code}")).await;
        let stranger = app.browser();
        Self {
            consent: consent.form("/oauth/authorize"),
            device: device.form("/device/verify"),
            device_code: asked["device_code"].as_str().unwrap().to_owned(),
            login: stranger.get("/login").await.form("/login"),
            app,
            browser,
            stranger,
            code,
            tokens,
        }
    }

    fn token(&self, name: &str) -> &str {
        self.tokens[name].as_str().unwrap()
    }

    async fn ask(&self, path: &str, client: (&str, &str), fields: &[(&str, &str)]) -> Answer {
        let request = self
            .app
            .request(Method::POST, path)
            .basic(client.0, client.1);
        request.form(fields).send().await
    }

    /// What programs ask for, each of which writes something down.
    async fn requests_that_write(&self) -> Vec<(&'static str, Answer)> {
        let token = "/oauth/token";
        let code = [
            ("grant_type", "authorization_code"),
            ("code", &self.code),
            ("redirect_uri", WEB_CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        let refresh = [
            ("grant_type", "refresh_token"),
            ("refresh_token", self.token("refresh_token")),
        ];
        let credentials = [("grant_type", "client_credentials")];
        let device = [("client_id", CLI)];
        let (code, refresh, credentials, device) = tokio::join!(
            self.ask(token, WEB, &code),
            self.ask(token, WEB, &refresh),
            self.ask(token, SERVICE, &credentials),
            self.app.post_form("/oauth/device/code", &device),
        );
        vec![
            ("code", code),
            ("refresh", refresh),
            ("client credentials", credentials),
            ("device authorization", device),
        ]
    }

    /// What programs ask for that only reads.
    async fn requests_that_read(&self) -> Vec<(&'static str, Answer)> {
        let token = [("token", self.token("refresh_token"))];
        let poll = [
            ("grant_type", DEVICE_GRANT),
            ("client_id", CLI),
            ("device_code", &self.device_code),
        ];
        let userinfo = self.app.request(Method::GET, "/oauth/userinfo");
        let userinfo = userinfo.bearer(self.token("access_token"));
        let (introspection, poll, userinfo) = tokio::join!(
            self.ask("/oauth/introspect", WEB, &token),
            self.app.post_form("/oauth/token", &poll),
            userinfo.send(),
        );
        vec![
            ("introspection", introspection),
            ("device poll", poll),
            ("userinfo", userinfo),
        ]
    }

    /// What people do, each of which writes something down.
    async fn forms(&self) -> Vec<(&'static str, Answer)> {
        let approve = [("action", "approve")];
        let credentials = [("username", ALICE.0), ("password", ALICE.1)];
        let authorize = authorize_path(&web_request(&[]));
        let (login, consent, device, authorize) = tokio::join!(
            self.stranger.submit_only(&self.login, &credentials),
            self.browser.submit_only(&self.consent, &approve),
            self.browser.submit_only(&self.device, &approve),
            self.stranger.get_only(&authorize),
        );
        vec![
            ("login", login),
            ("consent", consent),
            ("device decision", device),
            ("authorize", authorize),
        ]
    }

    /// After the fault: nothing was used up, ended or given by what failed.
    async fn goes_on(&self) {
        for (what, answer) in self.requests_that_write().await {
            assert_eq!(answer.status, StatusCode::OK, "{what}: {}", answer.text());
        }
        let health = self.app.get("/health").await;
        assert_eq!(health.status, StatusCode::OK);
        for (what, answer) in self.forms().await {
            let done = answer.status == StatusCode::OK || answer.status.is_redirection();
            assert!(done, "{what}: {} {}", answer.status, answer.text());
        }
        assert_eq!(
            self.stranger.get_only("/").await.status,
            StatusCode::OK,
            "signed in"
        );
    }
}

/// 503 with Retry-After, and not a word about why.
#[track_caller]
fn assert_unavailable(what: &str, answer: &Answer) {
    let text = answer.text();
    assert_eq!(
        answer.status,
        StatusCode::SERVICE_UNAVAILABLE,
        "{what}: {text}"
    );
    let seconds: u32 = answer
        .header("retry-after")
        .parse()
        .unwrap_or_else(|_| panic!("{what} does not say when to come back"));
    assert!(seconds > 0, "{what}");
    let lower = text.to_lowercase();
    for internal in ["sqlx", "postgres", "sqlite", "pool", "connection", "locked"] {
        assert!(
            !lower.contains(internal),
            "{what} tells of {internal}: {text}"
        );
    }
}

#[track_caller]
fn assert_unavailable_json(what: &str, answer: &Answer) {
    assert_unavailable(what, answer);
    assert_eq!(answer.json()["error"], "temporarily_unavailable", "{what}");
    assert_eq!(answer.header("www-authenticate"), "", "{what}");
}

#[track_caller]
fn assert_unavailable_page(what: &str, answer: &Answer) {
    assert_unavailable(what, answer);
    assert!(
        answer.header("content-type").starts_with("text/html"),
        "{what}"
    );
    assert!(!answer.heading().is_empty(), "{what}");
    assert_eq!(answer.header("set-cookie"), "", "{what}");
}

async fn execute(server: &mut PgConnection, statement: String) {
    let statement = sqlx::AssertSqlSafe(statement);
    sqlx::raw_sql(statement)
        .execute(server)
        .await
        .expect("the server does it");
}

/// The test's database and a connection to the server beside it.
async fn server_of(app: &TestApp) -> (PgConnection, String) {
    let server = std::env::var("AUTHGATE_TEST_POSTGRES_URL").expect("it names a PostgreSQL");
    let server = PgConnection::connect(&server)
        .await
        .expect("the server is there");
    let url = app.database_url();
    let (_, name) = url.rsplit_once('/').expect("the URL names a database");
    (server, name.to_owned())
}

async fn end_connections(server: &mut PgConnection, name: &str) {
    let ended =
        format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
    execute(server, ended).await;
}

async fn assert_everything_unavailable(work: &Work) {
    // What is kept in memory is good for a quarter of a second more.
    tokio::time::sleep(Duration::from_millis(300)).await;
    for (what, answer) in work.requests_that_write().await {
        assert_unavailable_json(what, &answer);
    }
    for (what, answer) in work.requests_that_read().await {
        assert_unavailable_json(what, &answer);
    }
    for (what, answer) in work.forms().await {
        assert_unavailable_page(what, &answer);
    }
    for page in ["/", "/device", "/logout"] {
        assert_unavailable_page(page, &work.browser.get_only(page).await);
    }
    let app = &work.app;
    let health = app.get("/health").await;
    assert_eq!(health.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(health.json()["database"], "disconnected");
    assert_eq!(
        app.get("/health/ready").await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
    // Nobody needs to restart it, and what needs no database is there.
    assert_eq!(app.get("/health/live").await.status, StatusCode::OK);
    assert_eq!(
        app.get("/.well-known/jwks.json").await.status,
        StatusCode::OK
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_takes_no_connections_for_a_while() {
    let work = Work::begin(TestApp::start(Db::Postgres).await).await;
    let (mut server, name) = server_of(&work.app).await;
    execute(
        &mut server,
        format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"),
    )
    .await;
    end_connections(&mut server, &name).await;
    assert_everything_unavailable(&work).await;
    execute(
        &mut server,
        format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true"),
    )
    .await;
    work.goes_on().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_postgres_database_is_gone_for_a_while() {
    let work = Work::begin(TestApp::start(Db::Postgres).await).await;
    let (mut server, name) = server_of(&work.app).await;
    // Nobody connects between the end of the connections and the new name.
    let away = format!(
        "ALTER DATABASE {name} ALLOW_CONNECTIONS false; \
         SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name}'"
    );
    for statement in away.split("; ") {
        execute(&mut server, statement.to_owned()).await;
    }
    let renamed = format!("ALTER DATABASE {name} RENAME TO {name}_away");
    execute(&mut server, renamed).await;
    assert_everything_unavailable(&work).await;
    let back = format!("ALTER DATABASE {name}_away RENAME TO {name}");
    execute(&mut server, back).await;
    let open = format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true");
    execute(&mut server, open).await;
    work.goes_on().await;
}

/// As when a server fails over: whoever meets a dead connection is told to come
/// back, and the next one is served.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_drops_all_connections() {
    let work = Work::begin(TestApp::start(Db::Postgres).await).await;
    let (mut server, name) = server_of(&work.app).await;
    end_connections(&mut server, &name).await;
    let answers = [
        work.requests_that_write().await,
        work.requests_that_read().await,
    ];
    for (what, answer) in answers.iter().flatten() {
        // What was served may be used up by now.
        match answer.status {
            StatusCode::OK => {}
            StatusCode::BAD_REQUEST => assert_eq!(
                answer.json()["error"],
                "authorization_pending",
                "{what}: {}",
                answer.text()
            ),
            _ => assert_unavailable_json(what, answer),
        }
    }
    let credentials = [("grant_type", "client_credentials")];
    for _ in 0..10 {
        let answer = work.ask("/oauth/token", SERVICE, &credentials).await;
        if answer.status == StatusCode::OK {
            return;
        }
        assert_unavailable_json("client credentials", &answer);
    }
    panic!("dead connections are not replaced");
}

/// Another program writes the SQLite file and does not come to an end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_is_held_by_another_program() {
    let impatient = |settings: &mut core_service::config::Settings| {
        settings.database.acquire_timeout = Duration::from_millis(200);
    };
    let work = Work::begin(TestApp::start_as(Db::Sqlite, &[], impatient).await).await;
    let mut other = SqliteConnection::connect(&work.app.database_url())
        .await
        .expect("the file can be opened");
    sqlx::raw_sql("BEGIN EXCLUSIVE")
        .execute(&mut other)
        .await
        .expect("nobody else writes");
    for (what, answer) in work.requests_that_write().await {
        assert_unavailable_json(what, &answer);
    }
    for (what, answer) in work.forms().await {
        assert_unavailable_page(what, &answer);
    }
    // What only reads goes on.
    for (what, answer) in work.requests_that_read().await {
        assert_ne!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{what}");
    }
    sqlx::raw_sql("ROLLBACK")
        .execute(&mut other)
        .await
        .expect("it ends");
    work.goes_on().await;
}

/// As for the last requests while a server ends.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_database_is_away_for_everybody() {
    let work = Work::begin(TestApp::start(Db::Sqlite).await).await;
    work.app.core.close().await;
    assert_everything_unavailable(&work).await;
}
