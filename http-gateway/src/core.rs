//! The way to the core, as the handlers see it.

use std::sync::Arc;

use authgate_proto::{
    transport::{Link, Transport},
    v1::o_auth_server::OAuth,
};
use tonic_health::pb::health_client::HealthClient;

/// The core. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Core {
    /// The OAuth service.
    pub(crate) oauth: Arc<dyn OAuth>,
    services: Transport,
}

impl Core {
    /// The core at the other end of `link`.
    pub(crate) fn new(link: Link) -> Self {
        let Link { oauth, services } = link;
        Self { oauth, services }
    }

    /// A client of the standard health service (`grpc.health.v1`).
    pub(crate) fn health(&self) -> HealthClient<Transport> {
        HealthClient::new(self.services.clone())
    }
}
