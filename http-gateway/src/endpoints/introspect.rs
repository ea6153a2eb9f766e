//! The introspection endpoint (RFC 7662).

use authgate_proto::v1::{IntrospectRequest, IntrospectResponse, RequestContext};
use axum::{Extension, Json, extract::State};
use http::HeaderMap;
use serde_json::{Map, Value, json};

use super::audience;
use crate::{
    authorization::{Authorization, bearer_token},
    client_auth,
    core::Core,
    error::Error,
    form::Form,
};

/// The members that the endpoint itself writes. A token's further claims never
/// take such a name, not even that of a member which this token lacks.
const OWN_MEMBERS: [&str; 12] = [
    "active",
    "scope",
    "client_id",
    "username",
    "token_type",
    "exp",
    "iat",
    "sub",
    "aud",
    "iss",
    "jti",
    "token_use",
];

/// `POST /oauth/introspect`. The caller authenticates as a client or with an
/// access token of its own (RFC 7662 section 2.1).
pub(crate) async fn post(
    State(core): State<Core>,
    Extension(context): Extension<RequestContext>,
    headers: HeaderMap,
    mut form: Form,
) -> Result<Json<Value>, Error> {
    let by_token = Authorization::of(&headers)?
        .is_some_and(|authorization| authorization.credentials("Bearer").is_some());
    let (client, bearer_token) = if by_token {
        let token = bearer_token(&headers)?.ok_or_else(Error::missing_token)?;
        (client_auth::from_form(&mut form), token)
    } else {
        (
            client_auth::from_request(&headers, &mut form)?,
            String::new(),
        )
    };
    let request = IntrospectRequest {
        client: Some(client),
        bearer_token,
        token: form.take("token"),
        token_type_hint: form.take("token_type_hint"),
    };
    let answer = core.oauth().introspect(context.request(request)).await?;
    Ok(Json(body(answer.into_inner())?))
}

/// RFC 7662 section 2.2. An inactive token's answer says nothing else.
fn body(answer: IntrospectResponse) -> Result<Value, Error> {
    let IntrospectResponse {
        active,
        scope,
        client_id,
        username,
        token_type,
        exp,
        iat,
        sub,
        aud,
        iss,
        jti,
        token_use,
        claims,
    } = answer;
    if !active {
        return Ok(json!({ "active": false }));
    }
    let mut body = further_claims(&claims)?;
    body.retain(|name, _| !OWN_MEMBERS.contains(&name.as_str()));
    body.insert("active".into(), active.into());
    body.insert("scope".into(), scope.into());
    body.insert("client_id".into(), client_id.into());
    body.insert("token_type".into(), token_type.into());
    body.insert("exp".into(), exp.into());
    body.insert("iat".into(), iat.into());
    body.insert("sub".into(), sub.into());
    body.insert("iss".into(), iss.into());
    body.insert("jti".into(), jti.into());
    body.insert("token_use".into(), token_use.into());
    if !username.is_empty() {
        body.insert("username".into(), username.into());
    }
    if let Some(aud) = audience(aud) {
        body.insert("aud".into(), aud);
    }
    Ok(Value::Object(body))
}

fn further_claims(claims: &str) -> Result<Map<String, Value>, Error> {
    if claims.is_empty() {
        return Ok(Map::new());
    }
    serde_json::from_str(claims)
        .map_err(|_| Error::broken_answer("a token's further claims are not a JSON object"))
}
