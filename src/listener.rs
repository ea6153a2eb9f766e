//! Sockets and the HTTP server on them.

use std::{
    future::{Ready, ready},
    io::{self, ErrorKind, IoSlice},
    net::{SocketAddr, TcpListener, ToSocketAddrs},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{Router, http::Request};
use axum_server::{
    Handle,
    accept::Accept,
    tls_rustls::{RustlsAcceptor, RustlsConfig},
};
use hyper_util::rt::TokioTimer;
use socket2::{Domain, Socket, Type};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};
use tokio_io_timeout::TimeoutStream;
use tower::Service;

use crate::{Error, config::TlsFiles, edge::TooManyConnections};

/// A client that does not send its request's head in this time is let go.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// A connection on which nothing moves for so long is closed. Longer than any
/// request may take and than HTTP/2 peers are silent.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);
/// How often an HTTP/2 peer is asked whether it is still there, and how long it may think.
const KEEP_ALIVE: Duration = Duration::from_secs(20);
/// Requests at once on one HTTP/2 connection.
const MOST_STREAMS: u32 = 128;
/// Connections that wait to be accepted. One that finds no place comes again after a
/// second, so a crowd has to fit; the system may allow less (`net.core.somaxconn`).
const BACKLOG: i32 = 4096;
/// Bytes of a request's head, and of answers that a client does not read.
const LARGEST_BUFFER: usize = 64 * 1024;
/// Bytes that one HTTP/2 peer may send before they are looked at: of one request, a
/// whole batch of tokens without a pause, and of all its requests together.
const STREAM_WINDOW: u32 = 256 * 1024;
const CONNECTION_WINDOW: u32 = 1024 * 1024;
/// Connections beyond the most that are told so instead of just being closed.
const MOST_REFUSALS: usize = 256;
/// How long such a connection may be silent.
const REFUSAL_TIMEOUT: Duration = Duration::from_secs(5);

/// Opens the listening socket at `address` (`host:port`, or `:port` for every
/// address), which `variable` sets.
///
/// # Errors
/// When the address can't be had, with what to do.
pub fn bind(variable: &str, address: &str) -> Result<TcpListener, Error> {
    let bound = match address.strip_prefix(':') {
        // One socket for both IP versions, where there are both.
        Some(port) => open(&format!("[::]:{port}")).or_else(|error| match error.kind() {
            ErrorKind::AddrInUse | ErrorKind::PermissionDenied => Err(error),
            _ => open(&format!("0.0.0.0:{port}")),
        }),
        None => open(address),
    };
    bound.map_err(|error| {
        let advice = match error.kind() {
            ErrorKind::AddrInUse => format!(
                "the port is taken; stop the program that uses it, or set {variable} to another port"
            ),
            ErrorKind::PermissionDenied => {
                format!("not allowed; ports below 1024 are the system's, so set {variable} to a higher one")
            }
            _ => format!("{error}; set {variable} to an address of this machine"),
        };
        Error::Listen(format!("can't listen on {address}: {advice}"))
    })
}

/// The TLS settings of certificate and key.
///
/// # Errors
/// When the files can't be read or don't fit together.
pub async fn tls(files: &TlsFiles) -> Result<RustlsConfig, Error> {
    // Fails only when it is set already.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let config = RustlsConfig::from_pem_file(&files.certificate, &files.key).await;
    config.map_err(|error| {
        let (certificate, key) = (files.certificate.display(), files.key.display());
        Error::Listen(format!(
            "TLS_CERT_FILE {certificate} and TLS_KEY_FILE {key} can't be used: {error}"
        ))
    })
}

/// Answers with `router` on `socket` until `handle` says stop: HTTP/1 and HTTP/2,
/// with TLS or without, on `connections` connections at once. Requests on more than
/// these carry [`TooManyConnections`].
///
/// # Errors
/// When the socket fails.
pub async fn serve(
    socket: TcpListener,
    tls: Option<RustlsConfig>,
    router: Router,
    connections: usize,
    handle: Handle<SocketAddr>,
) -> Result<(), Error> {
    serve_behind(Door::new(connections), socket, tls, router, handle).await
}

async fn serve_behind(
    door: Door,
    socket: TcpListener,
    tls: Option<RustlsConfig>,
    router: Router,
    handle: Handle<SocketAddr>,
) -> Result<(), Error> {
    let mut server = axum_server::from_tcp(socket)?.handle(handle);
    let builder = server.http_builder();
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(LARGEST_BUFFER);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(KEEP_ALIVE)
        .max_concurrent_streams(MOST_STREAMS)
        .max_send_buf_size(LARGEST_BUFFER)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    match tls {
        Some(tls) => {
            server
                .acceptor(RustlsAcceptor::new(tls).acceptor(door))
                .serve(service)
                .await?
        }
        None => server.acceptor(door).serve(service).await?,
    }
    Ok(())
}

