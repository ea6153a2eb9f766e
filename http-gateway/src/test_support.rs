//! Drives the router against a core whose answers a test writes.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    fmt::Debug,
    sync::{Arc, Mutex},
    time::Duration,
};

use authgate_proto::{
    error::{ErrorCode, OAuthError},
    transport::{self, Link},
    v1::{
        self, RequestContext,
        o_auth_server::{OAuth, OAuthServer},
    },
};
use axum::{Router, body::Body};
use base64::{Engine, prelude::BASE64_STANDARD};
use http::{HeaderMap, HeaderName, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::Value;
use tonic::{Response, Status, service::Routes};
use tonic_health::server::{HealthReporter, health_reporter};
use tower::ServiceExt;

use crate::{Config, Cors, Pages, router};

/// The session that a test's browser has, unless the test says otherwise.
pub(crate) const SESSION: &str = "session-1";

/// A core that answers what it was told, by the type of the answer, and keeps
/// what it was asked.
#[derive(Clone, Default)]
struct ScriptedCore {
    answers: Arc<Mutex<HashMap<TypeId, Box<dyn Any + Send>>>>,
    failure: Arc<Mutex<Option<Status>>>,
    seen: Arc<Mutex<Vec<Box<dyn Any + Send>>>>,
    contexts: Arc<Mutex<Vec<RequestContext>>>,
}

impl ScriptedCore {
    fn answer<Q, A>(&self, request: tonic::Request<Q>) -> Result<Response<A>, Status>
    where
        Q: Send + 'static,
        A: Clone + 'static,
    {
        let context = RequestContext::of(&request)?;
        self.contexts.lock().unwrap().push(context);
        self.seen
            .lock()
            .unwrap()
            .push(Box::new(request.into_inner()));
        if let Some(failure) = self.failure.lock().unwrap().clone() {
            return Err(failure);
        }
        let answers = self.answers.lock().unwrap();
        let answer = answers
            .get(&TypeId::of::<A>())
            .and_then(|answer| answer.downcast_ref::<A>())
            .expect("the test scripts an answer of this type");
        Ok(Response::new(answer.clone()))
    }
}

macro_rules! scripted {
    ($($method:ident($request:ident) -> $answer:ident;)+) => {
        #[tonic::async_trait]
        impl OAuth for ScriptedCore {
            $(async fn $method(
                &self,
                request: tonic::Request<v1::$request>,
            ) -> Result<Response<v1::$answer>, Status> {
                self.answer(request)
            })+
        }
    };
}

authgate_proto::oauth_methods!(scripted);

/// A gateway in front of a scripted core.
pub(crate) struct Gateway {
    core: ScriptedCore,
    health: HealthReporter,
    link: Link,
    config: Config,
    session: String,
}

impl Gateway {
    /// A gateway without a base path and without CORS, whose core has no answers yet.
    pub(crate) fn new() -> Self {
        let core = ScriptedCore::default();
        let (health, health_server) = health_reporter();
        let routes = Routes::new(OAuthServer::new(core.clone())).add_service(health_server);
        Self {
            core,
            health,
            link: Link::over(transport::in_process(routes.prepare())),
            config: Config::default(),
            session: SESSION.into(),
        }
    }

    /// A gateway whose core gives that answer.
    pub(crate) fn answering<A: Send + 'static>(answer: A) -> Self {
        let gateway = Self::new();
        let answers = &gateway.core.answers;
        answers
            .lock()
            .unwrap()
            .insert(TypeId::of::<A>(), Box::new(answer));
        gateway
    }

    /// A gateway whose core refuses everything with that error.
    pub(crate) fn failing(code: ErrorCode, description: &str) -> Self {
        Self::failing_with(OAuthError::new(code, description).into())
    }

    /// A gateway whose core refuses everything with that status.
    pub(crate) fn failing_with(status: Status) -> Self {
        let gateway = Self::new();
        *gateway.core.failure.lock().unwrap() = Some(status);
        gateway
    }

    /// A gateway whose core can't be reached.
    pub(crate) fn without_core() -> Self {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let uri = format!("http://{}", free.local_addr().unwrap());
        drop(free);
        let link = Link::over(transport::remote(&uri, "secret").unwrap());
        Self {
            link,
            ..Self::new()
        }
    }

    /// The same, for an issuer with that path.
    pub(crate) fn at(mut self, base_path: &str) -> Self {
        self.config.base_path = base_path.into();
        self
    }

    /// The same, with CORS for that origin.
    pub(crate) fn with_cors(mut self, origin: &str) -> Self {
        self.config.cors = Some(Cors {
            allowed_origins: vec![origin.into()],
            allowed_methods: vec![Method::GET, Method::POST],
            allowed_headers: vec![header::AUTHORIZATION, header::CONTENT_TYPE],
            max_age: Duration::from_secs(600),
        });
        self
    }

    /// The same, for a browser without a session.
    pub(crate) fn signed_out(mut self) -> Self {
        self.session.clear();
        self
    }

    /// Sets what the core says of its health.
    pub(crate) async fn set_health(&self, status: tonic_health::ServingStatus) {
        self.health.set_service_status("", status).await;
    }

    /// Sends a request through the router.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        self.send_through(self.router(), request).await
    }

    /// The same where nobody says who asks.
    pub(crate) async fn send_without_context(&self, request: Request<Body>) -> Answer {
        answered(self.router(), request).await
    }

    fn router(&self) -> Router {
        let pages = Pages {
            error: Arc::new(|page| format!("error page {page:?}")),
            form_post: Arc::new(|post| format!("form to {} {:?}", post.action, post.parameters)),
        };
        router(self.link.clone(), self.config.clone(), pages)
    }

    /// Sends a request through the router of host-level documents.
    pub(crate) async fn send_to_host(&self, request: Request<Body>) -> Answer {
        let router = crate::well_known_router(self.link.clone(), self.config.clone());
        self.send_through(router, request).await
    }

    async fn send_through(&self, router: Router, mut request: Request<Body>) -> Answer {
        request.extensions_mut().insert(RequestContext {
            request_id: "request-1".into(),
            client_ip: "203.0.113.9".into(),
            user_agent: "test".into(),
            session_cookie: self.session.clone(),
            ..RequestContext::default()
        });
        answered(router, request).await
    }

    /// The only request that reached the core.
    pub(crate) fn seen<Q: Clone + Debug + 'static>(&self) -> Q {
        let seen = self.core.seen.lock().unwrap();
        assert_eq!(seen.len(), 1, "one call of the core");
        let context = &self.core.contexts.lock().unwrap()[0];
        assert_eq!(context.request_id, "request-1", "the context goes along");
        assert_eq!(context.session_cookie, self.session);
        seen[0].downcast_ref::<Q>().expect("that call").clone()
    }

    /// How many requests reached the core.
    pub(crate) fn calls(&self) -> usize {
        self.core.seen.lock().unwrap().len()
    }
}

