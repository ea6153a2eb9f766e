//! One transport for every generated client: in this process or over TCP.
//!
//! A generated client takes any tower service. Boxing both kinds gives callers
//! one type, one wire contract and the same metadata, whether the core is a
//! function call or a network away.
//!
//! What is asked most, the OAuth service, takes a shorter way: a [`Link`] holds it as the
//! generated trait, which a core in this process implements, so that nothing is encoded.

use std::{sync::Arc, time::Duration};

use http::{HeaderValue, Request, Response};
use tonic::{
    Response as Answer, Status,
    body::Body,
    transport::{Channel, Endpoint},
};
use tower::{BoxError, Service, ServiceExt, util::BoxCloneSyncService};

use crate::v1::{self, RequestContext, o_auth_client::OAuthClient, o_auth_server::OAuth};

/// What every generated client is built over.
///
/// The error is a status and not a boxed error, because a client over a boxed
/// one can't be awaited in a handler that has to be `Send`
/// (<https://github.com/rust-lang/rust/issues/64552>).
pub type Transport = BoxCloneSyncService<Request<Body>, Response<Body>, Status>;

/// The way to a core. Cheap to clone.
#[derive(Clone)]
pub struct Link {
    /// The OAuth service, which believes the request context of its callers.
    pub oauth: Arc<dyn OAuth>,
    /// All services.
    pub services: Transport,
}

impl Link {
    /// A link that has nothing but `services`.
    #[must_use]
    pub fn over(services: Transport) -> Self {
        Self {
            oauth: Arc::new(Over(OAuthClient::new(services.clone()))),
            services,
        }
    }
}

/// Gives `$implement!` all methods of the OAuth service with their messages, which are in
/// [`v1`](crate::v1), for what implements the generated trait in the same way for each.
#[macro_export]
macro_rules! oauth_methods {
    ($implement:ident) => {
        $implement! {
            token(TokenRequest) -> TokenResponse;
            authorize_device(DeviceAuthorizationRequest) -> DeviceAuthorizationResponse;
            authorize(AuthorizeRequest) -> AuthorizeResponse;
            decide_consent(ConsentDecision) -> AuthorizeResponse;
            introspect(IntrospectRequest) -> IntrospectResponse;
            revoke(RevokeRequest) -> RevokeResponse;
            token_info(TokenInfoRequest) -> TokenInfoResponse;
            user_info(UserInfoRequest) -> UserInfoResponse;
            register_client(RegisterClientRequest) -> ClientInformation;
            read_client(ReadClientRequest) -> ClientInformation;
            update_client(UpdateClientRequest) -> ClientInformation;
            delete_client(DeleteClientRequest) -> DeleteClientResponse;
            metadata(MetadataRequest) -> JsonDocument;
            jwks(JwksRequest) -> JsonDocument;
        }
    };
}

/// The OAuth service at the other end of a transport.
struct Over(OAuthClient<Transport>);

macro_rules! forward {
    ($($method:ident($request:ident) -> $answer:ident;)+) => {
        #[tonic::async_trait]
        impl OAuth for Over {
            $(async fn $method(
                &self,
                request: tonic::Request<v1::$request>,
            ) -> Result<Answer<v1::$answer>, Status> {
                self.0.clone().$method(request).await
            })+
        }
    };
}

oauth_methods!(forward);

/// The metadata in which a peer proves itself to a core across the network.
pub const PEER_SECRET_HEADER: &str = "authgate-peer-secret";

/// Wraps a service of this process, such as the core's routes.
pub fn in_process<S>(routes: S) -> Transport
where
    S: Service<Request<Body>, Response = Response<Body>> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
{
    BoxCloneSyncService::new(routes.map_err(|error| Status::from_error(error.into())))
}

/// Connects to a core at `uri`, lazily: a core that is away is UNAVAILABLE per
/// call and comes back by itself. `peer_secret` and the request context go along with
/// each call.
///
/// # Errors
/// When `uri` is not an `http://` or `https://` address or the secret is not
/// visible ASCII.
pub fn remote(uri: &str, peer_secret: &str) -> Result<Transport, BoxError> {
    let mut secret = HeaderValue::from_str(peer_secret)?;
    secret.set_sensitive(true);
    let channel: Channel = Endpoint::from_shared(uri.to_owned())?
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_secs(30))
        .tcp_nodelay(true)
        .http2_keep_alive_interval(Duration::from_secs(20))
        .keep_alive_while_idle(true)
        .connect_lazy();
    Ok(BoxCloneSyncService::new(
        channel
            .map_request(move |mut request: Request<Body>| {
                let context = request.extensions_mut().remove::<RequestContext>();
                let headers = request.headers_mut();
                headers.insert(PEER_SECRET_HEADER, secret.clone());
                if let Some(context) = context {
                    context.write_to(headers);
                }
                request
            })
            // An error of the channel, unlike an answer with a status, means that the
            // core can't be reached.
            .map_err(|error| {
                let mut status = Status::unavailable("the core can't be reached");
                status.set_source(Arc::new(error));
                status
            }),
    ))
}
