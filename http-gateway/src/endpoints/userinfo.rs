//! The UserInfo endpoint (OpenID Connect Core section 5.3).

use authgate_proto::v1::{RequestContext, UserInfoRequest, UserInfoResponse};
use axum::{
    extract::{FromRequest, Request, State},
    response::{IntoResponse, Response},
};
use http::header::CONTENT_TYPE;

use super::json_text;
use crate::{
    authorization::bearer_token,
    body::{self, Submission},
    context::Context,
    core::Core,
    error::Error,
};

/// `GET /oauth/userinfo`, with the token in the header. A token in the query
/// is none: URLs end up in logs (RFC 9700 section 4.3.2).
pub(crate) async fn get(
    State(core): State<Core>,
    Context(context): Context,
    request: Request,
) -> Result<Response, Error> {
    answer(&core, context, bearer_token(request.headers())?).await
}

/// `POST /oauth/userinfo`, with the token in the header or in a form (RFC 6750
/// sections 2.1 and 2.2). A body of another media type is not looked at.
pub(crate) async fn post(
    State(core): State<Core>,
    Context(context): Context,
    request: Request,
) -> Result<Response, Error> {
    let in_header = bearer_token(request.headers())?;
    let in_body = if body::is(request.headers(), body::FORM) {
        let Submission { mut form, .. } = Submission::from_request(request, &()).await?;
        Some(form.take("access_token")).filter(|token| !token.is_empty())
    } else {
        None
    };
    if in_header.is_some() && in_body.is_some() {
        return Err(Error::invalid_bearer_request(
            "the access token came in the header and in the body",
        ));
    }
    answer(&core, context, in_header.or(in_body)).await
}

async fn answer(
    core: &Core,
    context: RequestContext,
    token: Option<String>,
) -> Result<Response, Error> {
    let access_token = token.ok_or_else(Error::missing_token)?;
    let request = UserInfoRequest { access_token };
    let answer = core.oauth.user_info(context.into_request(request)).await?;
    let UserInfoResponse { body, is_jwt } = answer.into_inner();
    Ok(if is_jwt {
        ([(CONTENT_TYPE, "application/jwt")], body).into_response()
    } else {
        json_text(body)
    })
}

#[cfg(test)]
mod tests {
    use authgate_proto::error::{ErrorCode, OAuthError};
    use http::{Method, header::WWW_AUTHENTICATE};

    use super::*;
    use crate::test_support::{Gateway, authorized, bare, get, post_form, send_body};

    const PATH: &str = "/oauth/userinfo";

    fn gateway() -> Gateway {
        Gateway::answering(UserInfoResponse {
            body: r#"{"sub":"u"}"#.into(),
            is_jwt: false,
        })
    }

    #[tokio::test]
    async fn the_token_comes_by_get_by_header_or_by_form() {
        let requests = [
            authorized(get(PATH), "Bearer t"),
            authorized(get(PATH), "bEARER t"),
            authorized(bare(Method::POST, PATH), "Bearer t"),
            authorized(post_form(PATH, "other=1"), "Bearer t"),
            authorized(post_form(PATH, "access_token="), "Bearer t"),
            post_form(PATH, "access_token=t"),
        ];
        for request in requests {
            let gateway = gateway();
            let answer = gateway.send(request).await;
            assert_eq!(answer.text(), r#"{"sub":"u"}"#, "byte by byte");
            assert_eq!(answer.header(CONTENT_TYPE), Some("application/json"));
            answer.assert_not_stored();
            assert_eq!(gateway.seen::<UserInfoRequest>().access_token, "t");
        }
    }

    #[tokio::test]
    async fn a_signed_answer_is_a_jwt() {
        let gateway = Gateway::answering(UserInfoResponse {
            body: "e30.e30.c2ln".into(),
            is_jwt: true,
        });
        let answer = gateway.send(authorized(get(PATH), "Bearer t")).await;
        assert_eq!(answer.header(CONTENT_TYPE), Some("application/jwt"));
        assert_eq!(answer.text(), "e30.e30.c2ln");
    }

    #[tokio::test]
    async fn two_tokens_are_an_invalid_request() {
        let gateway = gateway();
        let request = authorized(post_form(PATH, "access_token=t"), "Bearer t");
        let answer = gateway.send(request).await;
        answer.assert_error(400, "invalid_request");
        let challenge = answer.header(WWW_AUTHENTICATE).unwrap();
        assert!(challenge.starts_with(r#"Bearer realm="authgate", error="invalid_request""#));
        let answer = gateway
            .send(post_form(PATH, "access_token=t&access_token=t"))
            .await;
        answer.assert_error(400, "invalid_request");
        assert_eq!(gateway.calls(), 0);
    }

    #[tokio::test]
    async fn a_token_elsewhere_is_no_token() {
        let requests = [
            get(PATH),
            get("/oauth/userinfo?access_token=t"),
            post_form("/oauth/userinfo?access_token=t", ""),
            bare(Method::POST, PATH),
            send_body(
                Method::POST,
                PATH,
                "application/json",
                r#"{"access_token":"t"}"#,
            ),
            send_body(Method::POST, PATH, "text/plain", "access_token=t"),
            authorized(get(PATH), "Basic YTpi"),
            authorized(get(PATH), "t"),
        ];
        for request in requests {
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
    async fn too_little_scope_says_how_much_is_needed() {
        let error = OAuthError::new(ErrorCode::InsufficientScope, "more").with_scope("openid");
        let gateway = Gateway::failing_with(error.into());
        let answer = gateway.send(authorized(get(PATH), "Bearer t")).await;
        answer.assert_error(403, "insufficient_scope");
        let challenge = answer.header(WWW_AUTHENTICATE).unwrap();
        assert!(challenge.ends_with(r#", scope="openid""#), "{challenge}");
    }
}
