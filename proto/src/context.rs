//! The request context on its way from the edge to the core.

use prost::Message;
use tonic::{
    Request, Status,
    metadata::{MetadataMap, MetadataValue},
};

use crate::v1::RequestContext;

/// The binary metadata that carries a [`RequestContext`].
const METADATA_KEY: &str = "authgate-context-bin";

impl RequestContext {
    /// A gRPC request that carries this context beside `message`.
    pub fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        request.metadata_mut().insert_bin(
            METADATA_KEY,
            MetadataValue::from_bytes(&self.encode_to_vec()),
        );
        request
    }

    /// The context in `metadata`; the empty one when there is none. The caller
    /// decides whether its sender may be believed.
    ///
    /// # Errors
    /// INVALID_ARGUMENT when the metadata is there but broken.
    pub fn from_metadata(metadata: &MetadataMap) -> Result<Self, Status> {
        let Some(value) = metadata.get_bin(METADATA_KEY) else {
            return Ok(Self::default());
        };
        let bytes = value
            .to_bytes()
            .map_err(|_| Status::invalid_argument("the request context is not base64"))?;
        Self::decode(bytes)
            .map_err(|_| Status::invalid_argument("the request context can't be decoded"))
    }
}
