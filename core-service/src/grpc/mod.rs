//! The gRPC face of the core: thin adapters, and who may call what.

pub mod admin;
pub mod context;
pub mod edge;
pub mod error;
pub mod health;
pub mod introspection;
pub mod oauth;
pub mod self_service;
pub mod web;

use std::sync::Arc;

use authgate_proto::{
    transport::{self, Link, PEER_SECRET_HEADER},
    v1::{
        FILE_DESCRIPTOR_SET, admin_server::AdminServer, edge_server::EdgeServer,
        introspection_server::IntrospectionServer, o_auth_server::OAuthServer,
        self_service_server::SelfServiceServer, web_server::WebServer,
    },
};
use secrecy::{ExposeSecret, SecretString};
use tonic::{Request, Status, service::Routes};
use tonic_health::pb::health_server::HealthServer;

use crate::{Core, domain::secret::secrets_equal};

/// Stands in the extensions of requests whose sender proved to be one of our own
/// parts: only then is the request context believed that it sends.
#[derive(Debug, Clone, Copy)]
pub struct Trusted;

/// Stands in the extensions of requests of the program's own command line: whoever may
/// start it on the database may do everything. Who that is, for the audit trail.
#[derive(Debug, Clone)]
pub struct Operator(Arc<str>);

/// Runs a use case on a request: context, call, answer or status. The context is that
/// of `ctx`, or of another function of [`context`].
macro_rules! adapt {
    ($self:ident, $request:ident, $use_case:path) => {
        adapt!($self, $request, $use_case, ctx)
    };
    ($self:ident, $request:ident, $use_case:path, $ctx:ident) => {{
        let mut request = $request;
        let ctx = $crate::grpc::context::$ctx(&$self.0, &mut request)?;
        let answer = $use_case(&$self.0, &ctx, request.into_inner()).await;
        answer
            .map(tonic::Response::new)
            .map_err(|error| $crate::grpc::error::status(&ctx, error))
    }};
}
use adapt;

impl Core {
    /// The way here for gateway and pages in this process.
    #[must_use]
    pub fn link(&self) -> Link {
        Link {
            oauth: Arc::new(oauth::Adapter(self.clone())),
            services: transport::in_process(self.trusted_routes()),
        }
    }

    /// All services, for callers of this process: trusted by construction.
    #[must_use]
    pub fn trusted_routes(&self) -> Routes {
        self.all_routes(|mut request| {
            request.extensions_mut().insert(Trusted);
            Ok(request)
        })
    }

    /// All services, for the commands of this program, which administer everything; `who`
    /// runs them.
    #[must_use]
    pub fn operator_routes(&self, who: &str) -> Routes {
        let operator = Operator(who.into());
        self.all_routes(move |mut request| {
            request.extensions_mut().insert(Trusted);
            request.extensions_mut().insert(operator.clone());
            Ok(request)
        })
    }

    /// All services, for a network port. Callers that show `peer_secret` are
    /// trusted; the others may introspect and administer with credentials of their own.
    #[must_use]
    pub fn network_routes(&self, peer_secret: &SecretString) -> Routes {
        let expected = peer_secret.clone();
        self.all_routes(move |mut request| {
            let presented = request.metadata().get(PEER_SECRET_HEADER);
            if presented.is_some_and(|presented| {
                secrets_equal(
                    presented.as_encoded_bytes(),
                    expected.expose_secret().as_bytes(),
                )
            }) {
                request.extensions_mut().insert(Trusted);
            }
            Ok(request)
        })
    }

    /// What may stand on a public listener: introspection, administration, health, reflection.
    #[must_use]
    pub fn public_routes(&self) -> Routes {
        let mut routes = Routes::builder();
        routes
            .add_service(IntrospectionServer::new(introspection::Adapter(
                self.clone(),
            )))
            .add_service(AdminServer::new(admin::Adapter(self.clone())));
        self.with_health_and_reflection(routes.routes())
    }

    fn all_routes<F>(&self, admit: F) -> Routes
    where
        F: Fn(Request<()>) -> Result<Request<()>, Status> + Clone + Send + Sync + 'static,
    {
        let peers_only = {
            let admit = admit.clone();
            move |request| admit(request).and_then(require_trust)
        };
        let mut routes = Routes::builder();
        routes
            .add_service(OAuthServer::with_interceptor(
                oauth::Adapter(self.clone()),
                peers_only.clone(),
            ))
            .add_service(WebServer::with_interceptor(
                web::Adapter(self.clone()),
                peers_only.clone(),
            ))
            .add_service(SelfServiceServer::with_interceptor(
                self_service::Adapter(self.clone()),
                peers_only.clone(),
            ))
            .add_service(EdgeServer::with_interceptor(
                edge::Adapter(self.clone()),
                peers_only,
            ))
            .add_service(IntrospectionServer::with_interceptor(
                introspection::Adapter(self.clone()),
                admit.clone(),
            ))
            .add_service(AdminServer::with_interceptor(
                admin::Adapter(self.clone()),
                admit,
            ));
        self.with_health_and_reflection(routes.routes())
    }

    fn with_health_and_reflection(&self, routes: Routes) -> Routes {
        let routes = routes.add_service(HealthServer::new(health::Adapter(self.clone())));
        // The descriptors are compiled in: that they can't be read is a fault of the build.
        match tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            .build_v1()
        {
            Ok(reflection) => routes.add_service(reflection),
            Err(error) => {
                tracing::error!(%error, "gRPC reflection is off");
                routes
            }
        }
    }
}

fn require_trust(request: Request<()>) -> Result<Request<()>, Status> {
    if request.extensions().get::<Trusted>().is_none() {
        return Err(Status::permission_denied(
            "this service is for AuthGate's own parts: set the same PEER_SECRET on both sides",
        ));
    }
    Ok(request)
}
