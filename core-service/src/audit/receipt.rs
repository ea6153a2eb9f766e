//! Receipts: what the trail held at some time, on one line that is kept elsewhere.
//!
//! A database that is put back to an earlier state, all of it, proves nothing by itself.
//! A receipt says which chains there were and where those ended that may go on; the ends
//! of the others stand in the chains that began after them. It is sealed like a chain, so
//! nobody without the root secret can make one up.

use super::{chain::receipt_seal, register::heads};
use crate::{
    domain::{
        audit::{Chain, Head, Register},
        secret::secrets_equal,
        time::Timestamp,
    },
    error::Error,
    keys::DerivedKeys,
};

/// What a receipt's line begins with.
const BEGINNING: &str = "authgate-audit-receipt";

/// What there was.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Receipt {
    /// When the register was begun.
    pub(super) begun_at: Timestamp,
    /// The oldest chain that was kept.
    pub(super) first_number: i64,
    /// The newest chain.
    pub(super) last_number: i64,
    /// Where chains ended.
    pub(super) heads: Vec<Head>,
}

impl Receipt {
    /// Of `register` and `chains`, which were found to be whole.
    pub(super) fn of(register: &Register, chains: &[Chain]) -> Self {
        let mut heads = heads(chains, register);
        // What began since the register was read is not of it.
        heads.retain(|head| head.number <= register.last_number);
        Self {
            begun_at: register.begun_at,
            first_number: register.first_number,
            last_number: register.last_number,
            heads,
        }
    }

    /// As a line.
    pub(super) fn write(&self, keys: &DerivedKeys) -> String {
        let text = format!(
            "{BEGINNING} {} {} {} {}",
            self.begun_at.0,
            self.first_number,
            self.last_number,
            Head::write(&self.heads)
        );
        let seal = hex::encode(receipt_seal(keys, &text));
        format!("{text} {seal}")
    }

    /// The last receipt in `text`.
    ///
    /// # Errors
    /// `Invalid` when there is none, or not one that this server gave.
    pub(super) fn read(keys: &DerivedKeys, text: &str) -> Result<Self, Error> {
        let of_receipt = |line: &str| line.find(BEGINNING).map(|at| line[at..].trim().to_owned());
        let line = text.lines().filter_map(of_receipt).next_back();
        line.and_then(|line| Self::parse(keys, &line))
            .ok_or_else(|| {
                let reason = "receipt: there is none in it that this server gave";
                Error::Invalid(reason.to_owned())
            })
    }

    fn parse(keys: &DerivedKeys, line: &str) -> Option<Self> {
        let (text, seal) = line.rsplit_once(' ')?;
        let expected = hex::encode(receipt_seal(keys, text));
        if !secrets_equal(seal.as_bytes(), expected.as_bytes()) {
            return None;
        }
        let mut parts = text.split(' ').skip(1);
        let mut number = || parts.next()?.parse::<i64>().ok();
        Some(Self {
            begun_at: Timestamp(number()?),
            first_number: number()?,
            last_number: number()?,
            heads: Head::read(parts.next()?)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_is_read_by_who_gave_it_and_by_nobody_else() {
        let keys = DerivedKeys::new(&"a root secret of enough length for a test".into());
        let head = |number| Head {
            number,
            sequence: 5,
            hash: [7; 32],
        };
        for heads in [vec![], vec![head(2), head(3)]] {
            let receipt = Receipt {
                begun_at: Timestamp(1),
                first_number: 2,
                last_number: 3,
                heads,
            };
            let line = receipt.write(&keys);
            let text = format!("the audit trail is whole\nreceipt: {line}\n");
            assert_eq!(Receipt::read(&keys, &text).unwrap(), receipt);
            let others = DerivedKeys::new(&"another root secret".into());
            assert!(Receipt::read(&others, &text).is_err());
            assert!(Receipt::read(&keys, &line.replacen(" 3 ", " 2 ", 1)).is_err());
        }
        for nothing in [
            "",
            "authgate-audit-receipt",
            "authgate-audit-receipt 1 2 3 ",
        ] {
            assert!(Receipt::read(&keys, nothing).is_err());
        }
    }
}
