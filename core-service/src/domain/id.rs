//! Names of records. Each kind has its own type, so that none is taken for another.

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sqlx::{Database, Decode, Encode, Type, encode::IsNull, error::BoxDynError};
use uuid::{Builder, Uuid};

use super::time::Timestamp;

/// Text that is cheap to clone: what is made for a request names its client everywhere.
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self(id.into())
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(id.into())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer).map(Self::from)
            }
        }

        // In a database it is text.
        impl<DB: Database> Type<DB> for $name
        where
            String: Type<DB>,
        {
            fn type_info() -> DB::TypeInfo {
                String::type_info()
            }

            fn compatible(of: &DB::TypeInfo) -> bool {
                String::compatible(of)
            }
        }

        impl<'q, DB: Database> Encode<'q, DB> for $name
        where
            String: Encode<'q, DB>,
        {
            fn encode_by_ref(&self, to: &mut DB::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
                self.0.to_string().encode(to)
            }
        }

        impl<'r, DB: Database> Decode<'r, DB> for $name
        where
            String: Decode<'r, DB>,
        {
            fn decode(value: DB::ValueRef<'r>) -> Result<Self, BoxDynError> {
                String::decode(value).map(Self::from)
            }
        }
    )+};
}

ids! {
    /// A user; the `sub` of the user's tokens.
    UserId,
    /// A client's `client_id` (RFC 6749 section 2.2).
    ClientId,
    /// A browser session; the `sid` of its ID tokens.
    SessionId,
    /// A user's consent to a client.
    ConsentId,
    /// A signing key's `kid`.
    KeyId,
}

/// Of records that there are most of: a UUID in 16 bytes, not in 36 characters.
macro_rules! uuids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type, serde::Serialize)]
        #[sqlx(transparent)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Reads the text form; none when it can't be an id of ours.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Uuid::parse_str(text).ok().map(Self)
            }

            /// The bytes.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

uuids! {
    /// What one approval gave: a family of tokens.
    GrantId,
    /// An access token's `jti`.
    TokenId,
}

/// When a UUIDv7 was made; the epoch for any other UUID.
#[must_use]
pub fn made_at(id: Uuid) -> Timestamp {
    let since_epoch = id.get_timestamp().map(|timestamp| {
        let (seconds, nanos) = timestamp.to_unix();
        Duration::new(seconds, nanos)
    });
    Timestamp(0) + since_epoch.unwrap_or_default()
}

/// A UUIDv7 of `now`: ids made later sort later, so that inserts append.
#[must_use]
pub fn time_ordered(now: Timestamp) -> Uuid {
    let mut random = [0; 10];
    super::random::fill_random(&mut random);
    let millis = u64::try_from(now.0).unwrap_or(0);
    Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

/// The smallest UUIDv7 of `now`: those made before are smaller.
#[must_use]
pub fn first_id_of(now: Timestamp) -> Uuid {
    let millis = u64::try_from(now.0).unwrap_or(0).min((1 << 48) - 1);
    Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid()
}
