//! Table `signing_keys`.
