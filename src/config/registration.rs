//! Dynamic client registration.

use core_service::config::Registration;

use super::{reader::Reader, secrets};

/// Reads the rules of dynamic client registration (RFC 7591).
pub fn read(reader: &mut Reader<'_>) -> Registration {
    Registration {
        enabled: reader.flag("ENABLE_DYNAMIC_CLIENT_REGISTRATION", false),
        initial_access_token: secrets::token(reader, "DYNAMIC_CLIENT_REGISTRATION_TOKEN"),
    }
}
