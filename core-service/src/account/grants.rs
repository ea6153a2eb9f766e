//! Not built yet.

use authgate_proto::v1;

use super::session::SignedIn;
use crate::{Core, Ctx, error::Error};

pub(crate) async fn list(
    _: &Core,
    _: &Ctx,
    _: &SignedIn,
    _: v1::ListGrantsRequest,
) -> Result<v1::ListGrantsResponse, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}

pub(crate) async fn revoke(
    _: &Core,
    _: &Ctx,
    _: &SignedIn,
    _: v1::GrantRequest,
) -> Result<v1::Grant, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}

pub(crate) async fn disable(
    _: &Core,
    _: &Ctx,
    _: &SignedIn,
    _: v1::GrantRequest,
) -> Result<v1::Grant, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}

pub(crate) async fn enable(
    _: &Core,
    _: &Ctx,
    _: &SignedIn,
    _: v1::GrantRequest,
) -> Result<v1::Grant, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}

pub(crate) async fn revoke_all(
    _: &Core,
    _: &Ctx,
    _: &SignedIn,
    _: v1::RevokeAllRequest,
) -> Result<v1::RevokeAllResponse, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}
