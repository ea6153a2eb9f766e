//! Not built yet.

use authgate_proto::v1;

use super::session::SignedIn;
use crate::{Core, Ctx, error::Error};

pub(crate) async fn list(
    _: &Core,
    _: &Ctx,
    _: &SignedIn,
    _: v1::ListAppsRequest,
) -> Result<v1::ListAppsResponse, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}

pub(crate) async fn get(
    _: &Core,
    _: &Ctx,
    _: &SignedIn,
    _: v1::GetAppRequest,
) -> Result<v1::OwnApp, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}

pub(crate) async fn create(
    _: &Core,
    _: &Ctx,
    _: &SignedIn,
    _: v1::CreateAppRequest,
) -> Result<v1::OwnApp, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}

pub(crate) async fn update(
    _: &Core,
    _: &Ctx,
    _: &SignedIn,
    _: v1::UpdateAppRequest,
) -> Result<v1::OwnApp, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}

pub(crate) async fn delete(
    _: &Core,
    _: &Ctx,
    _: &SignedIn,
    _: v1::DeleteAppRequest,
) -> Result<v1::DeleteAppResponse, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}

pub(crate) async fn regenerate_secret(
    _: &Core,
    _: &Ctx,
    _: &SignedIn,
    _: v1::RegenerateAppSecretRequest,
) -> Result<v1::OwnApp, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}
