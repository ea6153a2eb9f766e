//! Who asks, as the edge found out.

use authgate_proto::v1::RequestContext;
use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::error::Error;

/// The request's context, taken out of it: a handler hands it on to the core.
pub(crate) struct Context(pub(crate) RequestContext);

impl<S: Send + Sync> FromRequestParts<S> for Context {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Error> {
        let context = parts.extensions.remove();
        context
            .map(Self)
            .ok_or_else(|| Error::broken_answer("there is no request context"))
    }
}

#[cfg(test)]
mod tests {
    use crate::test_support::{Gateway, post_form};

    #[tokio::test]
    async fn without_a_context_nothing_reaches_the_core() {
        let gateway = Gateway::new();
        let request = post_form("/oauth/token", "grant_type=client_credentials");
        let answer = gateway.send_without_context(request).await;
        answer.assert_error(500, "server_error");
        assert_eq!(gateway.calls(), 0);
    }
}
