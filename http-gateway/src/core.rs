//! The way to the core: clients over the one transport.

use authgate_proto::{transport::Transport, v1::o_auth_client::OAuthClient};
use tonic_health::pb::health_client::HealthClient;

/// The core as the handlers see it. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Core(Transport);

impl Core {
    /// A core at the other end of `transport`.
    pub(crate) fn new(transport: Transport) -> Self {
        Self(transport)
    }

    /// A client of the OAuth service.
    pub(crate) fn oauth(&self) -> OAuthClient<Transport> {
        OAuthClient::new(self.0.clone())
    }

    /// A client of the standard health service (`grpc.health.v1`).
    pub(crate) fn health(&self) -> HealthClient<Transport> {
        HealthClient::new(self.0.clone())
    }
}
