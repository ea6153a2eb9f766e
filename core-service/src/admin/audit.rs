//! Not built yet.

use authgate_proto::v1;

use crate::{Core, Ctx, error::Error};

pub(crate) async fn list(
    _: &Core,
    _: &Ctx,
    _: v1::ListAuditRequest,
) -> Result<v1::ListAuditResponse, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}

pub(crate) async fn get(
    _: &Core,
    _: &Ctx,
    _: v1::GetAuditEntryRequest,
) -> Result<v1::AuditEntry, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}

pub(crate) async fn statistics(
    _: &Core,
    _: &Ctx,
    _: v1::GetAuditStatisticsRequest,
) -> Result<v1::AuditStatistics, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}

pub(crate) async fn export(
    _: &Core,
    _: &Ctx,
    _: v1::ExportAuditRequest,
) -> Result<crate::grpc::admin::BoxStream<v1::ExportAuditResponse>, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}

pub(crate) async fn verify(
    _: &Core,
    _: &Ctx,
    _: v1::VerifyAuditRequest,
) -> Result<v1::VerifyAuditResponse, Error> {
    Err(Error::Invalid("not built yet".to_owned()))
}
