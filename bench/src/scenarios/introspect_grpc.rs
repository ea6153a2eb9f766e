//! An internal service asks about tokens over gRPC, one or many in a call.

use std::sync::Arc;

use authgate_proto::v1::{IntrospectBatchRequest, IntrospectTokenRequest};
use bytes::{Buf, Bytes};
use prost::{Message, encoding::decode_varint};

use crate::{
    error::Result,
    grpc_client::GrpcClient,
    load::{Failure, Worker, Workers},
    site::Site,
    target::{Endpoint, Role},
};

/// Tokens in one call of the batch.
pub const BATCH: usize = 100;
/// `active: true` at the start of an encoded `IntrospectResponse`.
const ACTIVE: &[u8] = &[0x08, 0x01];
/// The key of `IntrospectBatchResponse.tokens`.
const TOKENS: u64 = 0x0a;

struct Caller {
    client: GrpcClient,
    messages: Arc<[Bytes]>,
    next: usize,
    batch: usize,
}

pub async fn workers(site: &Site, batch: usize) -> Result<Workers> {
    let count = site.sizes.connections;
    let tokens = site.service_tokens().await?;
    let messages: Arc<[Bytes]> = match batch {
        1 => tokens.iter().cloned().map(single).collect(),
        _ => tokens
            .chunks(batch)
            .map(|tokens| many(tokens, batch))
            .collect(),
    };
    let method = match batch {
        1 => "/authgate.v1.Introspection/Introspect",
        _ => "/authgate.v1.Introspection/IntrospectBatch",
    };
    let basic = site.target.client(Role::Service)?.basic()?;
    let server = site.target.url(Endpoint::Grpc)?;
    let clients = GrpcClient::several(count, &server, method, basic.as_ref())?;
    let workers = clients.into_iter().enumerate().map(|(number, client)| {
        let worker = Caller {
            client,
            messages: Arc::clone(&messages),
            next: number * messages.len() / count,
            batch,
        };
        Box::new(worker) as Box<dyn Worker>
    });
    Ok(workers.collect())
}

fn single(token: String) -> Bytes {
    IntrospectTokenRequest { token }.encode_to_vec().into()
}

/// A batch of exactly `size`: tokens are repeated where they are too few.
fn many(tokens: &[String], size: usize) -> Bytes {
    let tokens = tokens.iter().cycle().take(size).cloned().collect();
    IntrospectBatchRequest { tokens }.encode_to_vec().into()
}

#[tonic::async_trait]
impl Worker for Caller {
    async fn operate(&mut self) -> Result<(), Failure> {
        let message = self.messages[self.next].clone();
        self.next = (self.next + 1) % self.messages.len();
        let answer = self.client.call(message).await?;
        let active = match self.batch {
            1 => usize::from(answer.starts_with(ACTIVE)),
            _ => count_active(answer),
        };
        if active != self.batch {
            let batch = self.batch;
            return Err(Failure::new(format!(
                "{active} of {batch} tokens are active"
            )));
        }
        Ok(())
    }
}

/// How many answers of a batch say `active: true`.
fn count_active(mut answer: Bytes) -> usize {
    let mut active = 0;
    while answer.has_remaining() {
        if decode_varint(&mut answer) != Ok(TOKENS) {
            break;
        }
        let Some(length) = decode_varint(&mut answer)
            .ok()
            .and_then(|length| usize::try_from(length).ok())
            .filter(|length| *length <= answer.remaining())
        else {
            break;
        };
        active += usize::from(answer[..length].starts_with(ACTIVE));
        answer.advance(length);
    }
    active
}

#[cfg(test)]
mod tests {
    use authgate_proto::v1::{IntrospectBatchResponse, IntrospectResponse};

    use super::*;

    #[test]
    fn active_tokens_of_a_batch_are_counted() {
        let token = |active| IntrospectResponse {
            active,
            scope: "read".repeat(100),
            ..IntrospectResponse::default()
        };
        let batch = IntrospectBatchResponse {
            tokens: vec![token(true), token(false), token(true)],
        };
        assert_eq!(count_active(batch.encode_to_vec().into()), 2);
        assert_eq!(count_active(Bytes::from_static(b"\x0a\x7f\x08")), 0);
    }
}
