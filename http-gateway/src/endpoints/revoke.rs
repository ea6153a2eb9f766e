//! The revocation endpoint (RFC 7009).

use authgate_proto::v1::RevokeRequest;
use axum::extract::State;
use http::StatusCode;

use crate::{body::Submission, client_auth, context::Context, core::Core, error::Error};

/// `POST /oauth/revoke`. 200 without a body, for unknown tokens as well
/// (RFC 7009 section 2.2).
pub(crate) async fn post(
    State(core): State<Core>,
    Context(context): Context,
    Submission { headers, mut form }: Submission,
) -> Result<StatusCode, Error> {
    let request = RevokeRequest {
        client: Some(client_auth::from_request(&headers, &mut form)?),
        token: form.take("token"),
        token_type_hint: form.take("token_type_hint"),
    };
    core.oauth.revoke(context.into_request(request)).await?;
    Ok(StatusCode::OK)
}

#[cfg(test)]
mod tests {
    use authgate_proto::v1::RevokeResponse;

    use super::*;
    use crate::test_support::{Gateway, authorized, basic, post_form};

    #[tokio::test]
    async fn success_has_no_body() {
        let gateway = Gateway::answering(RevokeResponse {});
        let request = post_form(
            "/oauth/revoke?token=q",
            "token=t&token_type_hint=refresh_token",
        );
        let answer = gateway.send(authorized(request, &basic("c:s"))).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.body.is_empty());
        answer.assert_not_stored();
        let request: RevokeRequest = gateway.seen();
        assert_eq!(request.token, "t");
        assert_eq!(request.token_type_hint, "refresh_token");
        assert_eq!(request.client.unwrap().basic.unwrap().client_secret, "s");
    }
}
