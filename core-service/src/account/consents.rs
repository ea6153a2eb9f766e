//! Not built yet.

use authgate_proto::v1;

use super::session::SignedIn;
use crate::{Core, Ctx, error::Error};

pub(crate) async fn list(
    _: &Core,
    _: &Ctx,
    _: &SignedIn,
    _: v1::ListConsentsRequest,
) -> Result<v1::ListConsentsResponse, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}

pub(crate) async fn revoke(
    _: &Core,
    _: &Ctx,
    _: &SignedIn,
    _: v1::RevokeConsentRequest,
) -> Result<v1::Consent, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}
