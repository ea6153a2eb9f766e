//! A gRPC client that costs little: messages are encoded once and answers are
//! looked at, not decoded.

use bytes::{Buf, BufMut, Bytes};
use http::{HeaderValue, uri::PathAndQuery};
use tonic::{
    Request, Status,
    client::Grpc,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    metadata::{Ascii, MetadataValue},
    transport::{Channel, Endpoint},
};
use url::Url;

use crate::{error::Result, load::Failure};

/// Calls under way at once on one connection, as within one internal service.
const CALLS_PER_CONNECTION: usize = 8;

/// One caller of a method.
pub struct GrpcClient {
    grpc: Grpc<Channel>,
    method: PathAndQuery,
    authorization: Option<MetadataValue<Ascii>>,
}

impl GrpcClient {
    /// `count` callers of `method` (`/package.Service/Method`), some on each connection.
    ///
    /// # Errors
    /// When `server` is no http URL.
    pub fn several(
        count: usize,
        server: &Url,
        method: &'static str,
        authorization: Option<&HeaderValue>,
    ) -> Result<Vec<Self>> {
        let endpoint = Endpoint::from_shared(server.to_string())?.tcp_nodelay(true);
        let authorization = authorization
            .map(|value| MetadataValue::try_from(value.as_bytes()))
            .transpose()?;
        let channels: Vec<_> = (0..count.div_ceil(CALLS_PER_CONNECTION))
            .map(|_| endpoint.connect_lazy())
            .collect();
        let callers = channels.iter().cycle().take(count).map(|channel| Self {
            grpc: Grpc::new(channel.clone()).max_decoding_message_size(16 * 1024 * 1024),
            method: PathAndQuery::from_static(method),
            authorization: authorization.clone(),
        });
        Ok(callers.collect())
    }

    /// Sends an encoded message; gives the encoded answer.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn call(&mut self, message: Bytes) -> Result<Bytes, Failure> {
        let failed =
            |status: Status| Failure::new(format!("{}: {}", status.code(), status.message()));
        self.grpc
            .ready()
            .await
            .map_err(|error| Failure::new(format!("no connection: {error}")))?;
        let mut request = Request::new(message);
        if let Some(authorization) = &self.authorization {
            let metadata = request.metadata_mut();
            metadata.insert("authorization", authorization.clone());
        }
        let answer = self.grpc.unary(request, self.method.clone(), Raw);
        Ok(answer.await.map_err(failed)?.into_inner())
    }
}

/// Messages as they stand on the wire.
#[derive(Debug, Clone, Copy, Default)]
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, message: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(message);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}
