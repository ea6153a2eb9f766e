//! Not built yet.

use authgate_proto::v1;

use crate::{Core, Ctx, error::Error};

pub(crate) async fn list(
    _: &Core,
    _: &Ctx,
    _: v1::ListTokensRequest,
) -> Result<v1::ListTokensResponse, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}

pub(crate) async fn revoke(
    _: &Core,
    _: &Ctx,
    _: v1::AdminTokenRequest,
) -> Result<v1::AdminToken, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}

pub(crate) async fn disable(
    _: &Core,
    _: &Ctx,
    _: v1::AdminTokenRequest,
) -> Result<v1::AdminToken, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}

pub(crate) async fn enable(
    _: &Core,
    _: &Ctx,
    _: v1::AdminTokenRequest,
) -> Result<v1::AdminToken, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}
