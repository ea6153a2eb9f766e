//! The request context on its way from the edge to the core.
//!
//! Within a process it travels as it is, in the extensions of the request. Between
//! processes [`crate::transport::remote`] writes it into binary metadata.

use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use http::{HeaderMap, HeaderValue};
use prost::Message;
use tonic::{Request, Status};

use crate::v1::RequestContext;

/// The binary metadata that carries a [`RequestContext`].
const METADATA_KEY: &str = "authgate-context-bin";

impl RequestContext {
    /// A gRPC request that carries this context beside `message`.
    pub fn request<T>(&self, message: T) -> Request<T> {
        self.clone().into_request(message)
    }

    /// The same, for the last request of a handler.
    pub fn into_request<T>(self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        request.extensions_mut().insert(self);
        request
    }

    /// The context that came with `request`; the empty one when there is none. The
    /// caller decides whether its sender may be believed.
    ///
    /// # Errors
    /// INVALID_ARGUMENT when the metadata is there but broken.
    pub fn of<T>(request: &Request<T>) -> Result<Self, Status> {
        if let Some(context) = request.extensions().get::<Self>() {
            return Ok(context.clone());
        }
        Self::of_metadata(request)
    }

    /// The same, taken out of the request.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub fn taken_from<T>(request: &mut Request<T>) -> Result<Self, Status> {
        match request.extensions_mut().remove::<Self>() {
            Some(context) => Ok(context),
            None => Self::of_metadata(request),
        }
    }

    fn of_metadata<T>(request: &Request<T>) -> Result<Self, Status> {
        let Some(value) = request.metadata().get_bin(METADATA_KEY) else {
            return Ok(Self::default());
        };
        let bytes = value
            .to_bytes()
            .map_err(|_| Status::invalid_argument("the request context is not base64"))?;
        Self::decode(bytes)
            .map_err(|_| Status::invalid_argument("the request context can't be decoded"))
    }

    /// Writes the context into the headers of a call to another process.
    pub(crate) fn write_to(&self, headers: &mut HeaderMap) {
        let text = BASE64_STANDARD_NO_PAD.encode(self.encode_to_vec());
        // Base64 is a header's value.
        if let Ok(value) = HeaderValue::try_from(text) {
            headers.insert(METADATA_KEY, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_arrives_in_either_way() {
        let context = RequestContext {
            request_id: "a".to_owned(),
            client_ip: "192.0.2.1".to_owned(),
            user_agent: "curl/8".to_owned(),
            session_cookie: "c".to_owned(),
            csrf_token: "t".to_owned(),
            method: "POST".to_owned(),
            path: "/login".to_owned(),
        };
        assert_eq!(RequestContext::of(&context.request(())).unwrap(), context);
        let mut request = context.request(());
        assert_eq!(RequestContext::taken_from(&mut request).unwrap(), context);
        assert_eq!(
            RequestContext::of(&request).unwrap(),
            RequestContext::default()
        );

        let mut headers = HeaderMap::new();
        context.write_to(&mut headers);
        let mut request = Request::new(());
        *request.metadata_mut() = tonic::metadata::MetadataMap::from_headers(headers);
        assert_eq!(RequestContext::of(&request).unwrap(), context);
        assert_eq!(RequestContext::taken_from(&mut request).unwrap(), context);
        assert_eq!(
            RequestContext::of(&Request::new(())).unwrap(),
            RequestContext::default()
        );
    }
}
