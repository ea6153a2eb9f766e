//! The data directory, the seed and the secrets that may be kept there.

use std::path::PathBuf;

use secrecy::SecretString;

use super::{reader::Reader, secrets};

/// What is kept where, and what the first start needs.
#[derive(Clone)]
pub struct Data {
    /// Holds what the first start creates.
    pub directory: PathBuf,
    /// A JSON document of users and clients that is applied at every start.
    pub seed_file: Option<PathBuf>,
    /// Protects keys at rest; none: the one in the data directory.
    pub root_secret: Option<SecretString>,
    /// Password of the first administrator; none: one is made up.
    pub admin_password: Option<SecretString>,
}

/// Reads where data is kept.
pub fn read(reader: &mut Reader<'_>) -> Data {
    let encryption_secret = secrets::strong(reader, "ENCRYPTION_SECRET");
    // The predecessor's only long-lived secret takes its place.
    let session_secret = secrets::strong(reader, "SESSION_SECRET");
    Data {
        directory: reader
            .text("DATA_DIR")
            .unwrap_or_else(|| "data".to_owned())
            .into(),
        seed_file: reader.file("SEED_FILE"),
        root_secret: encryption_secret.or(session_secret),
        admin_password: secrets::first_password(reader, "DEFAULT_ADMIN_PASSWORD"),
    }
}
