//! Not built yet.

use authgate_proto::v1;

use super::session::SignedIn;
use crate::{Core, Ctx, error::Error};

pub(crate) async fn change(
    _: &Core,
    _: &Ctx,
    _: &SignedIn,
    _: v1::ChangePasswordRequest,
) -> Result<v1::ChangePasswordResponse, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}
