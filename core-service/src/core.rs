//! What the use cases share, put together once.

use std::sync::Arc;

use crate::{
    Clock,
    account::throttle::Throttle,
    config::Settings,
    device::polls::PollTracker,
    identity::password::PasswordHasher,
    keys::{DerivedKeys, KeyRing},
    store::Store,
};

/// The running core. Cheap to clone; every use case takes `&Core` and `&Ctx`.
#[derive(Clone)]
pub struct Core(Arc<Parts>);

/// The parts of a running core.
pub struct Parts {
    /// What it was told at start.
    pub(crate) settings: Settings,
    /// The time, for adapters and background work.
    pub(crate) clock: Clock,
    /// All state.
    pub(crate) store: Store,
    /// Signing keys.
    pub(crate) keys: KeyRing,
    /// Keys derived from the root secret.
    pub(crate) derived: DerivedKeys,
    /// Hashes passwords, a few at a time.
    pub(crate) passwords: PasswordHasher,
    /// Slows down guessing.
    pub(crate) throttle: Throttle,
    /// When each device polled last.
    pub(crate) polls: PollTracker,
}

impl std::ops::Deref for Core {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}
