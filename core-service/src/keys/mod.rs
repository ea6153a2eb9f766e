//! Keys: signing keys that rotate, and keys derived from the root secret.
use std::marker::PhantomData;
/// Signing keys.
#[derive(Clone)] pub struct KeyRing(PhantomData<()>);
/// Derived keys.
pub struct DerivedKeys;
