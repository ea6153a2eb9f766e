//! Table `sessions`.
