//! What goes wrong with a benchmark itself. What a server answers wrongly is a
//! [`crate::load::Failure`].

/// Any fault, with a text for the person who runs the benchmark.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// The result of everything that may be at fault.
pub type Result<T, E = Error> = std::result::Result<T, E>;