/// Lets connections in, so many at once, and closes those on which nothing moves:
/// hyper alone waits for ever for the first byte of one.
#[derive(Clone)]
struct Door {
    /// Places for connections.
    places: Arc<Semaphore>,
    /// Places for those that are told that there is no place.
    refusals: Arc<Semaphore>,
    idle_timeout: Duration,
}

impl Door {
    fn new(connections: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(connections)),
            refusals: Arc::new(Semaphore::new(MOST_REFUSALS)),
            idle_timeout: IDLE_TIMEOUT,
        }
    }

    /// The connection's place and whether it is one for refusals.
    fn place(&self) -> Option<(OwnedSemaphorePermit, bool)> {
        let place = |places: &Arc<Semaphore>| Arc::clone(places).try_acquire_owned().ok();
        let regular = place(&self.places).map(|place| (place, false));
        regular.or_else(|| place(&self.refusals).map(|place| (place, true)))
    }
}

impl<S> Accept<TcpStream, S> for Door {
    type Stream = Idling;
    type Service = Admitted<S>;
    type Future = Ready<io::Result<(Self::Stream, Self::Service)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let Some((place, one_too_many)) = self.place() else {
            return ready(Err(ErrorKind::ConnectionRefused.into()));
        };
        let timeout = if one_too_many {
            REFUSAL_TIMEOUT
        } else {
            self.idle_timeout
        };
        // Small answers must not wait for more to send.
        let accepted = stream.set_nodelay(true).map(|()| {
            let mut stream = TimeoutStream::new(stream);
            stream.set_read_timeout(Some(timeout));
            stream.set_write_timeout(Some(timeout));
            let service = Admitted {
                service,
                one_too_many,
                _place: Arc::new(place),
            };
            let stream = Idling {
                stream: Box::pin(stream),
                timeout,
                written_at: Instant::now(),
            };
            (stream, service)
        });
        ready(accepted)
    }
}

/// A connection that ends once nothing moves on it for so long, in either direction: the
/// timeouts for reading and writing don't know of one another, and whoever takes in a long
/// answer sends nothing meanwhile.
struct Idling {
    stream: Pin<Box<TimeoutStream<TcpStream>>>,
    timeout: Duration,
    written_at: Instant,
}

impl AsyncRead for Idling {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            let read = self.stream.as_mut().poll_read(context, buffer);
            let silent =
                matches!(&read, Poll::Ready(Err(error)) if error.kind() == ErrorKind::TimedOut);
            if !silent || self.written_at.elapsed() >= self.timeout {
                return read;
            }
            let timeout = self.timeout;
            self.stream.as_mut().set_read_timeout_pinned(Some(timeout));
        }
    }
}

impl AsyncWrite for Idling {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = self.stream.as_mut().poll_write(context, bytes);
        if matches!(written, Poll::Ready(Ok(1..))) {
            self.written_at = Instant::now();
        }
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = self.stream.as_mut().poll_write_vectored(context, slices);
        if matches!(written, Poll::Ready(Ok(1..))) {
            self.written_at = Instant::now();
        }
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_shutdown(context)
    }
}

/// Answers the requests of one connection, whose place it holds.
#[derive(Clone)]
struct Admitted<S> {
    service: S,
    one_too_many: bool,
    _place: Arc<OwnedSemaphorePermit>,
}

impl<S: Service<Request<B>>, B> Service<Request<B>> for Admitted<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> S::Future {
        if self.one_too_many {
            request.extensions_mut().insert(TooManyConnections);
        }
        self.service.call(request)
    }
}

