//! The Edge service: what is refused before it gets here.

use authgate_proto::v1::{self, edge_server::Edge};
use tonic::{Request, Response, Status};

use super::adapt;
use crate::{Core, refusals};

/// The service.
pub(super) struct Adapter(pub(super) Core);

#[tonic::async_trait]
impl Edge for Adapter {
    async fn report_refusals(
        &self,
        request: Request<v1::ReportRefusalsRequest>,
    ) -> Result<Response<v1::ReportRefusalsResponse>, Status> {
        adapt!(self, request, refusals::report)
    }
}
