//! The Web service: an adapter per page and decision.

use authgate_proto::v1::{self, web_server::Web};
use tonic::{Request, Response, Status};

use super::adapt;
use crate::{Core, account, authorize, device::verification};

/// The service.
pub(super) struct Adapter(pub(super) Core);

#[tonic::async_trait]
impl Web for Adapter {
    async fn view_sign_in(
        &self,
        request: Request<v1::ViewSignInRequest>,
    ) -> Result<Response<v1::SignInView>, Status> {
        adapt!(self, request, account::sign_in::view)
    }

    async fn sign_in(
        &self,
        request: Request<v1::SignInRequest>,
    ) -> Result<Response<v1::SignInResponse>, Status> {
        adapt!(self, request, account::sign_in::sign_in)
    }

    async fn sign_out(
        &self,
        request: Request<v1::SignOutRequest>,
    ) -> Result<Response<v1::SignOutResponse>, Status> {
        adapt!(self, request, account::sign_out::sign_out)
    }

    async fn view_home(
        &self,
        request: Request<v1::ViewHomeRequest>,
    ) -> Result<Response<v1::HomeView>, Status> {
        adapt!(self, request, account::home::view)
    }

    async fn view_browser(
        &self,
        request: Request<v1::ViewBrowserRequest>,
    ) -> Result<Response<v1::BrowserView>, Status> {
        adapt!(self, request, account::home::browser)
    }

    async fn view_consent(
        &self,
        request: Request<v1::ViewConsentRequest>,
    ) -> Result<Response<v1::ConsentView>, Status> {
        adapt!(self, request, authorize::view_consent)
    }

    async fn view_device(
        &self,
        request: Request<v1::ViewDeviceRequest>,
    ) -> Result<Response<v1::DeviceView>, Status> {
        adapt!(self, request, verification::view)
    }

    async fn decide_device(
        &self,
        request: Request<v1::DecideDeviceRequest>,
    ) -> Result<Response<v1::DeviceDecided>, Status> {
        adapt!(self, request, verification::decide)
    }
}
