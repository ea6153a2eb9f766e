//! Not built yet.

use authgate_proto::v1;

use crate::{Core, Ctx, error::Error};

pub(crate) async fn list(
    _: &Core,
    _: &Ctx,
    _: v1::ListAllConsentsRequest,
) -> Result<v1::ListConsentsResponse, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}

pub(crate) async fn revoke(
    _: &Core,
    _: &Ctx,
    _: v1::RevokeConsentRequest,
) -> Result<v1::Consent, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}
