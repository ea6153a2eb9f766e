//! The client registration endpoint (RFC 7591) and the management of a
//! registered client (RFC 7592).

use authgate_proto::v1::{
    ClientInformation, DeleteClientRequest, ReadClientRequest, RegisterClientRequest,
    UpdateClientRequest,
};
use axum::{
    extract::{FromRequestParts, Path, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, request::Parts};
use tonic::Response as Answer;

use super::json_text;
use crate::{
    authorization::bearer_token,
    body::{self, RawBody},
    context::Context,
    core::Core,
    error::Error,
    form,
};

/// `POST /oauth/register`; an initial access token may come along (RFC 7591 section 3).
pub(crate) async fn post(
    State(core): State<Core>,
    Context(context): Context,
    headers: HeaderMap,
    RawBody(metadata): RawBody,
) -> Result<Response, Error> {
    require_json(&headers)?;
    let request = RegisterClientRequest {
        metadata_json: metadata.into(),
        initial_access_token: bearer_token(&headers)?.unwrap_or_default(),
    };
    let answer = core
        .oauth
        .register_client(context.into_request(request))
        .await?;
    Ok((StatusCode::CREATED, information(answer)).into_response())
}

/// `GET /oauth/register/{client_id}` (RFC 7592 section 2.1).
pub(crate) async fn get(
    State(core): State<Core>,
    Context(context): Context,
    client: RegisteredClient,
) -> Result<Response, Error> {
    let request = ReadClientRequest {
        client_id: client.id,
        registration_access_token: client.token,
    };
    let answer = core
        .oauth
        .read_client(context.into_request(request))
        .await?;
    Ok(information(answer))
}

/// `PUT /oauth/register/{client_id}` (RFC 7592 section 2.2).
pub(crate) async fn put(
    State(core): State<Core>,
    Context(context): Context,
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
    let answer = core
        .oauth
        .update_client(context.into_request(request))
        .await?;
    Ok(information(answer))
}

/// `DELETE /oauth/register/{client_id}` (RFC 7592 section 2.3).
pub(crate) async fn delete(
    State(core): State<Core>,
    Context(context): Context,
    client: RegisteredClient,
) -> Result<StatusCode, Error> {
    let request = DeleteClientRequest {
        client_id: client.id,
        registration_access_token: client.token,
    };
    core.oauth
        .delete_client(context.into_request(request))
        .await?;
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

#[cfg(test)]
mod tests {
    use authgate_proto::{error::ErrorCode, v1::DeleteClientResponse};
    use axum::{body::Body, extract::Request};
    use http::{Method, header::WWW_AUTHENTICATE};

    use super::*;
    use crate::test_support::{Gateway, authorized, bare, get, send_body};

    const PATH: &str = "/oauth/register";
    const CLIENT: &str = "/oauth/register/a%2Fb";
    const JSON: &str = r#"{"client_id":"a/b","client_name":"x"}"#;

    fn gateway() -> Gateway {
        Gateway::answering(ClientInformation { json: JSON.into() })
    }

    fn json(method: Method, path: &str, body: impl Into<Body>) -> Request {
        send_body(method, path, "application/json", body)
    }

    #[tokio::test]
    async fn a_registration_is_passed_on_as_it_came() {
        let gateway = gateway();
        let body = b"{ \"client_name\" : \"\xFF\" }";
        let answer = gateway.send(json(Method::POST, PATH, &body[..])).await;
        assert_eq!(answer.status, StatusCode::CREATED);
        assert_eq!(answer.text(), JSON);
        assert_eq!(answer.json()["client_id"], "a/b");
        answer.assert_not_stored();
        let request: RegisterClientRequest = gateway.seen();
        assert_eq!(request.metadata_json, body);
        assert_eq!(request.initial_access_token, "");
    }

    #[tokio::test]
    async fn an_initial_access_token_goes_along() {
        let gateway = gateway();
        let request = authorized(json(Method::POST, PATH, "{}"), "Bearer initial");
        gateway.send(request).await;
        let request: RegisterClientRequest = gateway.seen();
        assert_eq!(request.initial_access_token, "initial");
    }

    #[tokio::test]
    async fn registration_takes_json_only() {
        for (method, path) in [(Method::POST, PATH), (Method::PUT, CLIENT)] {
            let gateway = gateway();
            let request = send_body(method, path, body::FORM, "client_name=x");
            let answer = gateway.send(authorized(request, "Bearer t")).await;
            answer.assert_error(400, "invalid_request");
            assert_eq!(gateway.calls(), 0);
        }
    }

    #[tokio::test]
    async fn a_switched_off_registration_is_forbidden() {
        let gateway = Gateway::failing(ErrorCode::RegistrationNotSupported, "off");
        let answer = gateway.send(json(Method::POST, PATH, "{}")).await;
        answer.assert_error(403, "registration_not_supported");
    }

    #[tokio::test]
    async fn a_client_is_read_updated_and_deleted() {
        let reading = gateway();
        let answer = reading.send(authorized(get(CLIENT), "Bearer t")).await;
        assert_eq!((answer.status, answer.text()), (StatusCode::OK, JSON));
        let read: ReadClientRequest = reading.seen();
        assert_eq!(read.client_id, "a/b");
        assert_eq!(read.registration_access_token, "t");

        let updating = gateway();
        let request = authorized(json(Method::PUT, CLIENT, "{}"), "Bearer t");
        let answer = updating.send(request).await;
        assert_eq!((answer.status, answer.text()), (StatusCode::OK, JSON));
        let update: UpdateClientRequest = updating.seen();
        assert_eq!(update.client_id, "a/b");
        assert_eq!(update.registration_access_token, "t");
        assert_eq!(update.metadata_json, b"{}");

        let deleting = Gateway::answering(DeleteClientResponse {});
        let request = authorized(bare(Method::DELETE, CLIENT), "Bearer t");
        let answer = deleting.send(request).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT);
        assert!(answer.body.is_empty());
        answer.assert_not_stored();
        assert_eq!(deleting.seen::<DeleteClientRequest>().client_id, "a/b");
    }

    #[tokio::test]
    async fn management_needs_the_registration_access_token() {
        for request in [
            get(CLIENT),
            json(Method::PUT, CLIENT, "{}"),
            bare(Method::DELETE, CLIENT),
            get("/oauth/register/c?access_token=t"),
        ] {
            let gateway = gateway();
            let answer = gateway.send(request).await;
            answer.assert_error(401, "invalid_token");
            assert_eq!(
                answer.header(WWW_AUTHENTICATE),
                Some(r#"Bearer realm="authgate""#)
            );
            assert_eq!(gateway.calls(), 0);
        }
    }

    #[tokio::test]
    async fn a_broken_client_id_is_an_invalid_request() {
        for path in ["/oauth/register/%FF", "/oauth/register/a%00"] {
            let gateway = gateway();
            let answer = gateway.send(authorized(get(path), "Bearer t")).await;
            answer.assert_error(400, "invalid_request");
            assert_eq!(gateway.calls(), 0);
        }
    }
}
