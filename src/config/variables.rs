//! Every variable that AuthGate knows, its predecessor's included.

/// What setting a variable does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It is read.
    Used,
    /// It changes nothing, and this is why.
    None(&'static str),
    /// It asks for something that is not built; the values in `fine` do not.
    NotSupported {
        /// Values, in lower case, that ask for nothing; the first is the usual one.
        fine: &'static [&'static str],
        /// What is asked for, as the start of a sentence: "metrics are".
        what: &'static str,
    },
}

/// A variable that AuthGate knows.
#[derive(Debug, Clone, Copy)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// Its value is never shown, and `<name>_FILE` may name a file that holds it.
    pub secret: bool,
    /// What setting it does.
    pub effect: Effect,
}

const NO: &[&str] = &["false", "0", "no", "off"];
const NO_REDIS: &str = "Redis is not used yet";
const NO_CACHE: &str = "this cache does not exist";
const LOCAL_ONLY: &str = "AUTH_MODE=http_api is not supported yet";
const NO_PROVIDERS: &str = "sign-in through other providers is not supported yet";

/// All of them. `docs/CONFIGURATION.md` describes each; a test holds the two together.
pub const VARIABLES: &[Variable] = &[
    used("SERVER_ADDR"),
    used("BASE_URL"),
    used("TLS_CERT_FILE"),
    used("TLS_KEY_FILE"),
    used("ENVIRONMENT"),
    used("STATIC_CACHE_MAX_AGE"),
    used("SERVER_SHUTDOWN_TIMEOUT"),
    used("DB_INIT_TIMEOUT"),
    used("DB_CLOSE_TIMEOUT"),
    used("GRPC_ADDR"),
    used("CORE_URL"),
    secret("PEER_SECRET"),
    used("TRUSTED_PROXIES"),
    used("MAX_CONNECTIONS"),
    used("LOG_FORMAT"),
    used("LOG_LEVEL"),
    used("RUST_LOG"),
    used("DATA_DIR"),
    used("SEED_FILE"),
    secret("ENCRYPTION_SECRET"),
    secret("DEFAULT_ADMIN_PASSWORD"),
    used("DATABASE_DRIVER"),
    secret("DATABASE_DSN"),
    used("DATABASE_PATH"),
    used("DB_MAX_OPEN_CONNS"),
    used("DB_MAX_IDLE_CONNS"),
    used("DB_CONN_MAX_LIFETIME"),
    used("DB_CONN_MAX_IDLE_TIME"),
    used("DB_CACHE_SIZE"),
    used("JWT_SIGNING_ALGORITHM"),
    secret("JWT_SECRET"),
    secret("JWT_PRIVATE_KEY_PEM"),
    used("JWT_PRIVATE_KEY_PATH"),
    used("JWT_KEY_ID"),
    used("KEY_ROTATION_INTERVAL"),
    used("JWT_EXPIRATION"),
    used("JWT_EXPIRATION_JITTER"),
    used("JWT_EXPIRATION_MAX"),
    used("REFRESH_TOKEN_EXPIRATION"),
    used("REFRESH_TOKEN_EXPIRATION_MAX"),
    used("TOKEN_PROFILE_SHORT_ACCESS_TTL"),
    used("TOKEN_PROFILE_SHORT_REFRESH_TTL"),
    used("TOKEN_PROFILE_STANDARD_ACCESS_TTL"),
    used("TOKEN_PROFILE_STANDARD_REFRESH_TTL"),
    used("TOKEN_PROFILE_LONG_ACCESS_TTL"),
    used("TOKEN_PROFILE_LONG_REFRESH_TTL"),
    used("CLIENT_CREDENTIALS_TOKEN_EXPIRATION"),
    used("ID_TOKEN_EXPIRATION"),
    used("ENABLE_REFRESH_TOKENS"),
    used("ENABLE_TOKEN_ROTATION"),
    used("REFRESH_TOKEN_ROTATION_GRACE"),
    used("JWT_AUDIENCE"),
    used("JWT_DOMAIN"),
    used("JWT_PRIVATE_CLAIM_PREFIX"),
    used("EXTRA_CLAIMS_ENABLED"),
    used("EXTRA_CLAIMS_MAX_RAW_SIZE"),
    used("EXTRA_CLAIMS_MAX_KEYS"),
    used("EXTRA_CLAIMS_MAX_VAL_SIZE"),
    used("AUTH_CODE_EXPIRATION"),
    used("PKCE_REQUIRED"),
    used("CONSENT_REMEMBER"),
    used("DEVICE_CODE_EXPIRATION"),
    used("POLLING_INTERVAL"),
    secret("SESSION_SECRET"),
    used("SESSION_MAX_AGE"),
    used("SESSION_IDLE_TIMEOUT"),
    used("SESSION_FINGERPRINT"),
    used("SESSION_FINGERPRINT_IP"),
    used("SESSION_REMEMBER_ME_ENABLED"),
    used("SESSION_REMEMBER_ME_MAX_AGE"),
    used("PASSWORD_HASH_CONCURRENCY"),
    used("ENABLE_DYNAMIC_CLIENT_REGISTRATION"),
    secret("DYNAMIC_CLIENT_REGISTRATION_TOKEN"),
    used("ENABLE_AUDIT_LOGGING"),
    used("AUDIT_LOG_RETENTION"),
    used("AUDIT_LOG_CLEANUP_INTERVAL"),
    used("AUDIT_LOG_BUFFER_SIZE"),
    used("AUDIT_SHUTDOWN_TIMEOUT"),
    used("CORS_ENABLED"),
    used("CORS_ALLOWED_ORIGINS"),
    used("CORS_ALLOWED_METHODS"),
    used("CORS_ALLOWED_HEADERS"),
    used("CORS_MAX_AGE"),
    used("ENABLE_RATE_LIMIT"),
    used("LOGIN_RATE_LIMIT"),
    used("DEVICE_CODE_RATE_LIMIT"),
    used("TOKEN_RATE_LIMIT"),
    used("DEVICE_VERIFY_RATE_LIMIT"),
    used("INTROSPECT_RATE_LIMIT"),
    used("DYNAMIC_CLIENT_REGISTRATION_RATE_LIMIT"),
    used("AUTHORIZE_RATE_LIMIT"),
    vain(
        "ENABLE_SWAGGER",
        "there is no API explorer; the endpoints are described by their RFCs and the discovery documents",
    ),
    vain("REDIS_ADDR", NO_REDIS),
    vain_secret("REDIS_PASSWORD", NO_REDIS),
    vain("REDIS_DB", NO_REDIS),
    vain("REDIS_CONN_TIMEOUT", NO_REDIS),
    vain("REDIS_CLOSE_TIMEOUT", NO_REDIS),
    vain("CACHE_INIT_TIMEOUT", NO_CACHE),
    vain("CACHE_CLOSE_TIMEOUT", NO_CACHE),
    vain("METRICS_CACHE_TYPE", NO_CACHE),
    vain("METRICS_CACHE_CLIENT_TTL", NO_CACHE),
    vain("METRICS_CACHE_SIZE_PER_CONN", NO_CACHE),
    vain("USER_CACHE_TYPE", NO_CACHE),
    vain("USER_CACHE_CLIENT_TTL", NO_CACHE),
    vain("USER_CACHE_SIZE_PER_CONN", NO_CACHE),
    vain("USER_CACHE_TTL", NO_CACHE),
    vain("CLIENT_CACHE_TYPE", NO_CACHE),
    vain("CLIENT_CACHE_CLIENT_TTL", NO_CACHE),
    vain("CLIENT_CACHE_SIZE_PER_CONN", NO_CACHE),
    vain("CLIENT_CACHE_TTL", NO_CACHE),
    vain("CLIENT_COUNT_CACHE_TYPE", NO_CACHE),
    vain("CLIENT_COUNT_CACHE_CLIENT_TTL", NO_CACHE),
    vain("CLIENT_COUNT_CACHE_SIZE_PER_CONN", NO_CACHE),
    vain("CLIENT_COUNT_CACHE_TTL", NO_CACHE),
    vain("TOKEN_CACHE_TYPE", NO_CACHE),
    vain("TOKEN_CACHE_CLIENT_TTL", NO_CACHE),
    vain("TOKEN_CACHE_SIZE_PER_CONN", NO_CACHE),
    vain("TOKEN_CACHE_TTL", NO_CACHE),
    vain("TOKEN_CACHE_ENABLED", NO_CACHE),
    vain(
        "DB_LOG_LEVEL",
        "LOG_LEVEL says what is logged, also of the database",
    ),
    vain(
        "RATE_LIMIT_CLEANUP_INTERVAL",
        "full buckets are dropped once a minute",
    ),
    vain(
        "LOGIN_RATE_LIMIT_BURST",
        "a burst may use up the whole minute",
    ),
    vain(
        "DEVICE_CODE_RATE_LIMIT_BURST",
        "a burst may use up the whole minute",
    ),
    vain(
        "TOKEN_RATE_LIMIT_BURST",
        "a burst may use up the whole minute",
    ),
    vain(
        "DEVICE_VERIFY_RATE_LIMIT_BURST",
        "a burst may use up the whole minute",
    ),
    vain(
        "INTROSPECT_RATE_LIMIT_BURST",
        "a burst may use up the whole minute",
    ),
    not_supported("RATE_LIMIT_STORE", "shared rate limits are", &["memory"]),
    vain(
        "ENABLE_SESSION_FINGERPRINTING",
        "the name is SESSION_FINGERPRINT",
    ),
    vain(
        "ENABLE_EXPIRED_TOKEN_CLEANUP",
        "expired rows always go by themselves",
    ),
    vain(
        "EXPIRED_TOKEN_CLEANUP_INTERVAL",
        "expired rows always go by themselves",
    ),
    not_supported("METRICS_ENABLED", "metrics are", NO),
    vain_secret("METRICS_TOKEN", "metrics are not supported yet"),
    vain(
        "METRICS_GAUGE_UPDATE_ENABLED",
        "metrics are not supported yet",
    ),
    vain(
        "METRICS_GAUGE_UPDATE_INTERVAL",
        "metrics are not supported yet",
    ),
    not_supported("AUTH_MODE", "other sources of accounts are", &["local"]),
    vain("HTTP_API_URL", LOCAL_ONLY),
    vain("HTTP_API_TIMEOUT", LOCAL_ONLY),
    vain("HTTP_API_INSECURE_SKIP_VERIFY", LOCAL_ONLY),
    vain("HTTP_API_AUTH_MODE", LOCAL_ONLY),
    vain_secret("HTTP_API_AUTH_SECRET", LOCAL_ONLY),
    vain("HTTP_API_AUTH_HEADER", LOCAL_ONLY),
    vain("HTTP_API_MAX_RETRIES", LOCAL_ONLY),
    vain("HTTP_API_RETRY_DELAY", LOCAL_ONLY),
    vain("HTTP_API_MAX_RETRY_DELAY", LOCAL_ONLY),
    not_supported(
        "GITHUB_OAUTH_ENABLED",
        "sign-in through other providers is",
        NO,
    ),
    vain("GITHUB_CLIENT_ID", NO_PROVIDERS),
    vain_secret("GITHUB_CLIENT_SECRET", NO_PROVIDERS),
    vain("GITHUB_REDIRECT_URL", NO_PROVIDERS),
    vain("GITHUB_SCOPES", NO_PROVIDERS),
    not_supported(
        "GITEA_OAUTH_ENABLED",
        "sign-in through other providers is",
        NO,
    ),
    vain("GITEA_CLIENT_ID", NO_PROVIDERS),
    vain_secret("GITEA_CLIENT_SECRET", NO_PROVIDERS),
    vain("GITEA_REDIRECT_URL", NO_PROVIDERS),
    vain("GITEA_SCOPES", NO_PROVIDERS),
    vain("GITEA_URL", NO_PROVIDERS),
    not_supported(
        "GITLAB_OAUTH_ENABLED",
        "sign-in through other providers is",
        NO,
    ),
    vain("GITLAB_CLIENT_ID", NO_PROVIDERS),
    vain_secret("GITLAB_CLIENT_SECRET", NO_PROVIDERS),
    vain("GITLAB_REDIRECT_URL", NO_PROVIDERS),
    vain("GITLAB_SCOPES", NO_PROVIDERS),
    vain("GITLAB_URL", NO_PROVIDERS),
    not_supported(
        "MICROSOFT_OAUTH_ENABLED",
        "sign-in through other providers is",
        NO,
    ),
    vain("MICROSOFT_CLIENT_ID", NO_PROVIDERS),
    vain_secret("MICROSOFT_CLIENT_SECRET", NO_PROVIDERS),
    vain("MICROSOFT_REDIRECT_URL", NO_PROVIDERS),
    vain("MICROSOFT_SCOPES", NO_PROVIDERS),
    vain("MICROSOFT_TENANT_ID", NO_PROVIDERS),
    vain("OAUTH_AUTO_REGISTER", NO_PROVIDERS),
    vain("OAUTH_TIMEOUT", NO_PROVIDERS),
    vain("OAUTH_INSECURE_SKIP_VERIFY", NO_PROVIDERS),
    not_supported(
        "TOKEN_PROVIDER_MODE",
        "external token providers are",
        &["local"],
    ),
];

