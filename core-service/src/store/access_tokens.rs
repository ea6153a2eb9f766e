//! Table `access_tokens`.
