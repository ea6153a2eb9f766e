//! The Admin service: an adapter per call, and who may call.

use std::pin::Pin;

use authgate_proto::{
    error::{ErrorCode, OAuthError},
    v1::{self, admin_server::Admin},
    vocabulary::scope,
};
use tokio_stream::Stream;
use tonic::{Request, Response, Status};

use super::{Operator, Trusted, context::ctx, error::status};
use crate::{
    Actor, Core, Ctx,
    account::session,
    admin::{audit, clients, consents, dashboard, keys, sign_ins, tokens, users},
    domain::user::{Role, User},
    error::Error,
    token::access::{authenticate_bearer, person},
};

/// Answers that come one after another.
pub(crate) type BoxStream<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// The service.
pub(super) struct Adapter(pub(super) Core);

/// What a call does, for the question what it has to prove.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Does {
    Look,
    Change,
}

/// Lets admins in and runs a use case on the request: context, permission, call,
/// answer or status.
macro_rules! adapt {
    ($self:ident, $request:ident, $use_case:path, $does:expr) => {{
        let mut request = $request;
        let mut ctx = ctx(&$self.0, &mut request)?;
        ctx.actor = admin(&$self.0, &ctx, &request, $does)
            .await
            .map_err(|error| status(&ctx, error))?;
        let answer = $use_case(&$self.0, &ctx, request.into_inner()).await;
        answer
            .map(Response::new)
            .map_err(|error| status(&ctx, error))
    }};
}
macro_rules! look {
    ($self:ident, $request:ident, $use_case:path) => {
        adapt!($self, $request, $use_case, Does::Look)
    };
}
macro_rules! change {
    ($self:ident, $request:ident, $use_case:path) => {
        adapt!($self, $request, $use_case, Does::Change)
    };
}

/// Who administers: the program's command line; the admin who is signed in at the browser
/// for which the pages ask; or the active admin of whom an access token was granted the
/// scope `admin`. A stolen token for anything else administers nothing.
async fn admin<T>(
    core: &Core,
    ctx: &Ctx,
    request: &Request<T>,
    does: Does,
) -> Result<Actor, Error> {
    if let Some(Operator(who)) = request.extensions().get() {
        return Ok(Actor::Operator(who.to_string()));
    }
    // Only trusted peers' cookies get into a context.
    if request.extensions().get::<Trusted>().is_some()
        && request.metadata().get("authorization").is_none()
    {
        let signed_in = session::required(core, ctx).await?;
        if !is_admin(&signed_in.user) {
            return Err(Error::Forbidden);
        }
        if does == Does::Change {
            session::verify_csrf(core, ctx, &ctx.csrf_token)?;
        }
        return Ok(Actor::from(&signed_in.user));
    }
    let token = authenticate_bearer(core, ctx, bearer(request)).await?;
    let Some(person) = person(core, &token).await?.filter(is_admin) else {
        return Err(Error::Forbidden);
    };
    if !token.record.scope.contains(scope::ADMIN) {
        return Err(insufficient_scope());
    }
    Ok(Actor::from(&person))
}

