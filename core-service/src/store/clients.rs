//! Table `clients`.
