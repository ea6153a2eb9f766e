//! Table `refresh_tokens`.
