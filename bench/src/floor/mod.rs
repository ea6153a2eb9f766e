//! The floors: the least that any server of this build would have to do for a
//! request. They are served by a process of their own, as the server under test is.

mod canned;
mod in_process;
mod json;
pub mod process;
mod signing;

use std::net::SocketAddr;

use authgate_proto::v1::introspection_server::IntrospectionServer;
use axum::{
    Router,
    routing::{get, post},
};
use clap::{Args, ValueEnum};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;

use self::canned::Canned;
use crate::error::Result;

/// What a result is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Floor {
    /// axum reads the body and answers JSON of the same size.
    Json,
    /// axum signs one ES256 JWT of the same size.
    Signing,
    /// axum makes a message of the form, calls a canned introspection through the
    /// in-process transport and makes JSON of the answer.
    Introspect,
    /// The same for a bearer token.
    Tokeninfo,
    /// The same for a request to the token endpoint.
    Token,
    /// A unary gRPC call over TCP whose answer is empty.
    Grpc,
}

/// How floors are served.
#[derive(Debug, Clone, Args)]
pub struct Serving {
    /// Where HTTP listens.
    #[arg(long, default_value = "127.0.0.1:0")]
    pub http: SocketAddr,
    /// Where gRPC listens.
    #[arg(long, default_value = "127.0.0.1:0")]
    pub grpc: SocketAddr,
    /// Bytes of the JSON that is answered.
    #[arg(long, default_value_t = 400)]
    pub answer_bytes: usize,
    /// Bytes of the claims that are signed.
    #[arg(long, default_value_t = 330)]
    pub claims_bytes: usize,
}

impl Floor {
    /// Where it answers; none over gRPC.
    pub const fn path(self) -> Option<&'static str> {
        match self {
            Self::Json => Some("/json"),
            Self::Signing => Some("/signing"),
            Self::Introspect => Some("/introspect"),
            Self::Tokeninfo => Some("/tokeninfo"),
            Self::Token => Some("/token"),
            Self::Grpc => None,
        }
    }
}

/// Serves all floors until the process is ended. The first line of standard output
/// holds the addresses, HTTP and gRPC.
///
/// # Errors
/// When an address can't be had.
pub async fn serve(serving: Serving) -> Result<()> {
    let http = TcpListener::bind(serving.http).await?;
    let grpc = TcpListener::bind(serving.grpc).await?;
    println!("{} {}", http.local_addr()?, grpc.local_addr()?);

    let canned = Canned::of_size(serving.answer_bytes);
    let core = in_process::core(canned.clone());
    let router = Router::new()
        .route(
            "/json",
            get(json::answer)
                .post(json::answer)
                .with_state(json::body(serving.answer_bytes)),
        )
        .route(
            "/signing",
            post(signing::answer).with_state(signing::signer(serving.claims_bytes)?),
        )
        .route(
            "/introspect",
            post(in_process::introspect).with_state(core.clone()),
        )
        .route(
            "/tokeninfo",
            get(in_process::tokeninfo).with_state(core.clone()),
        )
        .route("/token", post(in_process::token).with_state(core));
    let grpc = tonic::transport::Server::builder()
        .tcp_nodelay(true)
        .add_service(IntrospectionServer::new(canned))
        .serve_with_incoming(TcpListenerStream::new(grpc));
    tokio::select! {
        done = axum::serve(json::NoDelay(http), router) => done?,
        done = grpc => done?,
    }
    Ok(())
}