const fn used(name: &'static str) -> Variable {
    Variable {
        name,
        secret: false,
        effect: Effect::Used,
    }
}

const fn secret(name: &'static str) -> Variable {
    Variable {
        name,
        secret: true,
        effect: Effect::Used,
    }
}

const fn vain(name: &'static str, why: &'static str) -> Variable {
    Variable {
        name,
        secret: false,
        effect: Effect::None(why),
    }
}

const fn vain_secret(name: &'static str, why: &'static str) -> Variable {
    Variable {
        name,
        secret: true,
        effect: Effect::None(why),
    }
}

const fn not_supported(
    name: &'static str,
    what: &'static str,
    fine: &'static [&'static str],
) -> Variable {
    Variable {
        name,
        secret: false,
        effect: Effect::NotSupported { fine, what },
    }
}

/// What setting `name` does, be it a variable or a secret's `_FILE`; none when it is not known.
#[must_use]
pub fn effect(name: &str) -> Option<Effect> {
    find(name)
        .or_else(|| find_secret_of(name))
        .map(|variable| variable.effect)
}

/// Whether `name` is a variable or a secret's `_FILE`.
#[must_use]
pub fn known(name: &str) -> bool {
    effect(name).is_some()
}

/// Whether the value of `name` must not be shown.
#[must_use]
pub fn is_secret(name: &str) -> bool {
    find(name).is_some_and(|variable| variable.secret)
}

