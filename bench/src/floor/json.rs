//! axum alone: the body is read, JSON of a given size is written.

use std::{net::SocketAddr, sync::Arc};

use axum::{Json, body::Bytes, extract::State, serve::Listener};
use serde::Serialize;
use tokio::net::{TcpListener, TcpStream};

/// What is answered.
#[derive(Serialize)]
pub struct Body {
    active: bool,
    filling: Arc<str>,
}

/// Bytes of the JSON around the filling.
const AROUND: usize = r#"{"active":true,"filling":""}"#.len();

/// A text that makes the answer `size` bytes long.
pub fn body(size: usize) -> Arc<str> {
    "a".repeat(size.saturating_sub(AROUND)).into()
}

pub async fn answer(State(filling): State<Arc<str>>, body: Bytes) -> Json<Body> {
    drop(body);
    Json(Body {
        active: true,
        filling,
    })
}

/// A listener whose connections send small answers at once.
pub struct NoDelay(pub TcpListener);

impl Listener for NoDelay {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        loop {
            if let Ok((stream, address)) = self.0.accept().await
                && stream.set_nodelay(true).is_ok()
            {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.0.local_addr()
    }
}
