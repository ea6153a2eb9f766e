//! The SelfService service: an adapter per call. Who is signed in is found out here, and
//! that the form is of this browser.

use authgate_proto::v1::{self, self_service_server::SelfService};
use tonic::{Request, Response, Status};

use super::{context::ctx, error::status};
use crate::{
    Actor, Core, Ctx,
    account::{
        apps, consents, grants, password, profile,
        session::{self, SignedIn},
        sign_ins,
    },
    error::Error,
};

/// The service.
pub(super) struct Adapter(pub(super) Core);

/// Runs a use case for whoever is signed in: context, person, call, answer or status.
macro_rules! adapt {
    ($self:ident, $request:ident, $use_case:path, $person:ident) => {{
        let mut request = $request;
        let mut ctx = ctx(&$self.0, &mut request)?;
        let person = $person(&$self.0, &ctx)
            .await
            .map_err(|error| status(&ctx, error))?;
        ctx.actor = Actor::from(&person.user);
        let answer = $use_case(&$self.0, &ctx, &person, request.into_inner()).await;
        answer
            .map(Response::new)
            .map_err(|error| status(&ctx, error))
    }};
}
macro_rules! look {
    ($self:ident, $request:ident, $use_case:path) => {
        adapt!($self, $request, $use_case, signed_in)
    };
}
macro_rules! change {
    ($self:ident, $request:ident, $use_case:path) => {
        adapt!($self, $request, $use_case, with_form)
    };
}

async fn signed_in(core: &Core, ctx: &Ctx) -> Result<SignedIn, Error> {
    session::required(core, ctx).await
}

async fn with_form(core: &Core, ctx: &Ctx) -> Result<SignedIn, Error> {
    let person = session::required(core, ctx).await?;
    session::verify_csrf(core, ctx, &ctx.csrf_token)?;
    Ok(person)
}

#[tonic::async_trait]
impl SelfService for Adapter {
    async fn list_sign_ins(
        &self,
        request: Request<v1::ListSignInsRequest>,
    ) -> Result<Response<v1::ListSignInsResponse>, Status> {
        look!(self, request, sign_ins::list)
    }

    async fn end_sign_in(
        &self,
        request: Request<v1::EndSignInRequest>,
    ) -> Result<Response<v1::EndSignInResponse>, Status> {
        change!(self, request, sign_ins::end)
    }

    async fn list_grants(
        &self,
        request: Request<v1::ListGrantsRequest>,
    ) -> Result<Response<v1::ListGrantsResponse>, Status> {
        look!(self, request, grants::list)
    }

    async fn revoke_grant(
        &self,
        request: Request<v1::GrantRequest>,
    ) -> Result<Response<v1::Grant>, Status> {
        change!(self, request, grants::revoke)
    }

    async fn disable_grant(
        &self,
        request: Request<v1::GrantRequest>,
    ) -> Result<Response<v1::Grant>, Status> {
        change!(self, request, grants::disable)
    }

    async fn enable_grant(
        &self,
        request: Request<v1::GrantRequest>,
    ) -> Result<Response<v1::Grant>, Status> {
        change!(self, request, grants::enable)
    }

    async fn revoke_all(
        &self,
        request: Request<v1::RevokeAllRequest>,
    ) -> Result<Response<v1::RevokeAllResponse>, Status> {
        change!(self, request, grants::revoke_all)
    }

    async fn list_consents(
        &self,
        request: Request<v1::ListConsentsRequest>,
    ) -> Result<Response<v1::ListConsentsResponse>, Status> {
        look!(self, request, consents::list)
    }

    async fn revoke_consent(
        &self,
        request: Request<v1::RevokeConsentRequest>,
    ) -> Result<Response<v1::Consent>, Status> {
        change!(self, request, consents::revoke)
    }

    async fn list_apps(
        &self,
        request: Request<v1::ListAppsRequest>,
    ) -> Result<Response<v1::ListAppsResponse>, Status> {
        look!(self, request, apps::list)
    }

    async fn get_app(
        &self,
        request: Request<v1::GetAppRequest>,
    ) -> Result<Response<v1::OwnApp>, Status> {
        look!(self, request, apps::get)
    }

    async fn create_app(
        &self,
        request: Request<v1::CreateAppRequest>,
    ) -> Result<Response<v1::OwnApp>, Status> {
        change!(self, request, apps::create)
    }

    async fn update_app(
        &self,
        request: Request<v1::UpdateAppRequest>,
    ) -> Result<Response<v1::OwnApp>, Status> {
        change!(self, request, apps::update)
    }

    async fn delete_app(
        &self,
        request: Request<v1::DeleteAppRequest>,
    ) -> Result<Response<v1::DeleteAppResponse>, Status> {
        change!(self, request, apps::delete)
    }

    async fn regenerate_app_secret(
        &self,
        request: Request<v1::RegenerateAppSecretRequest>,
    ) -> Result<Response<v1::OwnApp>, Status> {
        change!(self, request, apps::regenerate_secret)
    }

    async fn get_profile(
        &self,
        request: Request<v1::GetProfileRequest>,
    ) -> Result<Response<v1::Profile>, Status> {
        look!(self, request, profile::get)
    }

    async fn update_profile(
        &self,
        request: Request<v1::UpdateProfileRequest>,
    ) -> Result<Response<v1::Profile>, Status> {
        change!(self, request, profile::update)
    }

    async fn change_password(
        &self,
        request: Request<v1::ChangePasswordRequest>,
    ) -> Result<Response<v1::ChangePasswordResponse>, Status> {
        change!(self, request, password::change)
    }
}

#[cfg(test)]
mod tests;
