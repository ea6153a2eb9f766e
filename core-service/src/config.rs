//! What the core is told at start. The composition root reads it from the
//! environment and names every wrong value before the core sees it.

use std::time::Duration;

use secrecy::SecretString;

/// Everything the core is told.
#[derive(Clone)]
pub struct Settings {
    /// The issuer: an absolute URL without a trailing slash (RFC 8414 section 2).
    pub issuer: String,
    /// Seals signing keys at rest and derives the core's other keys; at least 32 bytes.
    pub root_secret: SecretString,
    /// Which database.
    pub database: Database,
    /// Lives and contents of tokens.
    pub tokens: Tokens,
    /// How tokens are signed.
    pub signing: Signing,
    /// Browser sessions.
    pub sessions: Sessions,
    /// Password hashing and throttling of guesses.
    pub passwords: Passwords,
    /// The authorization endpoint.
    pub authorization: Authorization,
    /// The device flow.
    pub device: Device,
    /// Dynamic client registration (RFC 7591).
    pub registration: Registration,
    /// The audit trail.
    pub audit: Audit,
}

/// Where state is kept.
#[derive(Clone)]
pub struct Database {
    /// `sqlite:///path/to/file` or `postgres://user:password@host/name`.
    pub url: SecretString,
    /// At most so many open connections.
    pub max_connections: u32,
    /// So many connections stay open however long they rest.
    pub idle_connections: u32,
    /// A connection is replaced after this.
    pub max_lifetime: Duration,
    /// An idle connection is closed after this.
    pub idle_timeout: Duration,
    /// How long a request waits for a connection before it is UNAVAILABLE; PostgreSQL
    /// ends a statement that takes longer, and twice this without an answer is the end too.
    pub acquire_timeout: Duration,
    /// Bytes of rows that are kept in memory at most, for as long as they hold; 0: none.
    pub cache: u64,
}

/// A pair of token lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetimes {
    /// Of an access token.
    pub access: Duration,
    /// Of a refresh token.
    pub refresh: Duration,
}

/// The three token profiles a client can be given.
#[derive(Debug, Clone, Copy)]
pub struct Profiles {
    /// Minutes to a day.
    pub short: Lifetimes,
    /// The base values.
    pub standard: Lifetimes,
    /// A day to months.
    pub long: Lifetimes,
}

/// Lives and contents of tokens.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// Token lives by profile.
    pub profiles: Profiles,
    /// At random, up to this is added to a standard access token's life, so that
    /// tokens issued together do not all expire together.
    pub jitter: Duration,
    /// Client credentials tokens have their own life.
    pub client_credentials: Duration,
    /// Of an ID token.
    pub id_token: Duration,
    /// No refresh token of a family lives longer than this after the sign-in.
    pub refresh_absolute: Duration,
    /// Whether refresh tokens are handed out at all.
    pub refresh_enabled: bool,
    /// Rotation: forced on or off; none: on for public clients, off for confidential ones.
    pub rotation: Option<bool>,
    /// A replay of a rotated refresh token within this gets the same successor.
    pub rotation_grace: Duration,
    /// `aud` of access tokens when the request names no resource; empty: the issuer.
    pub audience: Vec<String>,
    /// Emitted as `<prefix>_domain`.
    pub domain: Option<String>,
    /// Prefix of the server's private claims.
    pub private_claim_prefix: String,
    /// Claims that callers may add.
    pub extra_claims: ExtraClaims,
}

/// Limits of the `extra_claims` parameter; 0 lifts a limit.
#[derive(Debug, Clone, Copy)]
pub struct ExtraClaims {
    /// Whether any client may use the parameter; each must be allowed it as well.
    pub enabled: bool,
    /// Bytes of the parameter.
    pub max_raw_size: usize,
    /// Members of the object.
    pub max_keys: usize,
    /// Bytes of one member's value.
    pub max_value_size: usize,
}

/// A JWS algorithm that AuthGate signs with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// ECDSA on P-256.
    Es256,
    /// RSA PKCS #1 v1.5.
    Rs256,
    /// Ed25519.
    EdDsa,
    /// HMAC, for resource servers that know nothing else.
    Hs256,
}

/// How tokens are signed.
#[derive(Clone)]
pub struct Signing {
    /// Of access tokens.
    pub access_token_algorithm: Algorithm,
    /// The shared secret of HS256; at least 32 bytes.
    pub hs256_secret: Option<SecretString>,
    /// A private key of the operator's own, PEM (PKCS #8, PKCS #1 or SEC 1), for
    /// the access token algorithm.
    pub private_key_pem: Option<SecretString>,
    /// The `kid` of that key; none: its thumbprint.
    pub key_id: Option<String>,
    /// A new key takes over after this; none: only by command.
    pub rotation_interval: Option<Duration>,
    /// A new key stands in the key set so long before it signs, so that verifiers
    /// that cache the set have it in time.
    pub publication_lead: Duration,
}

/// Browser sessions.
#[derive(Debug, Clone, Copy)]
pub struct Sessions {
    /// A session ends so long after sign-in.
    pub max_age: Duration,
    /// And so long after it was last used; zero: never by idling. Not for remembered ones.
    pub idle_timeout: Duration,
    /// A session belongs to the user agent that opened it.
    pub fingerprint: bool,
    /// And to its address.
    pub fingerprint_ip: bool,
    /// A remembered session ends so long after sign-in; none: not offered.
    pub remember_me: Option<Duration>,
}

