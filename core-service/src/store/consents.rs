//! Table `consents`.
