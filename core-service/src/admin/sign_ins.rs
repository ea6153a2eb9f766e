//! Not built yet.

use authgate_proto::v1;

use crate::{Core, Ctx, error::Error};

pub(crate) async fn list(
    _: &Core,
    _: &Ctx,
    _: v1::UserRequest,
) -> Result<v1::ListSignInsResponse, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}

pub(crate) async fn end(
    _: &Core,
    _: &Ctx,
    _: v1::EndSignInRequest,
) -> Result<v1::EndSignInResponse, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}