/// Password hashing and throttling of guesses.
#[derive(Debug, Clone, Copy)]
pub struct Passwords {
    /// Argon2id memory, KiB.
    pub argon2_memory: u32,
    /// Argon2id passes.
    pub argon2_iterations: u32,
    /// So many hashes run at once; the rest wait, so that a flood of sign-ins takes neither
    /// the memory nor, while this is less than there are, the processors.
    pub concurrency: usize,
    /// Failures in a row that an account may have before it has to wait.
    pub failures_per_account: u32,
    /// Failures in a row that an address may have before it has to wait.
    pub failures_per_address: u32,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            argon2_memory: 19_456,
            argon2_iterations: 2,
            // The program knows how many processors there are.
            concurrency: 1,
            failures_per_account: 5,
            failures_per_address: 20,
        }
    }
}

/// The authorization endpoint.
#[derive(Debug, Clone, Copy)]
pub struct Authorization {
    /// Of an authorization code.
    pub code_lifetime: Duration,
    /// Of a request that waits for sign-in or consent.
    pub request_lifetime: Duration,
    /// PKCE is asked of confidential clients too; public ones always need it.
    pub pkce_required: bool,
    /// A consent once given is not asked for again.
    pub remember_consent: bool,
}

/// The device flow.
#[derive(Debug, Clone, Copy)]
pub struct Device {
    /// Of a device code.
    pub code_lifetime: Duration,
    /// Between polls.
    pub interval: Duration,
}

/// Dynamic client registration.
#[derive(Clone, Default)]
pub struct Registration {
    /// Whether it is open at all.
    pub enabled: bool,
    /// The initial access token that callers must show.
    pub initial_access_token: Option<SecretString>,
}

/// The audit trail.
#[derive(Debug, Clone, Copy)]
pub struct Audit {
    /// Whether events are kept in the database; they are always in the log.
    pub enabled: bool,
    /// Entries are removed after this.
    pub retention: Duration,
    /// It is looked so often for entries to remove.
    pub cleanup_interval: Duration,
    /// Entries that may wait to be written; some hundred bytes each.
    pub buffer_size: usize,
    /// How long the end of the program waits for them to be written.
    pub shutdown_timeout: Duration,
}

impl Default for Audit {
    fn default() -> Self {
        Self {
            enabled: true,
            retention: Duration::from_secs(90 * 86_400),
            cleanup_interval: Duration::from_secs(86_400),
            buffer_size: 20_000,
            shutdown_timeout: Duration::from_secs(10),
        }
    }
}

impl Settings {
    /// Sensible values for everything that has a default.
    #[must_use]
    pub fn new(issuer: String, root_secret: SecretString, database: Database) -> Self {
        const MINUTE: Duration = Duration::from_secs(60);
        const HOUR: Duration = Duration::from_secs(3600);
        const DAY: Duration = Duration::from_secs(86_400);
        let standard = Lifetimes {
            access: 10 * HOUR,
            refresh: 30 * DAY,
        };
        Self {
            issuer,
            root_secret,
            database,
            tokens: Tokens {
                profiles: Profiles {
                    short: Lifetimes {
                        access: 15 * MINUTE,
                        refresh: DAY,
                    },
                    standard,
                    long: Lifetimes {
                        access: DAY,
                        refresh: 90 * DAY,
                    },
                },
                jitter: 30 * MINUTE,
                client_credentials: HOUR,
                id_token: HOUR,
                refresh_absolute: 90 * DAY,
                refresh_enabled: true,
                rotation: None,
                rotation_grace: Duration::from_secs(10),
                audience: Vec::new(),
                domain: None,
                private_claim_prefix: "extra".to_owned(),
                extra_claims: ExtraClaims {
                    enabled: true,
                    max_raw_size: 4096,
                    max_keys: 16,
                    max_value_size: 512,
                },
            },
            signing: Signing {
                access_token_algorithm: Algorithm::Es256,
                hs256_secret: None,
                private_key_pem: None,
                key_id: None,
                rotation_interval: Some(90 * DAY),
                publication_lead: 10 * MINUTE,
            },
            sessions: Sessions {
                max_age: HOUR,
                idle_timeout: 30 * MINUTE,
                fingerprint: true,
                fingerprint_ip: false,
                remember_me: Some(30 * DAY),
            },
            passwords: Passwords::default(),
            authorization: Authorization {
                code_lifetime: 10 * MINUTE,
                request_lifetime: 30 * MINUTE,
                pkce_required: false,
                remember_consent: true,
            },
            device: Device {
                code_lifetime: 30 * MINUTE,
                interval: Duration::from_secs(5),
            },
            registration: Registration::default(),
            audit: Audit::default(),
        }
    }
}

impl Database {
    /// The reference's pool sizes for the database at `url`.
    #[must_use]
    pub fn at(url: SecretString) -> Self {
        Self {
            url,
            max_connections: 25,
            idle_connections: 1,
            max_lifetime: Duration::from_secs(300),
            idle_timeout: Duration::from_secs(600),
            acquire_timeout: Duration::from_secs(3),
            cache: 64 * 1024 * 1024,
        }
    }
}

impl Algorithm {
    /// The name in the JOSE registry (RFC 7518 section 3.1, RFC 8037 section 3.1).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Rs256 => "RS256",
            Self::EdDsa => "EdDSA",
            Self::Hs256 => "HS256",
        }
    }

    /// The algorithm of that JOSE name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "ES256" => Some(Self::Es256),
            "RS256" => Some(Self::Rs256),
            "EdDSA" => Some(Self::EdDsa),
            "HS256" => Some(Self::Hs256),
            _ => None,
        }
    }
}
