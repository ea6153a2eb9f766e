//! The contract between AuthGate's parts: the gRPC messages, the words of the
//! protocols, the request context and the one transport type.
//!
//! Everything else in the workspace depends on this package; it depends on none of it.

pub mod context;
pub mod error;
pub mod transport;
pub mod vocabulary;

/// The generated messages, clients and servers of `proto/authgate/v1`.
#[expect(
    missing_docs,
    unused_qualifications,
    clippy::allow_attributes,
    clippy::large_enum_variant,
    reason = "generated; the .proto files hold the documentation"
)]
pub mod v1 {
    tonic::include_proto!("authgate.v1");

    /// The compiled contract, for gRPC reflection.
    pub const FILE_DESCRIPTOR_SET: &[u8] =
        include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
}