/// What the router answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

async fn answered(router: Router, request: Request<Body>) -> Answer {
    let (parts, body) = router.oneshot(request).await.unwrap().into_parts();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: body.collect().await.unwrap().to_bytes().to_vec(),
    }
}

impl Answer {
    pub(crate) fn header(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.header(header::CONTENT_TYPE), Some("application/json"));
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Asserts an OAuth error in JSON that no cache keeps; gives its description.
    pub(crate) fn assert_error(&self, status: u16, code: &str) -> String {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        let body = self.json();
        assert_eq!(body["error"], code);
        assert_eq!(body.as_object().unwrap().len(), 2, "nothing else: {body}");
        self.assert_not_stored();
        body["error_description"].as_str().unwrap().to_owned()
    }

    pub(crate) fn assert_not_stored(&self) {
        assert_eq!(self.header(header::CACHE_CONTROL), Some("no-store"));
        assert_eq!(self.header(header::PRAGMA), Some("no-cache"));
    }

    /// Asserts the error page with that status and code; an empty one: none is named.
    pub(crate) fn assert_page(&self, status: u16, code: &str) {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        let media_type = self.header(header::CONTENT_TYPE);
        assert_eq!(media_type, Some("text/html; charset=utf-8"));
        let page = self.text();
        let named = match code {
            "" => "code: None".to_owned(),
            code => format!("code: Some(\"{code}\")"),
        };
        assert!(page.contains(&named), "{page}");
        assert!(page.contains("request-1"), "names the request: {page}");
        assert_eq!(self.header(header::LOCATION), None, "no redirect");
        assert_eq!(self.header(header::WWW_AUTHENTICATE), None, "no dialog");
        self.assert_not_stored();
        assert_eq!(self.header(header::REFERRER_POLICY), Some("no-referrer"));
    }
}

/// A request without a body.
pub(crate) fn get(path: &str) -> Request<Body> {
    bare(Method::GET, path)
}

/// A request of that method without a body.
pub(crate) fn bare(method: Method, path: &str) -> Request<Body> {
    let request = Request::builder().method(method).uri(path);
    request.body(Body::empty()).unwrap()
}

/// A request with a body of that media type.
pub(crate) fn send_body(
    method: Method,
    path: &str,
    media_type: &str,
    body: impl Into<Body>,
) -> Request<Body> {
    let request = Request::builder().method(method).uri(path);
    let request = request.header(header::CONTENT_TYPE, media_type);
    request.body(body.into()).unwrap()
}

/// A posted form.
pub(crate) fn post_form(path: &str, form: impl Into<Body>) -> Request<Body> {
    send_body(Method::POST, path, crate::body::FORM, form)
}

/// The request with one more `Authorization` header.
pub(crate) fn authorized(mut request: Request<Body>, value: &str) -> Request<Body> {
    let value = value.parse().unwrap();
    request.headers_mut().append(header::AUTHORIZATION, value);
    request
}

/// The value of a Basic header with `credentials` as they stand.
pub(crate) fn basic(credentials: impl AsRef<[u8]>) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(credentials))
}
