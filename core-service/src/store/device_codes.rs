//! Table `device_codes`.
