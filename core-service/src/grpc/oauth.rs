//! The OAuth service: an adapter per endpoint.

use authgate_proto::v1::{self, o_auth_server::OAuth};
use tonic::{Request, Response, Status};

use super::{adapt, context::of_peer};
use crate::Core;

/// The service. It believes whoever calls it: only our own parts get here, past
/// [`require_trust`](super::require_trust) or by a call within the process.
pub(super) struct Adapter(pub(super) Core);

#[tonic::async_trait]
impl OAuth for Adapter {
    async fn token(
        &self,
        request: Request<v1::TokenRequest>,
    ) -> Result<Response<v1::TokenResponse>, Status> {
        adapt!(self, request, crate::token::token, of_peer)
    }

    async fn authorize_device(
        &self,
        request: Request<v1::DeviceAuthorizationRequest>,
    ) -> Result<Response<v1::DeviceAuthorizationResponse>, Status> {
        adapt!(
            self,
            request,
            crate::device::authorization::authorize,
            of_peer
        )
    }

    async fn authorize(
        &self,
        request: Request<v1::AuthorizeRequest>,
    ) -> Result<Response<v1::AuthorizeResponse>, Status> {
        adapt!(self, request, crate::authorize::authorize, of_peer)
    }

    async fn decide_consent(
        &self,
        request: Request<v1::ConsentDecision>,
    ) -> Result<Response<v1::AuthorizeResponse>, Status> {
        adapt!(self, request, crate::authorize::consent::decide, of_peer)
    }

    async fn introspect(
        &self,
        request: Request<v1::IntrospectRequest>,
    ) -> Result<Response<v1::IntrospectResponse>, Status> {
        adapt!(self, request, crate::introspect::introspect, of_peer)
    }

    async fn revoke(
        &self,
        request: Request<v1::RevokeRequest>,
    ) -> Result<Response<v1::RevokeResponse>, Status> {
        adapt!(self, request, crate::revoke::revoke, of_peer)
    }

    async fn token_info(
        &self,
        request: Request<v1::TokenInfoRequest>,
    ) -> Result<Response<v1::TokenInfoResponse>, Status> {
        adapt!(self, request, crate::tokeninfo::tokeninfo, of_peer)
    }

    async fn user_info(
        &self,
        request: Request<v1::UserInfoRequest>,
    ) -> Result<Response<v1::UserInfoResponse>, Status> {
        adapt!(self, request, crate::userinfo::userinfo, of_peer)
    }

    async fn register_client(
        &self,
        request: Request<v1::RegisterClientRequest>,
    ) -> Result<Response<v1::ClientInformation>, Status> {
        adapt!(self, request, crate::register::register, of_peer)
    }

    async fn read_client(
        &self,
        request: Request<v1::ReadClientRequest>,
    ) -> Result<Response<v1::ClientInformation>, Status> {
        adapt!(self, request, crate::register::manage::read, of_peer)
    }

    async fn update_client(
        &self,
        request: Request<v1::UpdateClientRequest>,
    ) -> Result<Response<v1::ClientInformation>, Status> {
        adapt!(self, request, crate::register::manage::update, of_peer)
    }

    async fn delete_client(
        &self,
        request: Request<v1::DeleteClientRequest>,
    ) -> Result<Response<v1::DeleteClientResponse>, Status> {
        adapt!(self, request, crate::register::manage::delete, of_peer)
    }

    async fn metadata(
        &self,
        _: Request<v1::MetadataRequest>,
    ) -> Result<Response<v1::JsonDocument>, Status> {
        let json =
            crate::metadata::document(&self.0.settings, &self.0.keys.algorithms()).to_string();
        Ok(Response::new(v1::JsonDocument { json }))
    }

    async fn jwks(
        &self,
        mut request: Request<v1::JwksRequest>,
    ) -> Result<Response<v1::JsonDocument>, Status> {
        let ctx = of_peer(&self.0, &mut request)?;
        let json = self.0.keys.jwks(ctx.now).to_string();
        Ok(Response::new(v1::JsonDocument { json }))
    }
}
