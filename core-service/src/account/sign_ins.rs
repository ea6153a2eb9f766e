//! Not built yet.

use authgate_proto::v1;

use super::session::SignedIn;
use crate::{Core, Ctx, error::Error};

pub(crate) async fn list(
    _: &Core,
    _: &Ctx,
    _: &SignedIn,
    _: v1::ListSignInsRequest,
) -> Result<v1::ListSignInsResponse, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}

pub(crate) async fn end(
    _: &Core,
    _: &Ctx,
    _: &SignedIn,
    _: v1::EndSignInRequest,
) -> Result<v1::EndSignInResponse, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}
