//! Lives and contents of tokens, and the grants that give them.

use std::time::Duration;

use core_service::{
    config::{Authorization, Device, ExtraClaims, Lifetimes, Profiles, Tokens},
    domain::extra_claims,
};

use super::reader::Reader;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

/// Claims about people: a private claim must not become one of them either.
const PERSONAL_CLAIMS: [&str; 8] = [
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "preferred_username",
    "email",
    "email_verified",
    "updated_at",
];

/// Whether a claim of that name has a meaning already.
fn is_taken(name: &str) -> bool {
    extra_claims::RESERVED.contains(&name) || PERSONAL_CLAIMS.contains(&name)
}

/// Reads the lives and contents of tokens.
pub fn read(reader: &mut Reader<'_>) -> Tokens {
    let access_cap = Cap::read(reader, "JWT_EXPIRATION_MAX", DAY);
    let refresh_cap = Cap::read(reader, "REFRESH_TOKEN_EXPIRATION_MAX", 90 * DAY);
    let access = access_cap.life(reader, "JWT_EXPIRATION", 10 * HOUR);
    let refresh = refresh_cap.life(reader, "REFRESH_TOKEN_EXPIRATION", 30 * DAY);
    let jitter = reader.duration("JWT_EXPIRATION_JITTER", 30 * MINUTE);
    if jitter >= access {
        reader.wrong("JWT_EXPIRATION_JITTER", "expected less than JWT_EXPIRATION");
    }
    let mut profile = |name: &str, access, refresh| Lifetimes {
        access: access_cap.life(reader, &format!("TOKEN_PROFILE_{name}_ACCESS_TTL"), access),
        refresh: refresh_cap.life(
            reader,
            &format!("TOKEN_PROFILE_{name}_REFRESH_TTL"),
            refresh,
        ),
    };
    let profiles = Profiles {
        short: profile("SHORT", 15 * MINUTE, DAY),
        standard: profile("STANDARD", access, refresh),
        long: profile("LONG", DAY, 90 * DAY),
    };
    Tokens {
        profiles,
        jitter,
        client_credentials: reader.positive_duration("CLIENT_CREDENTIALS_TOKEN_EXPIRATION", HOUR),
        id_token: reader.positive_duration("ID_TOKEN_EXPIRATION", HOUR),
        refresh_absolute: refresh_cap.value,
        refresh_enabled: reader.flag("ENABLE_REFRESH_TOKENS", true),
        rotation: reader
            .text("ENABLE_TOKEN_ROTATION")
            .map(|_| reader.flag("ENABLE_TOKEN_ROTATION", true)),
        rotation_grace: reader.duration("REFRESH_TOKEN_ROTATION_GRACE", Duration::from_secs(10)),
        audience: reader.list("JWT_AUDIENCE"),
        domain: domain(reader),
        private_claim_prefix: private_claim_prefix(reader),
        extra_claims: extra_claims(reader),
    }
}

/// Reads the rules of the authorization endpoint.
pub fn read_authorization(reader: &mut Reader<'_>) -> Authorization {
    Authorization {
        code_lifetime: reader.positive_duration("AUTH_CODE_EXPIRATION", 10 * MINUTE),
        request_lifetime: 30 * MINUTE,
        pkce_required: reader.flag("PKCE_REQUIRED", false),
        remember_consent: reader.flag("CONSENT_REMEMBER", true),
    }
}

/// Reads the rules of the device flow.
pub fn read_device(reader: &mut Reader<'_>) -> Device {
    Device {
        code_lifetime: reader.positive_duration("DEVICE_CODE_EXPIRATION", 30 * MINUTE),
        interval: whole_seconds(reader, "POLLING_INTERVAL", Duration::from_secs(5)),
    }
}

/// The longest life that others may be set to.
struct Cap {
    name: &'static str,
    value: Duration,
}

impl Cap {
    fn read(reader: &mut Reader<'_>, name: &'static str, default: Duration) -> Self {
        let value = reader.positive_duration(name, default);
        Self { name, value }
    }

    /// A life that is at most the cap; a default is cut, what is set too long is wrong.
    fn life(&self, reader: &mut Reader<'_>, name: &str, default: Duration) -> Duration {
        let life = reader.positive_duration(name, default.min(self.value));
        if life > self.value {
            reader.wrong(name, &format!("longer than {}", self.name));
        }
        life
    }
}

/// Clients are told it in whole seconds (RFC 8628 section 3.2).
fn whole_seconds(reader: &mut Reader<'_>, name: &str, default: Duration) -> Duration {
    let interval = reader.positive_duration(name, default);
    if interval.subsec_nanos() > 0 {
        reader.wrong(name, "expected whole seconds");
    }
    interval
}

fn domain(reader: &mut Reader<'_>) -> Option<String> {
    let expected =
        "expected 1 to 64 letters, digits, '_', '.' or '-', with a letter or digit at both ends";
    reader.parse("JWT_DOMAIN", None, expected, |text| {
        let inside = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
        let ends = [text.chars().next(), text.chars().next_back()];
        let fits = text.len() <= 64
            && text.chars().all(inside)
            && ends
                .into_iter()
                .flatten()
                .all(|c| c.is_ascii_alphanumeric());
        fits.then(|| Some(text.to_owned()))
    })
}

fn private_claim_prefix(reader: &mut Reader<'_>) -> String {
    let expected = "expected a letter, then letters, digits or '_', at most 15 and no '_' at the end, \
                    that makes no reserved claim name";
    reader.parse(
        "JWT_PRIVATE_CLAIM_PREFIX",
        "extra".to_owned(),
        expected,
        |text| {
            let inside = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let composed = |suffix: &&str| format!("{text}_{suffix}");
            let fits = text.len() <= 15
                && text.starts_with(|c: char| c.is_ascii_alphabetic())
                && text.chars().all(inside)
                && !text.ends_with('_')
                && !is_taken(text)
                && !extra_claims::PRIVATE
                    .iter()
                    .map(composed)
                    .any(|name| is_taken(&name));
            fits.then(|| text.to_owned())
        },
    )
}

fn extra_claims(reader: &mut Reader<'_>) -> ExtraClaims {
    let most = 0..=1_048_576;
    ExtraClaims {
        enabled: reader.flag("EXTRA_CLAIMS_ENABLED", true),
        max_raw_size: reader.integer("EXTRA_CLAIMS_MAX_RAW_SIZE", 4096, most.clone()),
        max_keys: reader.integer("EXTRA_CLAIMS_MAX_KEYS", 16, most.clone()),
        max_value_size: reader.integer("EXTRA_CLAIMS_MAX_VAL_SIZE", 512, most),
    }
}