fn open(address: &str) -> io::Result<TcpListener> {
    let mut failure = ErrorKind::AddrNotAvailable.into();
    for address in address.to_socket_addrs()? {
        match listen(address) {
            Ok(socket) => return Ok(socket),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}

#[cfg(test)]
mod tests {
    use axum::{
        body::{Body, Bytes},
        routing::get,
    };
    use futures_util::stream;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        sync::mpsc,
        time::timeout,
    };

    use super::*;

    #[tokio::test]
    async fn a_crowd_finds_room_before_anybody_is_accepted() {
        let socket = bind("SERVER_ADDR", "127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap();
        let mut crowd = Vec::new();
        for _ in 0..400 {
            let connection = timeout(Duration::from_secs(20), TcpStream::connect(address));
            let connected = connection.await;
            let connected = connected.expect("room for 400; is net.core.somaxconn lower?");
            crowd.push(connected.unwrap());
        }
    }

    #[tokio::test]
    async fn a_silent_connection_is_closed() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let _client = TcpStream::connect(listener.local_addr().unwrap())
            .await
            .unwrap();
        let (accepted, _) = listener.accept().await.unwrap();
        let door = Door {
            idle_timeout: Duration::from_millis(20),
            ..Door::new(1)
        };
        let (mut stream, _) = door.accept(accepted, ()).await.unwrap();
        let error = stream.read_u8().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
    }

    /// A running server behind `door`, and where it is.
    fn start(door: Door, router: Router) -> SocketAddr {
        let socket = bind("SERVER_ADDR", "127.0.0.1:0").unwrap();
        let address = socket.local_addr().unwrap();
        tokio::spawn(serve_behind(door, socket, None, router, Handle::new()));
        address
    }

    /// A connection on which one request was sent, and what came back first.
    async fn ask(address: SocketAddr) -> (TcpStream, String) {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";
        stream.write_all(request).await.unwrap();
        let mut answer = vec![0; 4096];
        let length = stream.read(&mut answer).await.unwrap();
        answer.truncate(length);
        (stream, String::from_utf8_lossy(&answer).into_owned())
    }

    async fn place(request: Request<Body>) -> &'static str {
        match request.extensions().get::<TooManyConnections>() {
            Some(_) => "one too many",
            None => "welcome",
        }
    }

    #[tokio::test]
    async fn a_connection_too_many_is_told_so_and_the_next_ones_are_closed() {
        let door = Door {
            refusals: Arc::new(Semaphore::new(1)),
            ..Door::new(1)
        };
        let address = start(door, Router::new().route("/", get(place)));
        let (first, answer) = ask(address).await;
        assert!(answer.ends_with("welcome"), "{answer}");
        let (second, answer) = ask(address).await;
        assert!(answer.ends_with("one too many"), "{answer}");
        let mut third = TcpStream::connect(address).await.unwrap();
        // An end or a reset.
        assert!(matches!(third.read(&mut [0; 8]).await, Ok(0) | Err(_)));

        drop((first, second));
        let again = async {
            while !ask(address).await.1.ends_with("welcome") {
                tokio::task::yield_now().await;
            }
        };
        timeout(Duration::from_secs(5), again).await.unwrap();
    }

    #[tokio::test]
    async fn who_does_not_read_is_let_go() {
        /// Says so when the answer is dropped.
        struct Answer(Vec<u8>, mpsc::Sender<()>);
        impl AsRef<[u8]> for Answer {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }
        impl Drop for Answer {
            fn drop(&mut self) {
                let _ = self.1.try_send(());
            }
        }
        let (sender, mut dropped) = mpsc::channel(1);
        let answer = move || async move { Bytes::from_owner(Answer(vec![0; 64 << 20], sender)) };
        let door = Door {
            idle_timeout: Duration::from_millis(100),
            ..Door::new(1)
        };
        let address = start(door, Router::new().route("/", get(answer)));
        let (_unread, _) = ask(address).await;
        timeout(Duration::from_secs(5), dropped.recv())
            .await
            .unwrap();
    }

    #[tokio::test]
    async fn who_reads_a_long_answer_is_not_silent() {
        let answer = async || {
            let parts = stream::unfold(0, async |part| {
                tokio::time::sleep(Duration::from_millis(30)).await;
                (part < 20).then(|| (Ok::<_, io::Error>("part;"), part + 1))
            });
            Body::from_stream(parts)
        };
        let door = Door {
            idle_timeout: Duration::from_millis(150),
            ..Door::new(1)
        };
        let address = start(door, Router::new().route("/", get(answer)));
        let (mut stream, mut all) = ask(address).await;
        let mut more = [0; 4096];
        // The connection ends after the answer, not within it.
        while let Ok(length @ 1..) = stream.read(&mut more).await {
            all.push_str(&String::from_utf8_lossy(&more[..length]));
        }
        assert_eq!(all.matches("part;").count(), 20, "{all}");
    }

    #[test]
    fn a_taken_port_is_named_with_its_variable() {
        let taken = bind("SERVER_ADDR", "127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap().to_string();
        let error = bind("SERVER_ADDR", &address).unwrap_err().to_string();
        assert!(
            error.contains(&address) && error.contains("set SERVER_ADDR to another port"),
            "{error}"
        );
    }

    #[test]
    fn without_a_host_every_address_is_listened_on() {
        let socket = bind("SERVER_ADDR", ":0").unwrap();
        assert!(socket.local_addr().unwrap().ip().is_unspecified());
    }

    #[test]
    fn an_address_of_another_machine_is_an_error() {
        assert!(
            bind("GRPC_ADDR", "192.0.2.1:0")
                .unwrap_err()
                .to_string()
                .contains("GRPC_ADDR")
        );
    }
}
