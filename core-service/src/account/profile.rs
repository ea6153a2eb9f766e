//! Not built yet.

use authgate_proto::v1;

use super::session::SignedIn;
use crate::{Core, Ctx, error::Error};

pub(crate) async fn get(
    _: &Core,
    _: &Ctx,
    _: &SignedIn,
    _: v1::GetProfileRequest,
) -> Result<v1::Profile, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}

pub(crate) async fn update(
    _: &Core,
    _: &Ctx,
    _: &SignedIn,
    _: v1::UpdateProfileRequest,
) -> Result<v1::Profile, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}
