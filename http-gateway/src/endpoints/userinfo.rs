//! The UserInfo endpoint (OpenID Connect Core section 5.3).

use authgate_proto::v1::{RequestContext, UserInfoRequest, UserInfoResponse};
use axum::{
    Extension,
    extract::{FromRequest, Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, header::CONTENT_TYPE};

use super::json_text;
use crate::{authorization::bearer_token, body, core::Core, error::Error, form::Form};

/// `GET /oauth/userinfo`, with the token in the header. A token in the query
/// is none: URLs end up in logs (RFC 9700 section 4.3.2).
pub(crate) async fn get(
    State(core): State<Core>,
    Extension(context): Extension<RequestContext>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    answer(&core, &context, bearer_token(&headers)?).await
}

/// `POST /oauth/userinfo`, with the token in the header or in a form (RFC 6750
/// sections 2.1 and 2.2). A body of another media type is not looked at.
pub(crate) async fn post(
    State(core): State<Core>,
    Extension(context): Extension<RequestContext>,
    request: Request,
) -> Result<Response, Error> {
    let in_header = bearer_token(request.headers())?;
    let in_body = if body::is(request.headers(), body::FORM) {
        Some(Form::from_request(request, &()).await?.take("access_token"))
            .filter(|token| !token.is_empty())
    } else {
        None
    };
    if in_header.is_some() && in_body.is_some() {
        return Err(Error::invalid_bearer_request(
            "the access token came in the header and in the body",
        ));
    }
    answer(&core, &context, in_header.or(in_body)).await
}

async fn answer(
    core: &Core,
    context: &RequestContext,
    token: Option<String>,
) -> Result<Response, Error> {
    let access_token = token.ok_or_else(Error::missing_token)?;
    let request = UserInfoRequest { access_token };
    let answer = core.oauth().user_info(context.request(request)).await?;
    let UserInfoResponse { body, is_jwt } = answer.into_inner();
    Ok(if is_jwt {
        ([(CONTENT_TYPE, "application/jwt")], body).into_response()
    } else {
        json_text(body)
    })
}
