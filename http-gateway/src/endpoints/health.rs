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
