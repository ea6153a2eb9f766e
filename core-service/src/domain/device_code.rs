//! Device codes and user codes (RFC 8628).

use super::{
    id::{ClientId, GrantId},
    random::fill_random,
    scope::ScopeSet,
    secret::{PlainToken, TokenHash},
    time::Timestamp,
};

/// A device that waits.
#[derive(Debug, Clone)]
pub struct DeviceCode {
    /// The first 20 hex digits of the device code: time-ordered.
    pub id: String,
    /// Of the device code.
    pub hash: TokenHash,
    /// Eight characters, no dash.
    pub user_code: String,
    /// Who asked.
    pub client_id: ClientId,
    /// For what.
    pub scope: ScopeSet,
    /// What came of it.
    pub status: DeviceStatus,
    /// What was granted, once approved.
    pub grant_id: Option<GrantId>,
    /// Where the device asked from.
    pub client_ip: String,
    /// And with what.
    pub user_agent: String,
    /// When it asked.
    pub created_at: Timestamp,
    /// When it is too late.
    pub expires_at: Timestamp,
}

/// What came of a device's request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceStatus {
    /// Nobody decided yet.
    Pending,
    /// Approved; the tokens wait.
    Approved,
    /// Denied.
    Denied,
    /// The tokens were handed out.
    Redeemed,
}

impl DeviceStatus {
    /// The status' name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::Redeemed => "redeemed",
        }
    }

    /// The status of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "pending" => Some(Self::Pending),
            "approved" => Some(Self::Approved),
            "denied" => Some(Self::Denied),
            "redeemed" => Some(Self::Redeemed),
            _ => None,
        }
    }
}

/// Hex digits of a device code.
const DEVICE_CODE_DIGITS: usize = 40;
/// Of them, those that name the record.
const RECORD_ID_DIGITS: usize = 20;
/// Letters and digits that are not taken for one another (RFC 8628 section 6.1):
/// the predecessor's 31.
const USER_CODE_ALPHABET: &[u8; 31] = b"ABCDEFGHJKMNPQRSTUVWXYZ23456789";
const USER_CODE_LENGTH: usize = 8;

/// A new device code: 40 hex digits, of which the first 12 are the time, so that
/// records append, and the rest 112 random bits.
#[must_use]
pub fn new_device_code(now: Timestamp) -> (String, PlainToken) {
    let mut bytes = [0; DEVICE_CODE_DIGITS / 2];
    fill_random(&mut bytes[6..]);
    bytes[..6].copy_from_slice(&now.0.to_be_bytes()[2..]);
    let text = hex::encode(bytes);
    (
        text[..RECORD_ID_DIGITS].to_owned(),
        PlainToken::presented(&text),
    )
}

/// The record id in a presented device code; none when it is not one.
#[must_use]
pub fn record_id(presented: &str) -> Option<&str> {
    let well_formed = presented.len() == DEVICE_CODE_DIGITS
        && presented
            .bytes()
            .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    well_formed.then(|| &presented[..RECORD_ID_DIGITS])
}

/// A new user code: eight characters, about 39.6 bits.
#[must_use]
pub fn new_user_code() -> String {
    let mut code = String::with_capacity(USER_CODE_LENGTH);
    while code.len() < USER_CODE_LENGTH {
        let mut bytes = [0; 2 * USER_CODE_LENGTH];
        fill_random(&mut bytes);
        // 248 is the largest multiple of 31 in a byte: above it, a letter would be likelier than others.
        let letters = bytes.iter().filter(|byte| **byte < 248);
        let letters = letters.map(|byte| char::from(USER_CODE_ALPHABET[usize::from(byte % 31)]));
        code.extend(letters.take(USER_CODE_LENGTH - code.len()));
    }
    code
}

/// What a person typed, as the store knows it: upper case, without anything but
/// letters and digits. None when it can't be a user code.
#[must_use]
pub fn normalize_user_code(typed: &str) -> Option<String> {
    let code: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '\u{2010}'..='\u{2015}' | '.' | '_'))
        .take(USER_CODE_LENGTH + 1)
        .map(|c| c.to_ascii_uppercase())
        .collect();
    let well_formed =
        code.len() == USER_CODE_LENGTH && code.bytes().all(|b| USER_CODE_ALPHABET.contains(&b));
    well_formed.then_some(code)
}

/// `XXXX-XXXX`, as people read it.
#[must_use]
pub fn display_user_code(code: &str) -> String {
    match code.split_at_checked(USER_CODE_LENGTH / 2) {
        Some((left, right)) => format!("{left}-{right}"),
        None => code.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_code_is_known_however_it_is_typed() {
        let code = new_user_code();
        let shown = display_user_code(&code);
        assert_eq!(shown.len(), 9);
        for typed in [
            shown.clone(),
            shown.to_lowercase(),
            format!("  {} ", shown.replace('-', " ")),
            shown.replace('-', "\u{2013}"),
        ] {
            assert_eq!(
                normalize_user_code(&typed).as_ref(),
                Some(&code),
                "{typed:?}"
            );
        }
    }

    #[test]
    fn what_can_not_be_a_user_code_is_none() {
        for typed in [
            "",
            "ABCD-EFG",
            "ABCD-EFGHJ",
            "ABCD-EFG0",
            "ABCDÉFGH",
            "'; DROP--",
        ] {
            assert_eq!(normalize_user_code(typed), None, "{typed:?}");
        }
    }

    #[test]
    fn a_device_code_names_its_record() {
        let (id, code) = new_device_code(Timestamp(1_700_000_000_000));
        assert_eq!(record_id(code.expose()), Some(id.as_str()));
        assert_eq!(record_id(&code.expose().to_uppercase()), None);
        assert_eq!(record_id("é"), None);
    }
}
