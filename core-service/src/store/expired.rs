//! Table `expired`.
