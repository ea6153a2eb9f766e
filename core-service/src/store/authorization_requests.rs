//! Table `authorization_requests`.
