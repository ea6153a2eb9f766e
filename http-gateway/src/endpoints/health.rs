//! Health: the predecessor's endpoint, and the two probes of orchestrators.
//! What is asked of the core is the standard `grpc.health.v1` service.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde_json::json;
use tonic_health::{ServingStatus, pb::HealthCheckRequest};

use crate::core::Core;

/// `GET /health`: 200 while the core serves, which it does while its database
/// answers; else 503.
pub(crate) async fn health(State(core): State<Core>) -> Response {
    if is_serving(&core).await {
        Json(json!({ "status": "healthy", "database": "connected" })).into_response()
    } else {
        let body = Json(json!({ "status": "unhealthy", "database": "disconnected" }));
        (StatusCode::SERVICE_UNAVAILABLE, body).into_response()
    }
}

/// `GET /health/live`: the process is up.
pub(crate) async fn live() -> Response {
    Json(json!({ "status": "live" })).into_response()
}

/// `GET /health/ready`: requests can be served; else 503.
pub(crate) async fn ready(State(core): State<Core>) -> Response {
    if is_serving(&core).await {
        Json(json!({ "status": "ready" })).into_response()
    } else {
        let body = Json(json!({ "status": "not ready" }));
        (StatusCode::SERVICE_UNAVAILABLE, body).into_response()
    }
}

/// Whether the core says SERVING for the whole of itself.
async fn is_serving(core: &Core) -> bool {
    let whole = HealthCheckRequest {
        service: String::new(),
    };
    core.health()
        .check(whole)
        .await
        .is_ok_and(|answer| answer.into_inner().status == ServingStatus::Serving as i32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{Gateway, get};

    #[tokio::test]
    async fn health_follows_the_core() {
        let gateway = Gateway::new();
        gateway.set_health(ServingStatus::Serving).await;
        let answer = gateway.send(get("/health")).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(
            answer.json(),
            json!({ "status": "healthy", "database": "connected" })
        );
        answer.assert_not_stored();
        let answer = gateway.send(get("/health/ready")).await;
        assert_eq!(answer.status, StatusCode::OK);

        gateway.set_health(ServingStatus::NotServing).await;
        let answer = gateway.send(get("/health")).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(
            answer.json(),
            json!({ "status": "unhealthy", "database": "disconnected" })
        );
        let answer = gateway.send(get("/health/ready")).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    }

    #[tokio::test]
    async fn a_process_without_its_core_lives_but_is_not_ready() {
        let gateway = Gateway::without_core();
        let live = gateway.send(get("/health/live")).await;
        assert_eq!(live.status, StatusCode::OK);
        for path in ["/health/ready", "/health"] {
            let answer = gateway.send(get(path)).await;
            assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
        }
    }
}
