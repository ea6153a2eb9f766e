//! An HTTP/1.1 client that costs little: it shares the processors with the server.
//!
//! Requests are built once and cloned, each worker owns its connections, and the
//! connection is driven by the task that waits for the answer.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    task::Poll,
};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method, Request, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE, HOST},
    uri::PathAndQuery,
};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use url::Url;

use crate::{error::Result, load::Failure};

/// A request that can be sent any number of times.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// `host:port`.
    authority: String,
    request: Request<Bytes>,
}

/// What came back, whole.
#[derive(Debug)]
pub struct Answer {
    /// The status code.
    pub status: StatusCode,
    /// The header fields.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Outgoing {
    /// A `GET`.
    ///
    /// # Errors
    /// When the URL is not plain http.
    pub fn get(url: &Url) -> Result<Self> {
        Self::new(Method::GET, url, Bytes::new())
    }

    /// A `POST` of `application/x-www-form-urlencoded`.
    ///
    /// # Errors
    /// When the URL is not plain http.
    pub fn form(url: &Url, fields: &[(&str, &str)]) -> Result<Self> {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        let mut request = Self::new(Method::POST, url, body.into())?;
        request.request.headers_mut().insert(CONTENT_TYPE, form);
        Ok(request)
    }

    fn new(method: Method, url: &Url, body: Bytes) -> Result<Self> {
        let authority = authority(url)?;
        let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
        let request = Request::builder()
            .method(method)
            .uri(target.parse::<PathAndQuery>()?)
            .header(HOST, &authority)
            .body(body)?;
        Ok(Self { authority, request })
    }

    /// The same with an `Authorization` header.
    #[must_use]
    pub fn authorization(self, value: HeaderValue) -> Self {
        self.header(AUTHORIZATION, value)
    }

    /// The same with this header.
    #[must_use]
    pub fn header(mut self, name: http::HeaderName, value: HeaderValue) -> Self {
        self.request.headers_mut().insert(name, value);
        self
    }

    /// The same to another place: only what the request carries stays.
    ///
    /// # Errors
    /// When the URL is not plain http.
    pub fn moved_to(mut self, url: &Url) -> Result<Self> {
        let place = Self::get(url)?;
        let host = HeaderValue::try_from(&place.authority)?;
        self.authority = place.authority;
        *self.request.uri_mut() = place.request.uri().clone();
        Ok(self.header(HOST, host))
    }

    /// What it carries.
    #[must_use]
    pub fn into_body(self) -> Bytes {
        self.request.into_body()
    }

    /// The same with another body.
    #[must_use]
    pub fn with_body(&self, body: Bytes) -> Self {
        let mut other = self.clone();
        *other.request.body_mut() = body;
        other
    }
}

/// `host:port` of a plain http URL.
fn authority(url: &Url) -> Result<String> {
    let (Some(host), "http") = (url.host_str(), url.scheme()) else {
        return Err(format!("{url} is not an http URL").into());
    };
    Ok(format!(
        "{host}:{}",
        url.port_or_known_default().unwrap_or(80)
    ))
}

/// One keep-alive connection to each server that it is sent to; usually one.
#[derive(Default)]
pub struct HttpClient {
    connections: Vec<(String, Connection)>,
}

impl HttpClient {
    /// Sends a request and waits for the whole answer. A connection that the
    /// server closed while it was idle is opened again.
    ///
    /// # Errors
    /// When the server can't be reached or hangs up.
    pub async fn send(&mut self, outgoing: &Outgoing) -> Result<Answer, Failure> {
        let authority = &outgoing.authority;
        let known = self
            .connections
            .iter()
            .position(|(other, _)| other == authority);
        if let Some(index) = known {
            let connection = &mut self.connections[index].1;
            if let Ok(answer) = connection.exchange(&outgoing.request).await {
                return Ok(answer);
            }
            self.connections.swap_remove(index);
        }
        let mut connection = Connection::open(authority).await?;
        let answer = connection.exchange(&outgoing.request).await?;
        self.connections.push((authority.clone(), connection));
        Ok(answer)
    }
}

type Driver = http1::Connection<TokioIo<TcpStream>, Full<Bytes>>;

struct Connection {
    sender: SendRequest<Full<Bytes>>,
    /// Moves the bytes; none once the connection has ended.
    driver: Option<Pin<Box<Driver>>>,
}

impl Connection {
    async fn open(authority: &str) -> Result<Self, Failure> {
        let lost = |error: &dyn std::fmt::Display| Failure::new(format!("no connection: {error}"));
        let stream = TcpStream::connect(authority)
            .await
            .map_err(|error| lost(&error))?;
        stream.set_nodelay(true).map_err(|error| lost(&error))?;
        let (sender, driver) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| lost(&error))?;
        Ok(Self {
            sender,
            driver: Some(Box::pin(driver)),
        })
    }

    async fn exchange(&mut self, request: &Request<Bytes>) -> Result<Answer, Failure> {
        let Self { sender, driver } = self;
        let request = request.clone().map(Full::new);
        let exchange = async {
            let (parts, body) = sender.send_request(request).await?.into_parts();
            let body = body.collect().await?.to_bytes();
            Ok::<_, hyper::Error>(Answer {
                status: parts.status,
                headers: parts.headers,
                body,
            })
        };
        let mut exchange = pin!(exchange);
        let answer = poll_fn(|cx| {
            // Head and body are handed over one after the other: two turns see the
            // usual answer through without a detour over the scheduler.
            for _ in 0..2 {
                if let Poll::Ready(answer) = exchange.as_mut().poll(cx) {
                    return Poll::Ready(answer);
                }
                if let Some(moving) = driver
                    && moving.as_mut().poll(cx).is_ready()
                {
                    *driver = None;
                }
            }
            exchange.as_mut().poll(cx)
        });
        answer
            .await
            .map_err(|error| Failure::new(format!("connection lost: {error}")))
    }
}
