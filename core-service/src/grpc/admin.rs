//! The Admin service: an adapter per call, and who may call.

use authgate_proto::{
    error::{ErrorCode, OAuthError},
    v1::{self, admin_server::Admin},
    vocabulary::scope,
};
use tonic::{Request, Response, Status};

use super::{Trusted, context::ctx, error::status};
use crate::{
    Core, Ctx,
    admin::{clients, keys, users},
    domain::user::{Role, User},
    error::Error,
    token::access::{authenticate_bearer, person},
};

/// The service.
pub(super) struct Adapter(pub(super) Core);

/// Lets admins in and runs a use case on the request: context, permission, call,
/// answer or status.
macro_rules! adapt {
    ($self:ident, $request:ident, $use_case:path) => {{
        let ctx = ctx(&$self.0, &$request)?;
        require_admin(&$self.0, &ctx, &$request)
            .await
            .map_err(|error| status(&ctx, error))?;
        let answer = $use_case(&$self.0, &ctx, $request.into_inner()).await;
        answer
            .map(Response::new)
            .map_err(|error| status(&ctx, error))
    }};
}

/// Callers of this process may do everything. Others show the access token of an
/// active admin that was granted the scope `admin`: a stolen token for anything
/// else administers nothing.
async fn require_admin<T>(core: &Core, ctx: &Ctx, request: &Request<T>) -> Result<(), Error> {
    if request.extensions().get::<Trusted>().is_some() {
        return Ok(());
    }
    let token = authenticate_bearer(core, ctx, bearer(request)).await?;
    let is_admin = |user: &User| user.active && user.role == Role::Admin;
    if !person(core, &token).await?.as_ref().is_some_and(is_admin) {
        return Err(Error::Forbidden);
    }
    if !token.record.scope.contains(scope::ADMIN) {
        return Err(insufficient_scope());
    }
    Ok(())
}

/// The credentials of `authorization: Bearer ...`; empty when there are none. The
/// scheme's name has no case (RFC 9110 section 11.1).
fn bearer<T>(request: &Request<T>) -> &str {
    request
        .metadata()
        .get("authorization")
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map_or("", |(_, token)| token.trim())
}

fn insufficient_scope() -> Error {
    let description = "the access token was not granted the scope admin";
    OAuthError::new(ErrorCode::InsufficientScope, description)
        .with_scope(scope::ADMIN)
        .into()
}

#[tonic::async_trait]
impl Admin for Adapter {
    async fn create_client(
        &self,
        request: Request<v1::CreateClientRequest>,
    ) -> Result<Response<v1::AdminClient>, Status> {
        adapt!(self, request, clients::create_from_document)
    }

    async fn get_client(
        &self,
        request: Request<v1::GetClientRequest>,
    ) -> Result<Response<v1::AdminClient>, Status> {
        adapt!(self, request, clients::get)
    }

    async fn list_clients(
        &self,
        request: Request<v1::ListClientsRequest>,
    ) -> Result<Response<v1::ListClientsResponse>, Status> {
        adapt!(self, request, clients::list)
    }

    async fn approve_client(
        &self,
        request: Request<v1::ApproveClientRequest>,
    ) -> Result<Response<v1::AdminClient>, Status> {
        adapt!(self, request, clients::approve)
    }

    async fn reject_client(
        &self,
        request: Request<v1::RejectClientRequest>,
    ) -> Result<Response<v1::AdminClient>, Status> {
        adapt!(self, request, clients::reject)
    }

    async fn create_user(
        &self,
        request: Request<v1::CreateUserRequest>,
    ) -> Result<Response<v1::CreateUserResponse>, Status> {
        adapt!(self, request, users::create)
    }

    async fn list_users(
        &self,
        request: Request<v1::ListUsersRequest>,
    ) -> Result<Response<v1::ListUsersResponse>, Status> {
        adapt!(self, request, users::list)
    }

    async fn set_password(
        &self,
        request: Request<v1::SetPasswordRequest>,
    ) -> Result<Response<v1::SetPasswordResponse>, Status> {
        adapt!(self, request, users::set_password)
    }

    async fn disable_user(
        &self,
        request: Request<v1::DisableUserRequest>,
    ) -> Result<Response<v1::AdminUser>, Status> {
        adapt!(self, request, users::disable)
    }

    async fn enable_user(
        &self,
        request: Request<v1::EnableUserRequest>,
    ) -> Result<Response<v1::AdminUser>, Status> {
        adapt!(self, request, users::enable)
    }

    async fn rotate_keys(
        &self,
        request: Request<v1::RotateKeysRequest>,
    ) -> Result<Response<v1::RotateKeysResponse>, Status> {
        adapt!(self, request, keys::rotate)
    }
}

#[cfg(test)]
mod tests;
