//! `grpc.health.v1`: serving means that the database answers.

use std::{pin::Pin, time::Duration};

use tokio::sync::mpsc;
use tokio_stream::{Stream, wrappers::ReceiverStream};
use tonic::{Request, Response, Status};
use tonic_health::pb::{
    HealthCheckRequest, HealthCheckResponse, health_check_response::ServingStatus,
    health_server::Health,
};

use crate::Core;

/// How often a watched status is looked at again.
const WATCH_INTERVAL: Duration = Duration::from_secs(5);

/// The service.
pub(super) struct Adapter(pub(super) Core);

#[tonic::async_trait]
impl Health for Adapter {
    async fn check(
        &self,
        _: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        Ok(Response::new(current(&self.0).await))
    }

    type WatchStream =
        Pin<Box<dyn Stream<Item = Result<HealthCheckResponse, Status>> + Send + 'static>>;

    async fn watch(
        &self,
        _: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let core = self.0.clone();
        let (sender, receiver) = mpsc::channel(1);
        tokio::spawn(async move {
            let mut last = None;
            loop {
                let now = current(&core).await;
                if last.as_ref() != Some(&now) {
                    if sender.send(Ok(now)).await.is_err() {
                        return;
                    }
                    last = Some(now);
                }
                tokio::select! {
                    () = sender.closed() => return,
                    () = tokio::time::sleep(WATCH_INTERVAL) => {}
                }
            }
        });
        Ok(Response::new(Box::pin(ReceiverStream::new(receiver))))
    }
}

async fn current(core: &Core) -> HealthCheckResponse {
    let status = match core.store.ping().await {
        Ok(()) => ServingStatus::Serving,
        Err(_) => ServingStatus::NotServing,
    };
    HealthCheckResponse {
        status: status.into(),
    }
}
