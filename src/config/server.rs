//! Listeners, TLS, logging and the way to the other roles.

use std::{path::PathBuf, time::Duration};

use axum::http::Uri;
use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};
use tracing_subscriber::EnvFilter;

use super::{
    base_url::{self, BaseUrl},
    limits::{self, RateLimits},
    reader::Reader,
    secrets,
};

/// Listeners and what stands in front of the endpoints.
#[derive(Debug, Clone)]
pub struct Server {
    /// Where HTTP listens: `host:port`; without a host on every address.
    pub listen: String,
    /// Where a core without the other roles listens for them.
    pub grpc_listen: String,
    /// The issuer.
    pub base_url: BaseUrl,
    /// Certificate and key of the HTTP listener; none: plain HTTP.
    pub tls: Option<TlsFiles>,
    /// Whose forwarded headers are believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Connections that may be open at once, on each listener.
    pub max_connections: usize,
    /// Requests per minute and client address.
    pub limits: RateLimits,
    /// How long browsers may keep what is not content-addressed; none: not at all.
    pub static_max_age: Option<Duration>,
    /// How long requests under way may take once the server is told to stop.
    pub shutdown_timeout: Duration,
}

/// PEM files.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    /// The certificate, followed by its intermediates.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// How gateway and UI reach a core that is elsewhere.
#[derive(Clone)]
pub struct Peer {
    /// `http://host:port` of the core.
    pub core_url: Option<Uri>,
    /// What gateway and UI prove themselves to the core with; none: the one in the data directory.
    pub secret: Option<SecretString>,
}

/// How the log is written.
#[derive(Debug, Clone)]
pub struct Log {
    /// Text or JSON.
    pub format: LogFormat,
    /// A level or the filter syntax of `RUST_LOG`.
    pub filter: String,
}

/// The form of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines: one object a line.
    Json,
}

/// Reads the server's variables.
pub fn read(reader: &mut Reader<'_>) -> Server {
    Server {
        listen: listen_address(reader, "SERVER_ADDR", ":8080"),
        grpc_listen: listen_address(reader, "GRPC_ADDR", "127.0.0.1:9090"),
        base_url: base_url::read(reader),
        tls: tls(reader),
        trusted_proxies: trusted_proxies(reader),
        max_connections: reader.integer("MAX_CONNECTIONS", 10_000, 1..=1_000_000),
        limits: limits::read(reader),
        static_max_age: Some(
            reader.duration("STATIC_CACHE_MAX_AGE", Duration::from_secs(24 * 3600)),
        )
        .filter(|age| !age.is_zero()),
        shutdown_timeout: reader.duration("SERVER_SHUTDOWN_TIMEOUT", Duration::from_secs(5)),
    }
}

/// Reads how the other roles are reached.
pub fn read_peer(reader: &mut Reader<'_>) -> Peer {
    // Calls between the roles are plain HTTP/2 so far.
    let core_url = reader.parse(
        "CORE_URL",
        None,
        "expected http://host:port of the core's GRPC_ADDR",
        |text| {
            let uri: Uri = text.parse().ok()?;
            let bare = matches!(uri.path(), "" | "/") && uri.query().is_none();
            (uri.scheme_str() == Some("http") && uri.authority().is_some() && bare)
                .then_some(Some(uri))
        },
    );
    let secret = secrets::strong(reader, "PEER_SECRET");
    let is_text =
        |secret: &SecretString| secret.expose_secret().bytes().all(|b| b.is_ascii_graphic());
    if !secret.as_ref().is_none_or(is_text) {
        reader.wrong(
            "PEER_SECRET",
            "expected visible ASCII characters: it travels in a header",
        );
    }
    Peer { core_url, secret }
}

/// Reads how the log is written.
pub fn read_log(reader: &mut Reader<'_>) -> Log {
    let format = reader.choice(
        "LOG_FORMAT",
        LogFormat::Text,
        &[("text", LogFormat::Text), ("json", LogFormat::Json)],
    );
    let levels = ["error", "warn", "info", "debug", "trace"];
    let level = reader.choice("LOG_LEVEL", "info", &levels.map(|level| (level, level)));
    let filter = reader.parse(
        "RUST_LOG",
        filter_of(level),
        "expected a filter such as info,core_service=debug",
        |text| EnvFilter::try_new(text).ok().map(|_| text.to_owned()),
    );
    Log { format, filter }
}

/// Other people's code says little below `info` that helps here, and may show more
/// than it should.
fn filter_of(level: &str) -> String {
    match level {
        "debug" | "trace" => {
            let ours = ["authgate", "core_service", "http_gateway", "web_ui"];
            let ours = ours.map(|name| format!("{name}={level}"));
            format!("info,{}", ours.join(","))
        }
        level => level.to_owned(),
    }
}

fn listen_address(reader: &mut Reader<'_>, name: &str, default: &str) -> String {
    reader.parse(
        name,
        default.to_owned(),
        "expected host:port, or :port for every address",
        |text| {
            let (host, port) = text.rsplit_once(':')?;
            let bracketed = host.starts_with('[') && host.ends_with(']');
            let host_is_plain = bracketed || !host.contains([':', '/', ' ']);
            (host_is_plain && port.parse::<u16>().is_ok()).then(|| text.to_owned())
        },
    )
}

fn tls(reader: &mut Reader<'_>) -> Option<TlsFiles> {
    let certificate = reader.file("TLS_CERT_FILE");
    let key = reader.file("TLS_KEY_FILE");
    match (certificate, key) {
        (Some(certificate), Some(key)) => Some(TlsFiles { certificate, key }),
        (None, None) => None,
        (Some(_), None) => {
            reader.wrong("TLS_KEY_FILE", "TLS_CERT_FILE is set; set both or neither");
            None
        }
        (None, Some(_)) => {
            reader.wrong("TLS_CERT_FILE", "TLS_KEY_FILE is set; set both or neither");
            None
        }
    }
}

fn trusted_proxies(reader: &mut Reader<'_>) -> Vec<IpNet> {
    let expected = "expected addresses or ranges such as 10.0.0.0/8,192.0.2.7";
    reader.parse("TRUSTED_PROXIES", Vec::new(), expected, |text| {
        text.split(',')
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
            .map(range)
            .collect()
    })
}

/// A range, or a single address as the range of just that one.
fn range(text: &str) -> Option<IpNet> {
    let range = text.parse::<IpNet>().ok();
    range.or_else(|| text.parse::<std::net::IpAddr>().ok().map(IpNet::from))
}
