//! All layers of the gateway. Each list runs from the outside in.

use axum::{Router, extract::DefaultBodyLimit, response::Response};
use http::{
    HeaderValue, Method,
    header::{CACHE_CONTROL, PRAGMA, REFERRER_POLICY, RETRY_AFTER, WWW_AUTHENTICATE},
};
use tower::{ServiceBuilder, util::MapResponseLayer};
use tower_http::{
    cors::{AllowOrigin, Any, CorsLayer},
    set_header::SetResponseHeaderLayer,
};

use crate::{Cors, error::Fault};

/// The largest request body, in bytes. Requests are a few short parameters;
/// the longest, a signed request object, stays well below.
const BODY_LIMIT: usize = 64 * 1024;

/// The API endpoints.
pub(crate) fn api<S>(routes: Router<S>, cors: Option<&Cors>) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    routes.layer(
        ServiceBuilder::new()
            // Outermost, so that it answers preflights, which no route lists,
            // and so that pages of other origins can read errors too.
            .option_layer(cors.map(configured_cors))
            // Sees the answer with its cause.
            .map_response(log_fault)
            // Tokens and what is said about them stay out of every cache.
            .map_response(no_store)
            // Memory per request is bounded.
            .layer(DefaultBodyLimit::max(BODY_LIMIT)),
    )
}

/// The authorization endpoint. No CORS, ever: browsers go there, scripts don't
/// (RFC 9700 section 2.6).
pub(crate) fn browser<S>(routes: Router<S>) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    routes.layer(
        ServiceBuilder::new()
            // Sees the answer with its cause.
            .map_response(log_fault)
            // Redirects carry codes.
            .map_response(no_store)
            // The request's URL must not reach the next site (RFC 9700 section 4.2.4).
            .layer(SetResponseHeaderLayer::overriding(
                REFERRER_POLICY,
                HeaderValue::from_static("no-referrer"),
            ))
            // Memory per request is bounded.
            .layer(DefaultBodyLimit::max(BODY_LIMIT)),
    )
}

/// The public documents.
pub(crate) fn documents<S>(routes: Router<S>, cors: Option<&Cors>) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    routes.layer(
        ServiceBuilder::new()
            // Every origin may read what everybody may read.
            .option_layer(cors.map(public_cors))
            // Sees the answer with its cause.
            .map_response(log_fault)
            // The documents say how long they last; errors don't last.
            .map_response(no_store),
    )
}

/// The health endpoints.
pub(crate) fn probes<S>(routes: Router<S>) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    // An old answer about health is a wrong one.
    routes.layer(MapResponseLayer::new(no_store))
}

/// CORS by configuration. The endpoints read no cookies, so there are no
/// credentials to allow, with `*` or without.
fn configured_cors(cors: &Cors) -> CorsLayer {
    let origins = if cors.allowed_origins.iter().any(|origin| origin == "*") {
        AllowOrigin::any()
    } else {
        // A text that is no header value is no origin: no browser sends it.
        AllowOrigin::list(
            cors.allowed_origins
                .iter()
                .filter_map(|origin| HeaderValue::from_str(origin).ok()),
        )
    };
    CorsLayer::new()
        .allow_origin(origins)
        .allow_methods(cors.allowed_methods.clone())
        .allow_headers(cors.allowed_headers.clone())
        .expose_headers([WWW_AUTHENTICATE, RETRY_AFTER])
        .max_age(cors.max_age)
}

/// CORS of documents that hold nothing private.
fn public_cors(cors: &Cors) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD])
        .allow_headers(cors.allowed_headers.clone())
        .max_age(cors.max_age)
}

/// Forbids caching unless the handler said how long its answer lasts
/// (RFC 6749 section 5.1, which asks for `Pragma` too).
fn no_store(mut response: Response) -> Response {
    let headers = response.headers_mut();
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    }
    response
}

/// Logs a call of the core that failed without an answer of the protocol. The
/// client is told no more than that it failed; here stands why.
fn log_fault(response: Response) -> Response {
    if let Some(Fault(cause)) = response.extensions().get() {
        tracing::error!(code = ?cause.code(), cause = cause.message(), "a call of the core failed");
    }
    response
}

#[cfg(test)]
mod tests {
    use authgate_proto::{
        error::ErrorCode,
        v1::{JsonDocument, RevokeResponse},
    };
    use axum::{body::Body, extract::Request};
    use http::header::{
        ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
        ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD,
        ORIGIN,
    };

    use super::*;
    use crate::test_support::{Gateway, bare, get, post_form};

    const APP: &str = "https://app.example";
    const API: [&str; 8] = [
        "/oauth/token",
        "/oauth/device/code",
        "/oauth/introspect",
        "/oauth/revoke",
        "/oauth/register",
        "/oauth/register/c",
        "/oauth/userinfo",
        "/oauth/tokeninfo",
    ];
    const DOCUMENTS: [&str; 3] = [
        "/.well-known/jwks.json",
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
    ];

    fn from(origin: &str, mut request: Request) -> Request {
        let origin = HeaderValue::from_str(origin).unwrap();
        request.headers_mut().insert(ORIGIN, origin);
        request
    }