/// The known name that an unknown one was probably meant to be: one or two
/// typing mistakes away.
#[must_use]
pub fn near_miss(name: &str) -> Option<&'static str> {
    // Two mistakes in a short name make another name.
    let most = match name.len() {
        0..8 => return None,
        8..12 => 1,
        _ => 2,
    };
    // Hardly anybody mistypes the first letter; SSL_CERT_FILE is meant as it stands.
    VARIABLES
        .iter()
        .filter(|variable| variable.name.get(..1) == name.get(..1))
        .map(|variable| (strsim::osa_distance(variable.name, name), variable.name))
        .filter(|(distance, _)| *distance <= most)
        .min()
        .map(|(_, meant)| meant)
}

fn find(name: &str) -> Option<&'static Variable> {
    VARIABLES.iter().find(|variable| variable.name == name)
}

fn find_secret_of(name: &str) -> Option<&'static Variable> {
    find(name.strip_suffix("_FILE")?).filter(|variable| variable.secret)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const DOCUMENT: &str = include_str!("../../docs/CONFIGURATION.md");

    /// The names in the first column of the document's tables.
    fn documented() -> BTreeSet<&'static str> {
        DOCUMENT
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split_once("` |"))
            .map(|(name, _)| name)
            .collect()
    }

    #[test]
    fn each_variable_is_documented_and_nothing_else_is() {
        let known: BTreeSet<&str> = VARIABLES.iter().map(|variable| variable.name).collect();
        let documented = documented();
        let missing: Vec<_> = known.difference(&documented).collect();
        let unknown: Vec<_> = documented.difference(&known).collect();
        assert!(
            missing.is_empty(),
            "not in docs/CONFIGURATION.md: {missing:?}"
        );
        assert!(
            unknown.is_empty(),
            "in docs/CONFIGURATION.md only: {unknown:?}"
        );
        assert_eq!(known.len(), VARIABLES.len(), "a name stands twice");
    }

    #[test]
    fn misspelt_names_are_recognised_and_others_left_alone() {
        assert_eq!(near_miss("JWT_EXPIRATON"), Some("JWT_EXPIRATION"));
        assert_eq!(near_miss("BASE_ULR"), Some("BASE_URL"));
        assert_eq!(near_miss("ENABLE_RATELIMIT"), Some("ENABLE_RATE_LIMIT"));
        for name in [
            "PATH",
            "HOME",
            "HOSTNAME",
            "DATABASE_URL",
            "KUBERNETES_SERVICE_HOST",
            "SSL_CERT_FILE",
            "PS1",
        ] {
            assert_eq!(near_miss(name), None, "{name}");
        }
    }

    #[test]
    fn a_secret_may_come_in_a_file() {
        assert!(known("JWT_SECRET_FILE"));
        assert!(!known("BASE_URL_FILE"));
        assert!(is_secret("JWT_SECRET") && !is_secret("JWT_SECRET_FILE"));
    }
}
