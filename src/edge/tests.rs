//! The whole edge around small handlers.

use std::{
    convert::Infallible,
    io::Write,
    net::SocketAddr,
    sync::{
        Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use authgate_proto::v1::RequestContext;
use axum::{
    Extension,
    body::{Body, Bytes},
    extract::{ConnectInfo, Request},
    http::{HeaderMap, HeaderValue, Method, StatusCode},
    response::Response,
    routing::{get, post},
};
use core_service::domain::time::Timestamp;
use futures_util::stream;
use http_body_util::BodyExt;
use tokio::sync::Semaphore;
use tower::ServiceExt;

use super::*;
use crate::config::{Config, Variables};

struct App {
    router: Router,
    refusals: Arc<Refusals>,
    time: Arc<AtomicI64>,
}

fn app(variables: &[(&str, &str)]) -> App {
    bounded_app(variables, Bounds::default())
}

fn bounded_app(variables: &[(&str, &str)], bounds: Bounds) -> App {
    let variables: Variables = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let (config, _) = Config::read(&variables).unwrap();
    let time = Arc::new(AtomicI64::new(1_700_000_000_000));
    let clock = Arc::clone(&time);
    let edge = Edge {
        bounds,
        ..Edge::new(
            &config.server,
            Arc::new(move || Timestamp(clock.load(Ordering::Relaxed))),
            Arc::new(|view| format!("<h1>{}</h1>{}", view.status, view.request_id)),
        )
    };
    let routes =
        Router::new()
            .route(
                "/seen",
                get(|Extension(context): Extension<RequestContext>| async move {
                    format!("{context:?}")
                }),
            )
            .route(
                "/oauth/token",
                post(|body: Bytes| async move { body.len().to_string() }),
            )
            .route("/login", post(async || "signed in"))
            .route("/health/live", get(async || "live"))
            .route(
                "/panic",
                get(async || -> &'static str { panic!("with db-7's password") }),
            )
            .route(
                "/slow",
                get(async || tokio::time::sleep(Duration::from_secs(3600)).await),
            )
            .route(
                "/own",
                get(async || ([("content-security-policy", "img-src *")], "own")),
            );
    App {
        refusals: edge.refusals(),
        router: edge.wrap(routes, None),
        time,
    }
}

impl App {
    async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Response {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(body.into()).unwrap();
        let peer: SocketAddr = "10.0.0.1:4711".parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        self.router.clone().oneshot(request).await.unwrap()
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Response {
        self.send(Method::GET, path, headers, Body::empty()).await
    }
}

async fn text(response: Response) -> String {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

const HTML: (&str, &str) = ("accept", "text/html,application/xhtml+xml");

#[tokio::test]
async fn what_the_limits_refuse_is_counted_for_the_audit_trail() {
    let app = app(&[("LOGIN_RATE_LIMIT", "1")]);
    let agent = [("user-agent", "curl/8")];
    for _ in 0..5 {
        app.send(Method::POST, "/login", &agent, "").await;
    }
    let told = app.refusals.take();
    assert_eq!(
        (told.len(), told[0].count, &*told[0].limit),
        (1, 4, "/login")
    );
    let first = told[0].first.clone().unwrap();
    assert_eq!(
        (
            &*first.client_ip,
            &*first.user_agent,
            &*first.path,
            &*first.method
        ),
        ("10.0.0.1", "curl/8", "/login", "POST")
    );
}

#[tokio::test]
async fn a_user_agent_is_kept_whatever_bytes_it_has() {
    let app = app(&[]);
    let seen = async |agent: &[u8]| {
        let mut request = Request::get("/seen").body(Body::empty()).unwrap();
        let agent = HeaderValue::from_bytes(agent).unwrap();
        request.headers_mut().insert("user-agent", agent);
        text(app.router.clone().oneshot(request).await.unwrap()).await
    };
    let said = seen(b"caf\xe9 \xc3\xa9 1.0").await;
    assert!(said.contains("caf\u{fffd} \u{e9} 1.0"), "{said}");
    let said = seen(&[b'a'; 700]).await;
    assert!(said.contains(&"a".repeat(500)) && !said.contains(&"a".repeat(501)));
}

#[tokio::test]
async fn handlers_see_who_asks() {
    let app = app(&[("TRUSTED_PROXIES", "10.0.0.0/8")]);
    let response = app
        .get(
            "/seen",
            &[
                ("x-forwarded-for", "198.51.100.1"),
                ("x-request-id", "from-the-proxy"),
                ("user-agent", "curl/8"),
                ("cookie", "a=b; authgate_session=s3ss10n; c=d"),
            ],
        )
        .await;
    assert_eq!(header(&response, "x-request-id"), "from-the-proxy");
    let seen = text(response).await;
    for part in ["198.51.100.1", "from-the-proxy", "curl/8", "s3ss10n"] {
        assert!(seen.contains(part), "{part} is missing in {seen}");
    }
}

#[tokio::test]
async fn without_trusted_proxies_nothing_forwarded_is_believed() {
    let app = app(&[]);
    let response = app
        .get(
            "/seen",
            &[
                ("x-forwarded-for", "198.51.100.1"),
                ("x-request-id", "chosen-by-me"),
            ],
        )
        .await;
    assert_ne!(header(&response, "x-request-id"), "chosen-by-me");
    let seen = text(response).await;
    assert!(
        seen.contains("10.0.0.1") && !seen.contains("198.51.100.1"),
        "{seen}"
    );
}

#[tokio::test]
async fn every_response_is_guarded() {
    let app = app(&[("BASE_URL", "https://auth.corp")]);
    for path in ["/seen", "/panic", "/nothing"] {
        let response = app.get(path, &[]).await;
        assert_eq!(
            header(&response, "x-content-type-options"),
            "nosniff",
            "{path}"
        );
        assert_eq!(header(&response, "x-frame-options"), "DENY");
        assert_eq!(
            header(&response, "content-security-policy"),
            "default-src 'none'; frame-ancestors 'none'"
        );
        assert!(header(&response, "strict-transport-security").contains("max-age"));
        assert!(!header(&response, "x-request-id").is_empty());
    }
    assert_eq!(
        header(&app.get("/own", &[]).await, "content-security-policy"),
        "img-src *"
    );
}

#[tokio::test]
async fn hsts_is_for_https_only() {
    let response = app(&[]).get("/seen", &[]).await;
    assert_eq!(header(&response, "strict-transport-security"), "");
}

#[tokio::test]
async fn programs_get_json_and_people_get_pages() {
    let app = app(&[]);
    let response = app.get("/nothing", &[]).await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert_eq!(header(&response, "content-type"), "application/json");
    assert!(text(response).await.contains("\"not_found\""));
    let response = app.get("/nothing", &[HTML]).await;
    assert!(header(&response, "content-type").starts_with("text/html"));
    assert!(header(&response, "content-security-policy").contains("style-src 'self'"));
    let id = header(&response, "x-request-id").to_owned();
    assert!(text(response).await.contains(&id));
    let response = app.get("/oauth/token", &[]).await;
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(
        (
            header(&response, "allow"),
            header(&response, "content-type")
        ),
        ("POST", "application/json")
    );
}

#[tokio::test]
async fn too_many_requests_are_told_when_to_come_back() {
    let app = app(&[("TOKEN_RATE_LIMIT", "2"), ("LOGIN_RATE_LIMIT", "1")]);
    for remaining in ["1", "0"] {
        let response = app.send(Method::POST, "/oauth/token", &[], "").await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(header(&response, "x-ratelimit-limit"), "2");
        assert_eq!(header(&response, "x-ratelimit-remaining"), remaining);
    }
    let response = app.send(Method::POST, "/oauth/token", &[], "").await;
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(header(&response, "retry-after"), "30");
    assert_eq!(header(&response, "x-ratelimit-remaining"), "0");
    assert_eq!(header(&response, "x-ratelimit-reset"), "1700000060");
    assert!(text(response).await.contains("\"rate_limit_exceeded\""));

    app.send(Method::POST, "/login", &[], "").await;
    let response = app.send(Method::POST, "/login", &[], "").await;
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(header(&response, "content-type").starts_with("text/html"));

    app.time.fetch_add(30_000, Ordering::Relaxed);
    assert_eq!(
        app.send(Method::POST, "/oauth/token", &[], "")
            .await
            .status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn a_panic_shows_nothing() {
    let response = app(&[]).get("/panic", &[]).await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let body = text(response).await;
    assert!(
        body.contains("\"server_error\"") && !body.contains("db-7"),
        "{body}"
    );
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let app = app(&[]);
    let response = app
        .send(
            Method::POST,
            "/oauth/token",
            &[],
            vec![b'a'; 256 * 1024 + 1],
        )
        .await;
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert!(text(response).await.contains("\"invalid_request\""));
}

#[tokio::test]
async fn a_request_that_hangs_is_given_up() {
    let app = bounded_app(&[], Bounds::new(1, Duration::from_millis(20)));
    let response = app.get("/slow", &[]).await;
    assert_eq!(
        (response.status(), header(&response, "retry-after")),
        (StatusCode::SERVICE_UNAVAILABLE, "5")
    );
}

#[tokio::test]
async fn more_requests_than_slots_are_refused_at_once() {
    let app = bounded_app(&[], Bounds::new(3, Duration::from_millis(300)));
    let waiting: Vec<_> = (0..3)
        .map(|_| {
            let request = Request::builder().uri("/slow").body(Body::empty()).unwrap();
            tokio::spawn(app.router.clone().oneshot(request))
        })
        .collect();
    tokio::task::yield_now().await;
    let response = app.get("/seen", &[]).await;
    assert_eq!(
        (response.status(), header(&response, "retry-after")),
        (StatusCode::SERVICE_UNAVAILABLE, "1")
    );
    for request in waiting {
        assert_eq!(
            request.await.unwrap().unwrap().status(),
            StatusCode::SERVICE_UNAVAILABLE
        );
    }
    assert_eq!(app.get("/seen", &[]).await.status(), StatusCode::OK);
}

/// A body of which nothing ever comes.
fn endless() -> Body {
    Body::from_stream(stream::pending::<Result<Bytes, Infallible>>())
}

/// A body that comes in these pieces, of no length that is known before.
fn pieces<const N: usize>(pieces: [&'static str; N]) -> Body {
    let pieces = pieces.map(|piece| Ok::<_, Infallible>(Bytes::from_static(piece.as_bytes())));
    Body::from_stream(stream::iter(pieces))
}

#[tokio::test]
async fn a_body_that_does_not_come_is_given_up_and_keeps_nobody_out() {
    let bounds = Bounds {
        longest_arrival: Duration::from_millis(50),
        ..Bounds::new(1, Duration::from_secs(5))
    };
    let app = bounded_app(&[], bounds);
    let slow = app.send(Method::POST, "/oauth/token", &[], endless());
    let others = async {
        for _ in 0..10 {
            assert_eq!(app.get("/seen", &[]).await.status(), StatusCode::OK);
            tokio::task::yield_now().await;
        }
    };
    let (slow, ()) = tokio::join!(slow, others);
    assert_eq!(slow.status(), StatusCode::REQUEST_TIMEOUT);
    assert!(text(slow).await.contains("\"invalid_request\""));
}

#[tokio::test]
async fn a_body_in_pieces_arrives_whole() {
    let body = pieces(["grant_type=", "x", "&scope=y"]);
    let response = app(&[]).send(Method::POST, "/oauth/token", &[], body).await;
    assert_eq!(text(response).await, "20");
}

#[tokio::test]
async fn a_body_that_turns_out_to_be_too_large_is_cut_off() {
    let piece = "a".repeat(1024);
    let piece: Bytes = piece.into();
    let forever = stream::repeat_with(move || Ok::<_, Infallible>(piece.clone()));
    let response = app(&[])
        .send(
            Method::POST,
            "/oauth/token",
            &[],
            Body::from_stream(forever),
        )
        .await;
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn all_bodies_together_are_bounded_too() {
    let bounds = Bounds {
        memory: Arc::new(Semaphore::new(10)),
        ..Bounds::default()
    };
    let app = bounded_app(&[], bounds);
    let post = async |body: Body| {
        let response = app.send(Method::POST, "/oauth/token", &[], body).await;
        response.status()
    };
    assert_eq!(post(Body::from("0123456789")).await, StatusCode::OK);
    assert_eq!(
        post(pieces(["012345", "678910"])).await,
        StatusCode::SERVICE_UNAVAILABLE
    );
    // All is given back.
    assert_eq!(post(Body::from("0123456789")).await, StatusCode::OK);
}

#[tokio::test]
async fn grpc_clients_are_told_in_their_own_way() {
    let app = bounded_app(&[], Bounds::new(0, Duration::from_secs(5)));
    let response = app
        .send(
            Method::POST,
            "/authgate.v1.Introspection/Introspect",
            &[("content-type", "application/grpc")],
            "",
        )
        .await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(header(&response, "retry-after"), "1");
    assert_eq!(header(&response, "content-type"), "application/grpc");
    assert_eq!(header(&response, "grpc-status"), "14");
    assert!(!header(&response, "x-request-id").is_empty());
}

#[tokio::test]
async fn a_connection_too_many_is_told_so_and_let_go() {
    let app = bounded_app(&[], Bounds::new(0, Duration::from_secs(5)));
    let send = async |path: &str| {
        let mut request = Request::builder().uri(path).body(Body::empty()).unwrap();
        request.extensions_mut().insert(TooManyConnections);
        app.router.clone().oneshot(request).await.unwrap()
    };
    let response = send("/seen").await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(header(&response, "retry-after"), "5");
    assert_eq!(header(&response, "connection"), "close");
    // Else the process would be taken for dead, and killed for being busy.
    assert_eq!(send("/health/live").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn internal_headers_do_not_come_from_outside() {
    let edge = app(&[]);
    let echo = Router::new().route(
        "/headers",
        get(|headers: HeaderMap| async move { format!("{headers:?}") }),
    );
    let router = Edge::new(
        &Config::read(&Variables::new()).unwrap().0.server,
        Arc::new(|| Timestamp(0)),
        Arc::new(|_| String::new()),
    )
    .wrap(echo, None);
    let app = App { router, ..edge };
    let seen = text(
        app.get(
            "/headers",
            &[
                ("authgate-peer-secret", "guess"),
                ("authgate-context-bin", "AAAA"),
                ("x-ok", "1"),
            ],
        )
        .await,
    )
    .await;
    assert!(
        seen.contains("x-ok") && !seen.contains("authgate-"),
        "{seen}"
    );
}

/// Collects what is logged.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_access_log_names_the_request_and_holds_no_secret() {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let response = app(&[])
        .send(
            Method::POST,
            "/login?code=s3cret-code",
            &[
                ("authorization", "Bearer s3cret-token"),
                ("cookie", "authgate_session=s3cret-session"),
            ],
            "password=s3cret-password",
        )
        .await;
    app(&[]).get("/s3cret-path", &[]).await;
    let log = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains(header(&response, "x-request-id")), "{log}");
    assert!(log.contains("\"route\":\"/login\""), "{log}");
    assert!(!log.contains("s3cret"), "{log}");
}
