//! The client registration endpoint (RFC 7591) and the management of a
//! registered client (RFC 7592).

use authgate_proto::v1::{
    ClientInformation, DeleteClientRequest, ReadClientRequest, RegisterClientRequest,
    RequestContext, UpdateClientRequest,
};
use axum::{
    Extension,
    extract::{FromRequestParts, Path, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, request::Parts};
use tonic::Response as Answer;

use super::json_text;
use crate::{
    authorization::bearer_token,
    body::{self, RawBody},
    core::Core,
    error::Error,
    form,
};

/// `POST /oauth/register`; an initial access token may come along (RFC 7591 section 3).
pub(crate) async fn post(
    State(core): State<Core>,
    Extension(context): Extension<RequestContext>,
    headers: HeaderMap,
    RawBody(metadata): RawBody,
) -> Result<Response, Error> {
    require_json(&headers)?;
    let request = RegisterClientRequest {
        metadata_json: metadata.into(),
        initial_access_token: bearer_token(&headers)?.unwrap_or_default(),
    };
    let answer = core
        .oauth()
        .register_client(context.request(request))
        .await?;
    Ok((StatusCode::CREATED, information(answer)).into_response())
}

/// `GET /oauth/register/{client_id}` (RFC 7592 section 2.1).
pub(crate) async fn get(
    State(core): State<Core>,
    Extension(context): Extension<RequestContext>,
    client: RegisteredClient,
) -> Result<Response, Error> {
    let request = ReadClientRequest {
        client_id: client.id,
        registration_access_token: client.token,
    };
    let answer = core.oauth().read_client(context.request(request)).await?;
    Ok(information(answer))
}

/// `PUT /oauth/register/{client_id}` (RFC 7592 section 2.2).
pub(crate) async fn put(
    State(core): State<Core>,
    Extension(context): Extension<RequestContext>,
    client: RegisteredClient,
    headers: HeaderMap,
    RawBody(metadata): RawBody,
) -> Result<Response, Error> {
    require_json(&headers)?;
    let request = UpdateClientRequest {
        client_id: client.id,
        registration_access_token: client.token,
        metadata_json: metadata.into(),
    };
    let answer = core.oauth().update_client(context.request(request)).await?;
    Ok(information(answer))
}

/// `DELETE /oauth/register/{client_id}` (RFC 7592 section 2.3).
pub(crate) async fn delete(
    State(core): State<Core>,
    Extension(context): Extension<RequestContext>,
    client: RegisteredClient,
) -> Result<StatusCode, Error> {
    let request = DeleteClientRequest {
        client_id: client.id,
        registration_access_token: client.token,
    };
    core.oauth().delete_client(context.request(request)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The client that the path names, and the registration access token that came
/// with it; not verified.
pub(crate) struct RegisteredClient {
    id: String,
    token: String,
}

impl<S: Send + Sync> FromRequestParts<S> for RegisteredClient {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let token = bearer_token(&parts.headers)?.ok_or_else(Error::missing_token)?;
        let Path(id) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| Error::invalid_request("the client id in the path is not UTF-8"))?;
        form::refuse_nul(&id)
            .map_err(|why| Error::invalid_request(why.text("the client id in the path")))?;
        Ok(Self { id, token })
    }
}

fn require_json(headers: &HeaderMap) -> Result<(), Error> {
    if body::is(headers, body::JSON) {
        return Ok(());
    }
    Err(Error::invalid_request(format!(
        "the request body must be {}",
        body::JSON
    )))
}

fn information(answer: Answer<ClientInformation>) -> Response {
    json_text(answer.into_inner().json)
}
