//! Workers that send prepared requests in turn.

use std::sync::Arc;

use crate::{
    http_client::{Answer, HttpClient, Outgoing},
    load::{Failure, Worker, Workers},
};

type Check = fn(&Answer) -> Result<(), Failure>;

struct Repeated {
    client: HttpClient,
    requests: Arc<[Outgoing]>,
    next: usize,
    check: Check,
}

/// `count` workers that send `requests` round and round, each from another place,
/// and hold each answer to `check`.
pub fn workers(count: usize, requests: Vec<Outgoing>, check: Check) -> Workers {
    let requests: Arc<[Outgoing]> = requests.into();
    let workers = (0..count).map(|number| {
        let worker = Repeated {
            client: HttpClient::default(),
            requests: Arc::clone(&requests),
            next: number * requests.len() / count,
            check,
        };
        Box::new(worker) as Box<dyn Worker>
    });
    workers.collect()
}

#[tonic::async_trait]
impl Worker for Repeated {
    async fn operate(&mut self) -> Result<(), Failure> {
        let request = &self.requests[self.next];
        self.next = (self.next + 1) % self.requests.len();
        let answer = self.client.send(request).await?;
        (self.check)(&answer)
    }
}
