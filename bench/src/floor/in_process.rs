//! axum over the in-process transport: translation there and back, and nothing
//! behind it.

use authgate_proto::{
    transport::{self, Transport},
    v1::{
        BasicCredentials, ClientAuthentication, IntrospectRequest, IntrospectResponse,
        TokenInfoRequest, TokenInfoResponse, TokenRequest, TokenResponse,
        introspection_server::IntrospectionServer, o_auth_client::OAuthClient,
        o_auth_server::OAuthServer,
    },
};
use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header::AUTHORIZATION},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Serialize;
use tonic::{Status, service::Routes};

use super::canned::Canned;

type Core = OAuthClient<Transport>;

/// A client of the canned services in this process.
pub fn core(canned: Canned) -> Core {
    let mut routes = Routes::builder();
    routes
        .add_service(OAuthServer::new(canned.clone()))
        .add_service(IntrospectionServer::new(canned));
    OAuthClient::new(transport::in_process(routes.routes()))
}

#[derive(Serialize)]
pub struct IntrospectBody {
    active: bool,
    scope: String,
    client_id: String,
    token_type: String,
    exp: i64,
    iat: i64,
    sub: String,
    aud: Vec<String>,
    iss: String,
    jti: String,
    token_use: String,
}

/// `POST /introspect`, as the introspection endpoint is asked.
pub async fn introspect(
    State(mut core): State<Core>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<IntrospectBody>, StatusCode> {
    let mut form = Form::parse(&body);
    let request = IntrospectRequest {
        client: Some(form.client(&headers)),
        bearer_token: String::new(),
        token: form.take("token"),
        token_type_hint: form.take("token_type_hint"),
    };
    let answer = core.introspect(request).await.map_err(failed)?.into_inner();
    let IntrospectResponse {
        active,
        scope,
        client_id,
        token_type,
        exp,
        iat,
        sub,
        aud,
        iss,
        jti,
        token_use,
        ..
    } = answer;
    Ok(Json(IntrospectBody {
        active,
        scope,
        client_id,
        token_type,
        exp,
        iat,
        sub,
        aud,
        iss,
        jti,
        token_use,
    }))
}

#[derive(Serialize)]
pub struct TokenInfoBody {
    active: bool,
    user_id: String,
    client_id: String,
    scope: String,
    exp: i64,
    iss: String,
    subject_type: String,
    aud: Vec<String>,
}

/// `GET /tokeninfo` with a bearer token.
pub async fn tokeninfo(
    State(mut core): State<Core>,
    headers: HeaderMap,
) -> Result<Json<TokenInfoBody>, StatusCode> {
    let access_token = credentials(&headers, "Bearer ").unwrap_or_default();
    let request = TokenInfoRequest {
        access_token: access_token.to_owned(),
    };
    let answer = core.token_info(request).await.map_err(failed)?.into_inner();
    let TokenInfoResponse {
        user_id,
        client_id,
        scope,
        exp,
        iss,
        subject_type,
        aud,
    } = answer;
    Ok(Json(TokenInfoBody {
        active: true,
        user_id,
        client_id,
        scope,
        exp,
        iss,
        subject_type,
        aud,
    }))
}

#[derive(Serialize)]
pub struct TokenBody {
    access_token: String,
    token_type: String,
    expires_in: u64,
}

/// `POST /token`, as the token endpoint is asked; nothing is signed.
pub async fn token(
    State(mut core): State<Core>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<TokenBody>, StatusCode> {
    let mut form = Form::parse(&body);
    let request = TokenRequest {
        client: Some(form.client(&headers)),
        grant_type: form.take("grant_type"),
        scope: form.take("scope"),
        code: form.take("code"),
        redirect_uri: form.take("redirect_uri"),
        code_verifier: form.take("code_verifier"),
        device_code: form.take("device_code"),
        refresh_token: form.take("refresh_token"),
        extra_claims: form.take("extra_claims"),
        resource: Vec::new(),
    };
    let answer = core.token(request).await.map_err(failed)?.into_inner();
    let TokenResponse {
        access_token,
        token_type,
        expires_in,
        ..
    } = answer;
    Ok(Json(TokenBody {
        access_token,
        token_type,
        expires_in,
    }))
}

/// The parameters of a body.
struct Form(Vec<(String, String)>);

impl Form {
    fn parse(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    fn take(&mut self, name: &str) -> String {
        let found = self.0.iter_mut().find(|(other, _)| other == name);
        found
            .map(|(_, value)| std::mem::take(value))
            .unwrap_or_default()
    }

    fn client(&mut self, headers: &HeaderMap) -> ClientAuthentication {
        ClientAuthentication {
            basic: basic(headers),
            client_id: self.take("client_id"),
            client_secret: self.take("client_secret"),
        }
    }
}

fn basic(headers: &HeaderMap) -> Option<BasicCredentials> {
    let encoded = credentials(headers, "Basic ")?;
    let decoded = String::from_utf8(BASE64_STANDARD.decode(encoded).ok()?).ok()?;
    let (client_id, client_secret) = decoded.split_once(':')?;
    Some(BasicCredentials {
        client_id: client_id.to_owned(),
        client_secret: client_secret.to_owned(),
    })
}

fn credentials<'a>(headers: &'a HeaderMap, scheme: &str) -> Option<&'a str> {
    headers
        .get(AUTHORIZATION)?
        .to_str()
        .ok()?
        .strip_prefix(scheme)
}

fn failed(_: Status) -> StatusCode {
    StatusCode::INTERNAL_SERVER_ERROR
}
