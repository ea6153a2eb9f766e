//! The hashes that hold a chain together.
//!
//! The hash of an entry is an HMAC-SHA256 over the hash before it, its place and all it
//! says; each value is preceded by its length, so that no two entries read the same. The
//! key is derived from the root secret: who can write to the database alone can't make a
//! hash that fits. The row of a chain, which says where it begins (retention moves that)
//! and ends, carries a seal of the same kind.

use crate::{
    domain::audit::{Chain, Entry, Hash, Link, Register},
    keys::DerivedKeys,
};

/// What is hashed, put together.
struct Message(Vec<u8>);

impl Message {
    /// A message of one kind: none is ever taken for one of another.
    fn new(kind: u8) -> Self {
        let mut bytes = Vec::with_capacity(512);
        bytes.push(kind);
        Self(bytes)
    }

    fn number(&mut self, number: i64) -> &mut Self {
        self.0.extend(number.to_be_bytes());
        self
    }

    fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend((bytes.len() as u64).to_be_bytes());
        self.0.extend(bytes);
        self
    }

    fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }
}

/// The hash of `entry` at the place `link` says, behind the entry with the hash `previous`.
pub(super) fn entry_hash(keys: &DerivedKeys, previous: &Hash, link: &Link, entry: &Entry) -> Hash {
    let Link {
        id,
        chain,
        sequence,
        hash: _,
    } = link;
    let Entry {
        event_time,
        event_type,
        severity,
        actor_user_id,
        actor_username,
        actor_ip,
        resource_type,
        resource_id,
        resource_name,
        action,
        details,
        success,
        error_message,
        user_agent,
        request_path,
        request_method,
        request_id,
        count,
    } = entry;
    let mut message = Message::new(b'E');
    message
        .bytes(previous)
        .bytes(id.as_bytes())
        .bytes(chain.as_bytes())
        .number(*sequence)
        .number(event_time.0)
        .text(event_type)
        .text(severity)
        .text(actor_user_id)
        .text(actor_username)
        .text(actor_ip)
        .text(resource_type)
        .text(resource_id)
        .text(resource_name)
        .text(action)
        .text(details)
        .number(i64::from(*success))
        .text(error_message)
        .text(user_agent)
        .text(request_path)
        .text(request_method)
        .text(request_id)
        .number(*count);
    keys.audit_hash(&message.0)
}

/// The seal of `chain` as it stands. Before it has a number it says nothing of one.
pub(crate) fn seal(keys: &DerivedKeys, chain: &Chain) -> Hash {
    let Chain {
        id,
        number,
        witness,
        started_at,
        first_sequence,
        first_hash,
        last_sequence,
        last_hash,
        last_id,
        seal: _,
    } = chain;
    let mut message = Message::new(if number.is_some() { b'N' } else { b'C' });
    if let Some(number) = number {
        message.number(*number).text(witness);
    }
    message
        .bytes(id.as_bytes())
        .number(started_at.0)
        .number(*first_sequence)
        .bytes(first_hash)
        .number(*last_sequence)
        .bytes(last_hash)
        .bytes(last_id.as_bytes());
    keys.audit_hash(&message.0)
}

/// The seal of `register` as it stands.
pub(super) fn register_seal(keys: &DerivedKeys, register: &Register) -> Hash {
    let Register {
        begun_at,
        first_number,
        last_number,
        counted_from,
        seal: _,
    } = register;
    let mut message = Message::new(b'R');
    message
        .number(begun_at.0)
        .number(*first_number)
        .number(*last_number)
        .number(counted_from.0);
    keys.audit_hash(&message.0)
}

/// What proves that a receipt with this text was given by this server.
pub(super) fn receipt_seal(keys: &DerivedKeys, text: &str) -> Hash {
    let mut message = Message::new(b'P');
    message.text(text);
    keys.audit_hash(&message.0)
}

/// Whether nobody else changed `chain`.
pub(super) fn is_sealed(keys: &DerivedKeys, chain: &Chain) -> bool {
    seal(keys, chain) == chain.seal
}

/// Seals `chain`, which was read as `before` and changed. A seal that was broken stays
/// so: to seal it anew would hide what was done to it.
pub(super) fn seal_again(keys: &DerivedKeys, before: &Chain, chain: &mut Chain) {
    if is_sealed(keys, before) {
        chain.seal = seal(keys, chain);
    } else {
        tracing::error!(chain = %chain.id, "somebody changed the record of an audit chain");
    }
}
