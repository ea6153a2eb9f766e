//! Table `authorization_codes`.
