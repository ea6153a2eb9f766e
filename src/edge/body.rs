//! The body of a request, before anything is done with it.

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::Request,
    http::header::CONTENT_TYPE,
};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::{sync::SemaphorePermit, time::timeout};

use super::{Failure, overload::Bounds};

/// The largest body of an HTTP request; the endpoints have smaller limits of their own.
const LARGEST_BODY: usize = 256 * 1024;
/// The largest gRPC request: a batch of 1,000 tokens.
const LARGEST_MESSAGE: usize = 4 * 1024 * 1024;
/// The one service whose caller goes on sending when it has been answered.
const REFLECTION: &str = "/grpc.reflection.";

impl Bounds {
    /// The request with its whole body in memory, which is counted until the permit
    /// is dropped.
    ///
    /// # Errors
    /// When the body is too large, too slow or breaks off, or when there is no memory for it.
    pub async fn receive(
        &self,
        request: Request,
    ) -> Result<(Request, Option<SemaphorePermit<'_>>), Failure> {
        let largest = if is_grpc(&request) {
            LARGEST_MESSAGE
        } else {
            LARGEST_BODY
        };
        let size = request.body().size_hint();
        if size.lower() > largest as u64 {
            return Err(Failure::BodyTooLarge);
        }
        if size.exact() == Some(0) {
            return Ok((request, None));
        }
        if request.uri().path().starts_with(REFLECTION) {
            let request = request.map(|body| Body::new(Limited::new(body, largest)));
            return Ok((request, None));
        }
        let (parts, body) = request.into_parts();
        let arrival = timeout(self.longest_arrival, self.collect(body, largest)).await;
        let (bytes, memory) = arrival.unwrap_or(Err(Failure::BodyTooSlow))?;
        let request = Request::from_parts(parts, Body::from(bytes));
        Ok((request, Some(memory)))
    }

    async fn collect(
        &self,
        body: Body,
        largest: usize,
    ) -> Result<(Bytes, SemaphorePermit<'_>), Failure> {
        let mut body = Limited::new(body, largest);
        let mut memory = self.memory_for(0)?;
        // Most bodies come in one piece, which is not copied.
        let mut first = Bytes::new();
        let mut all = Vec::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| match error.is::<LengthLimitError>() {
                true => Failure::BodyTooLarge,
                false => Failure::BodyBroken,
            })?;
            let Ok(piece) = frame.into_data() else {
                continue;
            };
            memory.merge(self.memory_for(piece.len())?);
            if first.is_empty() && all.is_empty() {
                first = piece;
                continue;
            }
            all.extend_from_slice(&std::mem::take(&mut first));
            all.extend_from_slice(&piece);
        }
        let bytes = if all.is_empty() { first } else { all.into() };
        Ok((bytes, memory))
    }

    fn memory_for(&self, bytes: usize) -> Result<SemaphorePermit<'_>, Failure> {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        self.memory
            .try_acquire_many(bytes)
            .map_err(|_| Failure::Overloaded)
    }
}

/// Whether this is a gRPC call.
pub fn is_grpc(request: &Request) -> bool {
    let content_type = request.headers().get(CONTENT_TYPE);
    content_type.is_some_and(|value| value.as_bytes().starts_with(b"application/grpc"))
}
