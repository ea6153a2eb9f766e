//! What is asked of a server, a file per scenario.

pub mod authorization_code;
mod client_credentials;
mod device_authorization;
mod device_flow;
mod device_poll;
mod introspect;
mod introspect_grpc;
mod mixed;
mod refresh;
pub mod repeated;
mod sign_in;
mod tokeninfo;
mod userinfo;
pub mod waiting;

use clap::ValueEnum;

use crate::{
    error::Result,
    floor::Floor,
    http_client::Outgoing,
    load::{Pace, Workers},
    site::Site,
};

/// People who sign in at once in the flood.
const FLOOD: usize = 64;
/// Tokens a second that services ask for during the flood, when nothing else is said.
const QUIET_RATE: f64 = 1000.0;

/// The scenarios by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Scenario {
    /// A service asks for a token.
    ClientCredentials,
    /// A token is introspected over HTTP (RFC 7662).
    Introspect,
    /// A token is introspected over gRPC.
    IntrospectGrpc,
    /// 100 tokens are introspected in one gRPC call.
    IntrospectGrpcBatch,
    /// A bearer token is sent to the tokeninfo endpoint.
    Tokeninfo,
    /// A person's access token is sent to the UserInfo endpoint.
    Userinfo,
    /// An application refreshes its tokens.
    Refresh,
    /// The whole code flow, in a signed-in browser.
    AuthorizationCode,
    /// A device asks for a code (RFC 8628 section 3.1).
    DeviceAuthorization,
    /// A device asks whether its code has been approved: not yet.
    DevicePoll,
    /// The whole device flow, approved on the pages in a signed-in browser.
    DeviceFlow,
    /// Many devices wait, and each asks every five seconds.
    WaitingDevices,
    /// Somebody signs in with user name and password.
    SignIn,
    /// Many things in proportion.
    Mixed,
    /// Services ask for tokens at a given rate while many people sign in.
    TokenInFlood,
}

impl Scenario {
    /// The name on the command line and in results.
    pub fn name(self) -> String {
        let value = self.to_possible_value();
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// How many things one operation does: tokens of a batch.
    pub const fn things(self) -> u64 {
        match self {
            Self::IntrospectGrpcBatch => introspect_grpc::BATCH as u64,
            _ => 1,
        }
    }

    /// What the rate is compared with; none where the pace is given.
    pub const fn floor(self) -> Option<Floor> {
        match self {
            Self::ClientCredentials | Self::Refresh | Self::AuthorizationCode => {
                Some(Floor::Signing)
            }
            Self::Introspect => Some(Floor::Introspect),
            Self::IntrospectGrpc | Self::IntrospectGrpcBatch => Some(Floor::Grpc),
            Self::Tokeninfo | Self::Userinfo => Some(Floor::Tokeninfo),
            Self::DeviceAuthorization | Self::DeviceFlow => Some(Floor::Json),
            Self::DevicePoll => Some(Floor::Token),
            Self::SignIn | Self::Mixed | Self::WaitingDevices | Self::TokenInFlood => None,
        }
    }

    /// The pace, where the scenario is about one; `asked` otherwise.
    pub fn pace(self, site: &Site, asked: Pace) -> Pace {
        match (self, asked) {
            (Self::WaitingDevices, _) => {
                Pace::Open(site.sizes.devices as f64 / waiting::INTERVAL.as_secs_f64())
            }
            (Self::TokenInFlood, Pace::Closed) => Pace::Open(QUIET_RATE),
            (_, asked) => asked,
        }
    }

    /// Clients ready to begin. What they need is made at the server first.
    ///
    /// # Errors
    /// When the target file lacks something or the server refuses.
    pub async fn workers(self, site: &Site) -> Result<Workers> {
        let connections = site.sizes.connections;
        match self {
            Self::ClientCredentials | Self::TokenInFlood => client_credentials::workers(site),
            Self::Introspect => introspect::workers(site).await,
            Self::IntrospectGrpc => introspect_grpc::workers(site, 1).await,
            Self::IntrospectGrpcBatch => {
                introspect_grpc::workers(site, introspect_grpc::BATCH).await
            }
            Self::Tokeninfo => tokeninfo::workers(site).await,
            Self::Userinfo => userinfo::workers(site).await,
            Self::Refresh => refresh::workers(site).await,
            Self::AuthorizationCode => authorization_code::workers(site).await,
            Self::DeviceAuthorization => device_authorization::workers(site),
            Self::DevicePoll => device_poll::workers(site).await,
            Self::DeviceFlow => device_flow::workers(site).await,
            Self::WaitingDevices => {
                let waiting = site.sizes.devices;
                let devices = waiting::devices(site, waiting).await?;
                Ok(waiting::workers(connections, &devices, waiting))
            }
            Self::SignIn => sign_in::workers(site, connections),
            Self::Mixed => mixed::workers(site).await,
        }
    }

    /// Those who are busy at the same time, unmeasured; empty for most scenarios.
    ///
    /// # Errors
    /// As [`Self::workers`].
    pub fn crowd(self, site: &Site) -> Result<Workers> {
        match self {
            Self::TokenInFlood => sign_in::workers(site, FLOOD),
            _ => Ok(Workers::new()),
        }
    }

    /// A request like those of this scenario, for its floor; none over gRPC.
    ///
    /// # Errors
    /// As [`Self::workers`].
    pub async fn sample(self, site: &Site) -> Result<Option<Outgoing>> {
        Ok(match self {
            Self::ClientCredentials | Self::TokenInFlood => Some(site.client_credentials()?),
            Self::Introspect => introspect::requests(site).await?.into_iter().next(),
            Self::Tokeninfo => tokeninfo::requests(site).await?.into_iter().next(),
            Self::Userinfo => userinfo::requests(site).await?.into_iter().next(),
            Self::Refresh => Some(refresh::sample(site).await?),
            Self::AuthorizationCode => Some(authorization_code::sample(site).await?),
            Self::DeviceAuthorization | Self::DeviceFlow => {
                Some(device_authorization::request(site)?)
            }
            Self::DevicePoll | Self::WaitingDevices => Some(waiting::sample(site).await?),
            Self::IntrospectGrpc | Self::IntrospectGrpcBatch | Self::SignIn | Self::Mixed => None,
        })
    }
}
