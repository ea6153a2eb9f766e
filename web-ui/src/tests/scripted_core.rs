//! A core that answers the pages from a script and remembers what it was asked.
//! The gallery uses it too.

use std::sync::{Arc, Mutex};

use authgate_proto::{
    transport::{Transport, in_process},
    v1::{
        BrowserView, ConsentView, DecideDeviceRequest, DeviceDecided, DeviceView, HomeView,
        RequestContext, SignInRequest, SignInResponse, SignInView, SignOutRequest, SignOutResponse,
        ViewBrowserRequest, ViewConsentRequest, ViewDeviceRequest, ViewHomeRequest,
        ViewSignInRequest,
        web_server::{Web, WebServer},
    },
};
use tonic::{Request, Response, Status};

/// What a call is answered with; a call without one is UNIMPLEMENTED.
pub type Answer<T> = Option<Result<T, Status>>;

/// The answers, a call each.
#[derive(Clone, Default)]
pub struct Script {
    pub view_sign_in: Answer<SignInView>,
    pub sign_in: Answer<SignInResponse>,
    pub sign_out: Answer<SignOutResponse>,
    pub view_home: Answer<HomeView>,
    pub view_browser: Answer<BrowserView>,
    pub view_consent: Answer<ConsentView>,
    pub view_device: Answer<DeviceView>,
    pub decide_device: Answer<DeviceDecided>,
}

/// What the core was asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Call {
    ViewSignIn(ViewSignInRequest),
    SignIn(SignInRequest),
    SignOut(SignOutRequest),
    ViewHome,
    ViewBrowser,
    ViewConsent(ViewConsentRequest),
    ViewDevice(ViewDeviceRequest),
    DecideDevice(DecideDeviceRequest),
}

/// The core itself; clones share the memory.
#[derive(Clone, Default)]
pub struct ScriptedCore {
    script: Script,
    calls: Arc<Mutex<Vec<(RequestContext, Call)>>>,
}

impl ScriptedCore {
    /// A core that follows `script`.
    pub fn new(script: Script) -> Self {
        Self {
            script,
            calls: Arc::default(),
        }
    }

    /// The way to it.
    pub fn transport(&self) -> Transport {
        in_process(WebServer::new(self.clone()))
    }

    /// All it was asked so far, each with its context.
    pub fn calls(&self) -> Vec<(RequestContext, Call)> {
        match self.calls.lock() {
            Ok(calls) => calls.clone(),
            Err(poisoned) => poisoned.into_inner().clone(),
        }
    }

    fn answer<M, T: Clone>(
        &self,
        request: Request<M>,
        call: impl FnOnce(M) -> Call,
        answer: &Answer<T>,
    ) -> Result<Response<T>, Status> {
        let context = RequestContext::of(&request)?;
        if let Ok(mut calls) = self.calls.lock() {
            calls.push((context, call(request.into_inner())));
        }
        answer
            .clone()
            .unwrap_or_else(|| Err(Status::unimplemented("not in the script")))
            .map(Response::new)
    }
}

#[tonic::async_trait]
impl Web for ScriptedCore {
    async fn view_sign_in(
        &self,
        request: Request<ViewSignInRequest>,
    ) -> Result<Response<SignInView>, Status> {
        self.answer(request, Call::ViewSignIn, &self.script.view_sign_in)
    }

    async fn sign_in(
        &self,
        request: Request<SignInRequest>,
    ) -> Result<Response<SignInResponse>, Status> {
        self.answer(request, Call::SignIn, &self.script.sign_in)
    }

    async fn sign_out(
        &self,
        request: Request<SignOutRequest>,
    ) -> Result<Response<SignOutResponse>, Status> {
        self.answer(request, Call::SignOut, &self.script.sign_out)
    }

    async fn view_home(
        &self,
        request: Request<ViewHomeRequest>,
    ) -> Result<Response<HomeView>, Status> {
        self.answer(request, |_| Call::ViewHome, &self.script.view_home)
    }

    async fn view_browser(
        &self,
        request: Request<ViewBrowserRequest>,
    ) -> Result<Response<BrowserView>, Status> {
        self.answer(request, |_| Call::ViewBrowser, &self.script.view_browser)
    }

    async fn view_consent(
        &self,
        request: Request<ViewConsentRequest>,
    ) -> Result<Response<ConsentView>, Status> {
        self.answer(request, Call::ViewConsent, &self.script.view_consent)
    }

    async fn view_device(
        &self,
        request: Request<ViewDeviceRequest>,
    ) -> Result<Response<DeviceView>, Status> {
        self.answer(request, Call::ViewDevice, &self.script.view_device)
    }

    async fn decide_device(
        &self,
        request: Request<DecideDeviceRequest>,
    ) -> Result<Response<DeviceDecided>, Status> {
        self.answer(request, Call::DecideDevice, &self.script.decide_device)
    }
}
