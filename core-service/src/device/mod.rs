//! The device flow (RFC 8628): a device asks ([`authorization`]), a person decides
//! on another screen ([`verification`]), the device polls the token endpoint
//! (`token/device_code.rs`), at the pace that [`polls`] allows.

pub(crate) mod authorization;
pub(crate) mod polls;
pub(crate) mod verification;
