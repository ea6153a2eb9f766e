//! Pages as they are rendered, without a network and without a core.
#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that can't be set up has to stop"
)]

use authgate_proto::{
    transport,
    v1::{
        BrowserView, ConsentView, DecideDeviceRequest, DeviceDecided, DeviceState, DeviceView,
        HomeView, RequestContext, SignInRequest, SignInResponse, SignInView, SignOutRequest,
        SignOutResponse, ViewBrowserRequest, ViewConsentRequest, ViewDeviceRequest,
        ViewHomeRequest, ViewSignInRequest,
        web_server::{Web, WebServer},
    },
};
use axum::{Router, body::Body, http::Request as HttpRequest};
use criterion::{Criterion, criterion_group, criterion_main};
use tokio::runtime::Runtime;
use tonic::{Request, Response, Status, service::Routes};
use tower::ServiceExt;
use web_ui::{Config, ErrorView, error_page};

/// A core that knows what to show, and decides nothing.
struct Views;

#[tonic::async_trait]
impl Web for Views {
    async fn view_sign_in(
        &self,
        _: Request<ViewSignInRequest>,
    ) -> Result<Response<SignInView>, Status> {
        Ok(Response::new(SignInView::default()))
    }

    async fn view_device(
        &self,
        _: Request<ViewDeviceRequest>,
    ) -> Result<Response<DeviceView>, Status> {
        Ok(Response::new(DeviceView {
            state: DeviceState::Confirm.into(),
            user_code: "WDJB-MJHT".to_owned(),
            requested_ip: "192.0.2.1".to_owned(),
            requested_user_agent: "curl/8".to_owned(),
            ..DeviceView::default()
        }))
    }

    async fn sign_in(&self, _: Request<SignInRequest>) -> Result<Response<SignInResponse>, Status> {
        Err(Status::unimplemented("a view"))
    }

    async fn sign_out(
        &self,
        _: Request<SignOutRequest>,
    ) -> Result<Response<SignOutResponse>, Status> {
        Err(Status::unimplemented("a view"))
    }

    async fn view_home(&self, _: Request<ViewHomeRequest>) -> Result<Response<HomeView>, Status> {
        Err(Status::unimplemented("a view"))
    }

    async fn view_browser(
        &self,
        _: Request<ViewBrowserRequest>,
    ) -> Result<Response<BrowserView>, Status> {
        Err(Status::unimplemented("not measured"))
    }

    async fn view_consent(
        &self,
        _: Request<ViewConsentRequest>,
    ) -> Result<Response<ConsentView>, Status> {
        Err(Status::unimplemented("a view"))
    }

    async fn decide_device(
        &self,
        _: Request<DecideDeviceRequest>,
    ) -> Result<Response<DeviceDecided>, Status> {
        Err(Status::unimplemented("a view"))
    }
}

fn config() -> Config {
    Config {
        base_path: String::new(),
        https: true,
        issuer: "https://id.example".to_owned(),
        static_max_age: None,
    }
}

async fn show(router: Router, path: &'static str) {
    let mut request = HttpRequest::get(path).body(Body::empty()).unwrap();
    request.extensions_mut().insert(RequestContext::default());
    let response = router.oneshot(request).await.unwrap();
    assert!(response.status().is_success(), "{}", response.status());
}

fn pages(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let mut routes = Routes::builder();
    routes.add_service(WebServer::new(Views));
    let core = transport::in_process(routes.routes());
    let router = web_ui::router(core, config());
    for path in ["/login", "/device?user_code=WDJB-MJHT"] {
        criterion.bench_function(&format!("page rendering: {path}"), |bencher| {
            bencher
                .to_async(&runtime)
                .iter(|| show(router.clone(), path));
        });
    }
    let (config, view) = (
        config(),
        ErrorView {
            status: http::StatusCode::BAD_REQUEST,
            title: None,
            message: "The request can't be understood.".to_owned(),
            code: Some("invalid_request".to_owned()),
            request_id: "r".to_owned(),
            retry_after: None,
            ..ErrorView::default()
        },
    );
    criterion.bench_function("page rendering: error", |bencher| {
        bencher.iter(|| error_page(&config, &view));
    });
}

criterion_group!(benches, pages);
criterion_main!(benches);