fn is_admin(user: &User) -> bool {
    user.active && user.role == Role::Admin
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
    async fn get_dashboard(
        &self,
        request: Request<v1::GetDashboardRequest>,
    ) -> Result<Response<v1::Dashboard>, Status> {
        look!(self, request, dashboard::view)
    }

    async fn create_client(
        &self,
        request: Request<v1::CreateClientRequest>,
    ) -> Result<Response<v1::AdminClient>, Status> {
        change!(self, request, clients::create_from_document)
    }

    async fn get_client(
        &self,
        request: Request<v1::GetClientRequest>,
    ) -> Result<Response<v1::AdminClient>, Status> {
        look!(self, request, clients::get)
    }

    async fn list_clients(
        &self,
        request: Request<v1::ListClientsRequest>,
    ) -> Result<Response<v1::ListClientsResponse>, Status> {
        look!(self, request, clients::list)
    }

    async fn update_client(
        &self,
        request: Request<v1::AdminUpdateClientRequest>,
    ) -> Result<Response<v1::AdminClient>, Status> {
        change!(self, request, clients::update)
    }

    async fn approve_client(
        &self,
        request: Request<v1::ApproveClientRequest>,
    ) -> Result<Response<v1::AdminClient>, Status> {
        change!(self, request, clients::approve)
    }

    async fn reject_client(
        &self,
        request: Request<v1::RejectClientRequest>,
    ) -> Result<Response<v1::AdminClient>, Status> {
        change!(self, request, clients::reject)
    }

    async fn deactivate_client(
        &self,
        request: Request<v1::DeactivateClientRequest>,
    ) -> Result<Response<v1::AdminClient>, Status> {
        change!(self, request, clients::deactivate)
    }

    async fn delete_client(
        &self,
        request: Request<v1::AdminDeleteClientRequest>,
    ) -> Result<Response<v1::AdminDeleteClientResponse>, Status> {
        change!(self, request, clients::delete)
    }

    async fn regenerate_client_secret(
        &self,
        request: Request<v1::RegenerateClientSecretRequest>,
    ) -> Result<Response<v1::AdminClient>, Status> {
        change!(self, request, clients::regenerate_secret)
    }

    async fn revoke_client_tokens(
        &self,
        request: Request<v1::RevokeClientTokensRequest>,
    ) -> Result<Response<v1::RevokedResponse>, Status> {
        change!(self, request, clients::revoke_all)
    }

    async fn create_user(
        &self,
        request: Request<v1::CreateUserRequest>,
    ) -> Result<Response<v1::CreateUserResponse>, Status> {
        change!(self, request, users::create)
    }

    async fn get_user(
        &self,
        request: Request<v1::UserRequest>,
    ) -> Result<Response<v1::AdminUser>, Status> {
        look!(self, request, users::get)
    }

    async fn list_users(
        &self,
        request: Request<v1::ListUsersRequest>,
    ) -> Result<Response<v1::ListUsersResponse>, Status> {
        look!(self, request, users::list)
    }

    async fn update_user(
        &self,
        request: Request<v1::UpdateUserRequest>,
    ) -> Result<Response<v1::AdminUser>, Status> {
        change!(self, request, users::update)
    }

    async fn set_password(
        &self,
        request: Request<v1::SetPasswordRequest>,
    ) -> Result<Response<v1::SetPasswordResponse>, Status> {
        change!(self, request, users::set_password)
    }

    async fn disable_user(
        &self,
        request: Request<v1::UserRequest>,
    ) -> Result<Response<v1::AdminUser>, Status> {
        change!(self, request, users::disable)
    }

    async fn enable_user(
        &self,
        request: Request<v1::UserRequest>,
    ) -> Result<Response<v1::AdminUser>, Status> {
        change!(self, request, users::enable)
    }

    async fn delete_user(
        &self,
        request: Request<v1::UserRequest>,
    ) -> Result<Response<v1::DeleteUserResponse>, Status> {
        change!(self, request, users::delete)
    }

    async fn revoke_user_tokens(
        &self,
        request: Request<v1::UserRequest>,
    ) -> Result<Response<v1::RevokedResponse>, Status> {
        change!(self, request, users::revoke_all)
    }

    async fn list_user_connections(
        &self,
        request: Request<v1::UserRequest>,
    ) -> Result<Response<v1::ListUserConnectionsResponse>, Status> {
        look!(self, request, users::connections)
    }

    async fn list_user_sign_ins(
        &self,
        request: Request<v1::UserRequest>,
    ) -> Result<Response<v1::ListSignInsResponse>, Status> {
        look!(self, request, sign_ins::list)
    }

    async fn end_user_sign_in(
        &self,
        request: Request<v1::EndSignInRequest>,
    ) -> Result<Response<v1::EndSignInResponse>, Status> {
        change!(self, request, sign_ins::end)
    }

    async fn list_all_consents(
        &self,
        request: Request<v1::ListAllConsentsRequest>,
    ) -> Result<Response<v1::ListConsentsResponse>, Status> {
        look!(self, request, consents::list)
    }

    async fn revoke_any_consent(
        &self,
        request: Request<v1::RevokeConsentRequest>,
    ) -> Result<Response<v1::Consent>, Status> {
        change!(self, request, consents::revoke)
    }

    async fn list_tokens(
        &self,
        request: Request<v1::ListTokensRequest>,
    ) -> Result<Response<v1::ListTokensResponse>, Status> {
        look!(self, request, tokens::list)
    }

    async fn revoke_token(
        &self,
        request: Request<v1::AdminTokenRequest>,
    ) -> Result<Response<v1::AdminToken>, Status> {
        change!(self, request, tokens::revoke)
    }

    async fn disable_token(
        &self,
        request: Request<v1::AdminTokenRequest>,
    ) -> Result<Response<v1::AdminToken>, Status> {
        change!(self, request, tokens::disable)
    }

    async fn enable_token(
        &self,
        request: Request<v1::AdminTokenRequest>,
    ) -> Result<Response<v1::AdminToken>, Status> {
        change!(self, request, tokens::enable)
    }

    async fn list_keys(
        &self,
        request: Request<v1::ListKeysRequest>,
    ) -> Result<Response<v1::ListKeysResponse>, Status> {
        look!(self, request, keys::list)
    }

    async fn withdraw_key(
        &self,
        request: Request<v1::WithdrawKeyRequest>,
    ) -> Result<Response<v1::WithdrawKeyResponse>, Status> {
        change!(self, request, keys::withdraw)
    }

    async fn rotate_keys(
        &self,
        request: Request<v1::RotateKeysRequest>,
    ) -> Result<Response<v1::RotateKeysResponse>, Status> {
        change!(self, request, keys::rotate)
    }

    async fn list_audit(
        &self,
        request: Request<v1::ListAuditRequest>,
    ) -> Result<Response<v1::ListAuditResponse>, Status> {
        look!(self, request, audit::list)
    }

    async fn get_audit_entry(
        &self,
        request: Request<v1::GetAuditEntryRequest>,
    ) -> Result<Response<v1::AuditEntry>, Status> {
        look!(self, request, audit::get)
    }

    async fn get_audit_statistics(
        &self,
        request: Request<v1::GetAuditStatisticsRequest>,
    ) -> Result<Response<v1::AuditStatistics>, Status> {
        look!(self, request, audit::statistics)
    }

    type ExportAuditStream = BoxStream<v1::ExportAuditResponse>;

    async fn export_audit(
        &self,
        request: Request<v1::ExportAuditRequest>,
    ) -> Result<Response<Self::ExportAuditStream>, Status> {
        look!(self, request, audit::export)
    }

    async fn verify_audit(
        &self,
        request: Request<v1::VerifyAuditRequest>,
    ) -> Result<Response<v1::VerifyAuditResponse>, Status> {
        look!(self, request, audit::verify)
    }
}

#[cfg(test)]
mod tests;