    fn preflight(origin: &str, path: &str) -> Request {
        let mut request = from(origin, bare(Method::OPTIONS, path));
        let headers = request.headers_mut();
        let asked = HeaderValue::from_static("POST");
        headers.insert(ACCESS_CONTROL_REQUEST_METHOD, asked);
        let asked = HeaderValue::from_static("authorization");
        headers.insert(ACCESS_CONTROL_REQUEST_HEADERS, asked);
        request
    }

    #[tokio::test]
    async fn a_preflight_of_the_api_is_answered() {
        for path in API {
            let gateway = Gateway::new().with_cors(APP);
            let answer = gateway.send(preflight(APP, path)).await;
            assert_eq!(answer.status.as_u16(), 200, "{path}");
            assert_eq!(answer.header(ACCESS_CONTROL_ALLOW_ORIGIN), Some(APP));
            assert_eq!(
                answer.header(ACCESS_CONTROL_ALLOW_METHODS),
                Some("GET,POST")
            );
            assert_eq!(
                answer.header(ACCESS_CONTROL_ALLOW_HEADERS),
                Some("authorization,content-type")
            );
            assert_eq!(answer.header(ACCESS_CONTROL_MAX_AGE), Some("600"));
            assert_eq!(answer.header(ACCESS_CONTROL_ALLOW_CREDENTIALS), None);
        }
    }

    #[tokio::test]
    async fn a_foreign_origin_is_allowed_nothing() {
        for origin in [
            "https://evil.example",
            "null",
            "https://app.example.evil.example",
        ] {
            for path in API {
                let gateway = Gateway::new().with_cors(APP);
                let answer = gateway.send(preflight(origin, path)).await;
                assert_eq!(answer.header(ACCESS_CONTROL_ALLOW_ORIGIN), None);
            }
        }
    }

    #[tokio::test]
    async fn a_script_can_read_an_answer_and_an_error() {
        let request = || from(APP, post_form("/oauth/revoke", "token=t"));
        let answers = [
            Gateway::answering(RevokeResponse {}),
            Gateway::failing(ErrorCode::InvalidClient, "no"),
        ];
        for gateway in answers {
            let answer = gateway.with_cors(APP).send(request()).await;
            assert_eq!(answer.header(ACCESS_CONTROL_ALLOW_ORIGIN), Some(APP));
            assert_eq!(
                answer.header(ACCESS_CONTROL_EXPOSE_HEADERS),
                Some("www-authenticate,retry-after")
            );
            assert_eq!(answer.header(CACHE_CONTROL), Some("no-store"));
        }
        let wrong_method = from(APP, get("/oauth/token"));
        let answer = Gateway::new().with_cors(APP).send(wrong_method).await;
        answer.assert_error(405, "invalid_request");
        assert_eq!(answer.header(ACCESS_CONTROL_ALLOW_ORIGIN), Some(APP));
    }

    #[tokio::test]
    async fn every_origin_is_allowed_without_credentials() {
        let gateway = Gateway::new().with_cors("*");
        let answer = gateway.send(preflight(APP, "/oauth/token")).await;
        assert_eq!(answer.header(ACCESS_CONTROL_ALLOW_ORIGIN), Some("*"));
        assert_eq!(answer.header(ACCESS_CONTROL_ALLOW_CREDENTIALS), None);
    }

    #[tokio::test]
    async fn documents_are_for_every_origin() {
        for path in DOCUMENTS {
            let document = JsonDocument { json: "{}".into() };
            let gateway = Gateway::answering(document).with_cors(APP);
            let answer = gateway.send(from("https://other.example", get(path))).await;
            assert_eq!(answer.header(ACCESS_CONTROL_ALLOW_ORIGIN), Some("*"));
            let answer = gateway.send(preflight("https://other.example", path)).await;
            assert_eq!(answer.status.as_u16(), 200);
            assert_eq!(
                answer.header(ACCESS_CONTROL_ALLOW_METHODS),
                Some("GET,HEAD")
            );
        }
    }

    #[tokio::test]
    async fn without_configuration_there_is_no_cors() {
        for path in API.iter().chain(&DOCUMENTS) {
            let answer = Gateway::new().send(preflight(APP, path)).await;
            answer.assert_error(405, "invalid_request");
            assert_eq!(answer.header(ACCESS_CONTROL_ALLOW_ORIGIN), None);
        }
    }

    #[tokio::test]
    async fn the_authorization_endpoint_never_has_cors() {
        let gateway = Gateway::new().with_cors("*");
        let answer = gateway.send(preflight(APP, "/oauth/authorize")).await;
        answer.assert_page(405, "invalid_request");
        assert_eq!(answer.header(ACCESS_CONTROL_ALLOW_ORIGIN), None);
        let request = from(APP, get("/oauth/authorize?a=%FF"));
        let answer = gateway.send(request).await;
        answer.assert_page(400, "invalid_request");
        assert_eq!(answer.header(ACCESS_CONTROL_ALLOW_ORIGIN), None);
    }

    #[tokio::test]
    async fn a_path_of_nobody_is_left_to_the_surroundings() {
        let request: Request<Body> = get("/nowhere");
        let answer = Gateway::new().send(request).await;
        assert_eq!((answer.status.as_u16(), answer.body.len()), (404, 0));
    }
}
