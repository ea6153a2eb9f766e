//! Sockets and the HTTP server on them.

use std::{
    future::{Ready, ready},
    io::{self, ErrorKind},
    net::{SocketAddr, TcpListener, ToSocketAddrs},
    pin::Pin,
    time::Duration,
};

use axum::Router;
use axum_server::{
    Handle,
    accept::Accept,
    tls_rustls::{RustlsAcceptor, RustlsConfig},
};
use hyper_util::rt::TokioTimer;
use tokio::net::TcpStream;
use tokio_io_timeout::TimeoutStream;

use crate::{Error, config::TlsFiles};

/// A client that does not send its request's head in this time is let go.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// A connection on which nothing moves for so long is closed. Longer than any
/// request may take and than HTTP/2 peers are silent.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);
/// How often an HTTP/2 peer is asked whether it is still there, and how long it may think.
const KEEP_ALIVE: Duration = Duration::from_secs(20);
/// Requests at once on one HTTP/2 connection.
const MOST_STREAMS: u32 = 256;

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
/// with TLS or without.
///
/// # Errors
/// When the socket fails.
pub async fn serve(
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
        .header_read_timeout(HEAD_TIMEOUT);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(KEEP_ALIVE)
        .max_concurrent_streams(MOST_STREAMS);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let plain = IdleAcceptor(IDLE_TIMEOUT);
    match tls {
        Some(tls) => {
            server
                .acceptor(RustlsAcceptor::new(tls).acceptor(plain))
                .serve(service)
                .await?
        }
        None => server.acceptor(plain).serve(service).await?,
    }
    Ok(())
}

/// Closes connections on which nothing moves: hyper alone waits for ever for the
/// first byte of one.
#[derive(Debug, Clone, Copy)]
struct IdleAcceptor(Duration);

impl<S> Accept<TcpStream, S> for IdleAcceptor {
    type Stream = Pin<Box<TimeoutStream<TcpStream>>>;
    type Service = S;
    type Future = Ready<io::Result<(Self::Stream, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        // Small answers must not wait for more to send.
        let accepted = stream.set_nodelay(true).map(|()| {
            let mut stream = TimeoutStream::new(stream);
            stream.set_read_timeout(Some(self.0));
            stream.set_write_timeout(Some(self.0));
            (Box::pin(stream), service)
        });
        ready(accepted)
    }
}

fn open(address: &str) -> io::Result<TcpListener> {
    let addresses: Vec<SocketAddr> = address.to_socket_addrs()?.collect();
    let socket = TcpListener::bind(addresses.as_slice())?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    #[tokio::test]
    async fn a_silent_connection_is_closed() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let _client = TcpStream::connect(listener.local_addr().unwrap())
            .await
            .unwrap();
        let (accepted, _) = listener.accept().await.unwrap();
        let acceptor = IdleAcceptor(Duration::from_millis(20));
        let (mut stream, ()) = acceptor.accept(accepted, ()).await.unwrap();
        let error = stream.read_u8().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
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
