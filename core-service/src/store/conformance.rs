//! Table `conformance`.
