//! Not built yet.

use authgate_proto::v1;

use crate::{Core, Ctx, error::Error};

pub(crate) async fn view(
    _: &Core,
    _: &Ctx,
    _: v1::GetDashboardRequest,
) -> Result<v1::Dashboard, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}
