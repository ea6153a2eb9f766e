//! The introspection endpoint (RFC 7662).

use authgate_proto::v1::{IntrospectRequest, IntrospectResponse};
use axum::{Json, extract::State};
use serde::Serialize;
use serde_json::{Map, Value};

use super::audience;
use crate::{
    authorization::{Authorization, bearer_token},
    body::Submission,
    client_auth,
    context::Context,
    core::Core,
    error::Error,
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
    Context(context): Context,
    Submission { headers, mut form }: Submission,
) -> Result<Json<Body>, Error> {
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
    let answer = core.oauth.introspect(context.into_request(request)).await?;
    Ok(Json(answer.into_inner().try_into()?))
}

/// RFC 7662 section 2.2.
#[derive(Serialize)]
pub(crate) struct ActiveBody {
    active: bool,
    scope: String,
    client_id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    username: String,
    token_type: String,
    /// Seconds since the epoch, both.
    exp: i64,
    iat: i64,
    sub: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<Value>,
    iss: String,
    jti: String,
    token_use: String,
    #[serde(flatten)]
    further: Map<String, Value>,
}

/// An inactive token's answer says nothing else.
#[derive(Serialize)]
pub(crate) struct InactiveBody {
    active: bool,
}

/// The answer's body.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Body {
    Active(Box<ActiveBody>),
    Inactive(InactiveBody),
}

impl TryFrom<IntrospectResponse> for Body {
    type Error = Error;

    fn try_from(answer: IntrospectResponse) -> Result<Self, Error> {
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
            return Ok(Self::Inactive(InactiveBody { active }));
        }
        let mut further = further_claims(&claims)?;
        further.retain(|name, _| !OWN_MEMBERS.contains(&name.as_str()));
        Ok(Self::Active(Box::new(ActiveBody {
            active,
            scope,
            client_id,
            username,
            token_type,
            exp,
            iat,
            sub,
            aud: audience(aud),
            iss,
            jti,
            token_use,
            further,
        })))
    }
}

fn further_claims(claims: &str) -> Result<Map<String, Value>, Error> {
    if matches!(claims, "" | "{}") {
        return Ok(Map::new());
    }
    serde_json::from_str(claims)
        .map_err(|_| Error::broken_answer("a token's further claims are not a JSON object"))
}

#[cfg(test)]
mod tests {
    use authgate_proto::error::ErrorCode;
    use http::header::WWW_AUTHENTICATE;
    use serde_json::json;

    use super::*;
    use crate::test_support::{Gateway, authorized, basic, post_form};

    const PATH: &str = "/oauth/introspect";

    fn active() -> IntrospectResponse {
        IntrospectResponse {
            active: true,
            scope: "read".into(),
            client_id: "c".into(),
            username: "ada".into(),
            token_type: "Bearer".into(),
            exp: 2_000,
            iat: 1_000,
            sub: "u".into(),
            aud: vec!["api".into()],
            iss: "https://as.example".into(),
            jti: "j".into(),
            token_use: "access_token".into(),
            claims: String::new(),
        }
    }

    async fn introspected(answer: IntrospectResponse) -> Value {
        let answer = Gateway::answering(answer)
            .send(post_form(PATH, "token=t"))
            .await;
        assert_eq!(answer.status.as_u16(), 200);
        answer.assert_not_stored();
        answer.json()
    }

    #[tokio::test]
    async fn an_active_token_is_described() {
        assert_eq!(
            introspected(active()).await,
            json!({
                "active": true,
                "scope": "read",
                "client_id": "c",
                "username": "ada",
                "token_type": "Bearer",
                "exp": 2000,
                "iat": 1000,
                "sub": "u",
                "aud": "api",
                "iss": "https://as.example",
                "jti": "j",
                "token_use": "access_token",
            })
        );
    }

    #[tokio::test]
    async fn an_inactive_token_is_bare_whatever_the_core_sends_along() {
        let answer = IntrospectResponse {
            active: false,
            claims: r#"{"tenant": 1}"#.into(),
            ..active()
        };
        assert_eq!(introspected(answer).await, json!({ "active": false }));
    }

    #[tokio::test]
    async fn audience_is_absent_one_or_many() {
        let with = |aud: &[&str]| IntrospectResponse {
            aud: aud.iter().map(ToString::to_string).collect(),
            ..active()
        };
        assert!(introspected(with(&[])).await.get("aud").is_none());
        assert_eq!(
            introspected(with(&["a", "b"])).await["aud"],
            json!(["a", "b"])
        );
    }

    #[tokio::test]
    async fn further_claims_never_replace_a_member() {
        let body = introspected(IntrospectResponse {
            username: String::new(),
            aud: Vec::new(),
            claims: r#"{"tenant": {"id": 7}, "sub": "root", "active": false, "username": "x", "aud": "y"}"#.into(),
            ..active()
        })
        .await;
        assert_eq!(body["tenant"]["id"], 7);
        assert_eq!((&body["sub"], &body["active"]), (&json!("u"), &json!(true)));
        assert!(body.get("username").is_none() && body.get("aud").is_none());
    }

    #[tokio::test]
    async fn broken_claims_are_a_fault_of_the_server() {
        let answer = IntrospectResponse {
            claims: "[1]".into(),
            ..active()
        };
        let gateway = Gateway::answering(answer);
        let answer = gateway.send(post_form(PATH, "token=t")).await;
        answer.assert_error(500, "server_error");
    }

    #[tokio::test]
    async fn the_caller_authenticates_in_one_of_three_ways() {
        let form = || {
            post_form(
                PATH,
                "token=t&token_type_hint=h&client_id=i&client_secret=s",
            )
        };
        let seen = async |request| {
            let gateway = Gateway::answering(active());
            gateway.send(request).await;
            gateway.seen::<IntrospectRequest>()
        };
        let by_post = seen(form()).await;
        assert_eq!((&*by_post.token, &*by_post.token_type_hint), ("t", "h"));
        let client = by_post.client.unwrap();
        assert_eq!((&*client.client_id, &*client.client_secret), ("i", "s"));

        let by_basic = seen(authorized(form(), &basic("b:s"))).await;
        assert_eq!(by_basic.client.unwrap().basic.unwrap().client_id, "b");
        assert_eq!(by_basic.bearer_token, "");

        let by_token = seen(authorized(form(), "bearer own-token")).await;
        assert!(by_token.client.unwrap().basic.is_none());
        assert_eq!(by_token.bearer_token, "own-token");
    }

    #[tokio::test]
    async fn a_refusal_names_the_way_that_was_tried() {
        let gateway = Gateway::failing(ErrorCode::InvalidClient, "no");
        let answer = gateway
            .send(authorized(post_form(PATH, "token=t"), &basic("a:b")))
            .await;
        answer.assert_error(401, "invalid_client");
        assert_eq!(
            answer.header(WWW_AUTHENTICATE),
            Some(r#"Basic realm="authgate""#)
        );
        let gateway = Gateway::failing(ErrorCode::InvalidToken, "no");
        let answer = gateway
            .send(authorized(post_form(PATH, "token=t"), "Bearer x"))
            .await;
        answer.assert_error(401, "invalid_token");
        assert_eq!(
            answer.header(WWW_AUTHENTICATE),
            Some(r#"Bearer realm="authgate", error="invalid_token", error_description="no""#)
        );
    }
}
