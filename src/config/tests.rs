//! Every rule of the configuration, seen from outside.

use std::time::Duration;

use secrecy::ExposeSecret;

use super::*;

const STRONG: &str = "Zk3v9QmB7xLr2TnYpW5sHd8cJf1gKa6e";

fn read(variables: &[(&str, &str)]) -> Result<(Config, Vec<String>), Problems> {
    let variables = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::read(&variables.collect())
}

fn config(variables: &[(&str, &str)]) -> Config {
    read(variables).unwrap().0
}

/// The names of the variables that are wrong.
fn wrong(variables: &[(&str, &str)]) -> Vec<String> {
    match read(variables) {
        Ok(_) => Vec::new(),
        Err(Problems(problems)) => problems.into_iter().map(|problem| problem.name).collect(),
    }
}

fn warnings(variables: &[(&str, &str)]) -> Vec<String> {
    read(variables).unwrap().1
}

#[test]
fn nothing_has_to_be_set() {
    let (config, warnings) = read(&[]).unwrap();
    assert_eq!(warnings, Vec::<String>::new());
    assert_eq!(config.server.base_url.issuer(), "http://localhost:8080");
    assert_eq!(config.server.listen, ":8080");
    assert_eq!(config.database.file, Some("data/authgate.db".into()));
    assert_eq!(
        config.tokens.profiles.standard.access,
        Duration::from_secs(36_000)
    );
    assert_eq!(config.server.limits.token, 20);
    assert!(config.cors.is_none() && config.tokens.rotation.is_none());
}

#[test]
fn an_empty_value_is_no_value() {
    let config = config(&[
        ("JWT_EXPIRATION", ""),
        ("BASE_URL", "  "),
        ("ENABLE_TOKEN_ROTATION", ""),
    ]);
    assert_eq!(
        config.tokens.profiles.standard.access,
        Duration::from_secs(36_000)
    );
    assert!(config.tokens.rotation.is_none());
}

#[test]
fn all_problems_come_at_once_and_none_shows_a_secret() {
    let problems = read(&[
        ("BASE_URL", "localhost"),
        ("JWT_EXPIRATION", "ten hours"),
        ("TOKEN_RATE_LIMIT", "5abc"),
        ("PKCE_REQUIRED", "maybe"),
        ("JWT_SECRET", "hunter2"),
        ("DATABASE_DRIVER", "oracle"),
        ("SESSION_MAX_AGE", "1h"),
        ("DATABASE_DSN", "postgres://u:hunter2@db"),
    ])
    .err()
    .unwrap();
    let text = problems.to_string();
    assert_eq!(problems.0.len(), 8, "{text}");
    assert!(!text.contains("hunter2"), "{text}");
    for line in [
        "BASE_URL=\"localhost\": expected an absolute URL",
        "JWT_EXPIRATION=\"ten hours\": expected a duration",
        "TOKEN_RATE_LIMIT=\"5abc\": expected a whole number",
        "PKCE_REQUIRED=\"maybe\": expected true",
        "JWT_SECRET: too short",
        "DATABASE_DRIVER=\"oracle\": expected one of sqlite, postgres",
    ] {
        assert!(text.contains(line), "{line} is missing in:\n{text}");
    }
}

#[test]
fn yes_and_no_have_four_words_each() {
    for yes in ["true", "1", "yes", "on", "TRUE", "Yes"] {
        assert!(
            config(&[("PKCE_REQUIRED", yes)])
                .authorization
                .pkce_required,
            "{yes}"
        );
    }
    for no in ["false", "0", "no", "off", "False"] {
        assert!(
            !config(&[("CONSENT_REMEMBER", no)])
                .authorization
                .remember_consent,
            "{no}"
        );
    }
    assert_eq!(wrong(&[("PKCE_REQUIRED", "2")]), ["PKCE_REQUIRED"]);
}

#[test]
fn whole_numbers_are_whole() {
    for value in ["5abc", "1.5", "-1", "+", "0x10", "99999999999"] {
        assert_eq!(
            wrong(&[("LOGIN_RATE_LIMIT", value)]),
            ["LOGIN_RATE_LIMIT"],
            "{value}"
        );
    }
    assert_eq!(wrong(&[("DB_MAX_OPEN_CONNS", "0")]), ["DB_MAX_OPEN_CONNS"]);
    assert_eq!(
        wrong(&[("DB_MAX_OPEN_CONNS", "2"), ("DB_MAX_IDLE_CONNS", "3")]),
        ["DB_MAX_IDLE_CONNS"]
    );
}

#[test]
fn tls_needs_both_files() {
    // Any file that is there: what is in it is looked at when the listener starts.
    let there = file!();
    assert_eq!(wrong(&[("TLS_CERT_FILE", there)]), ["TLS_KEY_FILE"]);
    assert_eq!(wrong(&[("TLS_KEY_FILE", there)]), ["TLS_CERT_FILE"]);
    assert!(
        config(&[("TLS_CERT_FILE", there), ("TLS_KEY_FILE", there)])
            .server
            .tls
            .is_some()
    );
}

#[test]
fn files_have_to_be_there() {
    let names = ["SEED_FILE", "TLS_CERT_FILE", "TLS_KEY_FILE"];
    let variables = names.map(|name| (name, "/nowhere"));
    let mut named = wrong(&variables);
    named.sort_unstable();
    assert_eq!(named, names);
}

#[test]
fn lives_fit_under_their_caps() {
    assert_eq!(wrong(&[("JWT_EXPIRATION", "25h")]), ["JWT_EXPIRATION"]);
    assert_eq!(
        wrong(&[("REFRESH_TOKEN_EXPIRATION", "2161h")]),
        ["REFRESH_TOKEN_EXPIRATION"]
    );
    assert_eq!(
        wrong(&[("TOKEN_PROFILE_LONG_ACCESS_TTL", "48h")]),
        ["TOKEN_PROFILE_LONG_ACCESS_TTL"]
    );
    assert_eq!(
        wrong(&[("TOKEN_PROFILE_SHORT_REFRESH_TTL", "0")]),
        ["TOKEN_PROFILE_SHORT_REFRESH_TTL"]
    );
    assert_eq!(
        wrong(&[("JWT_EXPIRATION", "30m")]),
        ["JWT_EXPIRATION_JITTER"]
    );
    let tokens = config(&[("JWT_EXPIRATION_MAX", "12h")]).tokens;
    assert_eq!(tokens.profiles.long.access, Duration::from_secs(12 * 3600));
    let tokens = config(&[("JWT_EXPIRATION", "2h")]).tokens;
    assert_eq!(tokens.profiles.standard.access, Duration::from_secs(7200));
}

#[test]
fn private_claims_collide_with_nothing() {
    for prefix in [
        "1a",
        "_a",
        "a_",
        "a-b",
        "abcdefghijklmnop",
        "sub",
        "client_id",
        "ä",
    ] {
        assert_eq!(
            wrong(&[("JWT_PRIVATE_CLAIM_PREFIX", prefix)]),
            ["JWT_PRIVATE_CLAIM_PREFIX"],
            "{prefix}"
        );
    }
    for domain in ["-corp", "corp.", "co rp", "a/b", &"a".repeat(65)] {
        assert_eq!(wrong(&[("JWT_DOMAIN", domain)]), ["JWT_DOMAIN"], "{domain}");
    }
    let tokens = config(&[
        ("JWT_PRIVATE_CLAIM_PREFIX", "corp_x2"),
        ("JWT_DOMAIN", "a.corp-1"),
    ])
    .tokens;
    assert_eq!(
        (
            tokens.private_claim_prefix.as_str(),
            tokens.domain.as_deref()
        ),
        ("corp_x2", Some("a.corp-1"))
    );
}

#[test]
fn weak_secrets_are_refused() {
    for name in [
        "ENCRYPTION_SECRET",
        "SESSION_SECRET",
        "PEER_SECRET",
        "JWT_SECRET",
    ] {
        assert_eq!(wrong(&[(name, "short-Zk3v9QmB")]), [name]);
        assert_eq!(
            wrong(&[(name, "session-secret-change-in-production")]),
            [name]
        );
        assert_eq!(wrong(&[(name, STRONG)]), Vec::<String>::new(), "{name}");
    }
    assert_eq!(
        wrong(&[("DEFAULT_ADMIN_PASSWORD", "ChangeMe")]),
        ["DEFAULT_ADMIN_PASSWORD"]
    );
    assert_eq!(
        wrong(&[("DEFAULT_ADMIN_PASSWORD", "abc")]),
        ["DEFAULT_ADMIN_PASSWORD"]
    );
    assert_eq!(
        wrong(&[("DYNAMIC_CLIENT_REGISTRATION_TOKEN", "your-token")]),
        ["DYNAMIC_CLIENT_REGISTRATION_TOKEN"]
    );
}

#[test]
fn the_root_secret_may_have_its_old_name() {
    let secret = |variables: &[(&str, &str)]| {
        config(variables)
            .data
            .root_secret
            .map(|secret| secret.expose_secret().to_owned())
    };
    let other = STRONG.to_lowercase();
    assert_eq!(secret(&[]), None);
    assert_eq!(
        secret(&[("SESSION_SECRET", STRONG)]).as_deref(),
        Some(STRONG)
    );
    assert_eq!(
        secret(&[("SESSION_SECRET", &other), ("ENCRYPTION_SECRET", STRONG)]).as_deref(),
        Some(STRONG)
    );
}

#[test]
fn a_secret_comes_by_value_or_by_file() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("secret");
    std::fs::write(&file, format!("{STRONG}\n")).unwrap();
    let file = file.to_str().unwrap();
    let secret = config(&[("PEER_SECRET_FILE", file)]).peer.secret.unwrap();
    assert_eq!(secret.expose_secret(), STRONG);
    assert_eq!(
        wrong(&[("PEER_SECRET_FILE", file), ("PEER_SECRET", STRONG)]),
        ["PEER_SECRET_FILE"]
    );
    assert_eq!(
        wrong(&[("PEER_SECRET_FILE", "/nowhere/secret")]),
        ["PEER_SECRET_FILE"]
    );
}

#[test]
fn hs256_needs_its_secret_and_others_do_not_use_it() {
    assert_eq!(wrong(&[("JWT_SIGNING_ALGORITHM", "HS256")]), ["JWT_SECRET"]);
    let signing = config(&[("JWT_SIGNING_ALGORITHM", "HS256"), ("JWT_SECRET", STRONG)]).signing;
    assert!(signing.hs256_secret.is_some());
    assert!(warnings(&[("JWT_SECRET", STRONG)])[0].starts_with("JWT_SECRET is not used"));
    assert_eq!(
        wrong(&[("JWT_SIGNING_ALGORITHM", "none")]),
        ["JWT_SIGNING_ALGORITHM"]
    );
    assert_eq!(
        wrong(&[("JWT_PRIVATE_KEY_PEM", "not a key")]),
        ["JWT_PRIVATE_KEY_PEM"]
    );
    assert_eq!(
        wrong(&[("JWT_PRIVATE_KEY_PATH", "/nowhere.pem")]),
        ["JWT_PRIVATE_KEY_PATH"]
    );
}

#[test]
fn the_database_is_a_file_or_a_server() {
    let file = |variables: &[(&str, &str)]| config(variables).database.file.unwrap();
    assert_eq!(
        file(&[("DATA_DIR", "/var/lib/a")]).to_str(),
        Some("/var/lib/a/authgate.db")
    );
    assert_eq!(
        file(&[("DATABASE_PATH", "oauth.db")]).to_str(),
        Some("oauth.db")
    );
    assert_eq!(
        file(&[("DATABASE_DSN", "x.db"), ("DATABASE_PATH", "oauth.db")]).to_str(),
        Some("x.db")
    );
    let url = config(&[("DATABASE_PATH", "/a b/c%?.db")])
        .database
        .settings
        .url;
    assert_eq!(url.expose_secret(), "sqlite:///a%20b/c%25%3F.db");
    assert_eq!(wrong(&[("DATABASE_DRIVER", "postgres")]), ["DATABASE_DSN"]);
    let postgres = config(&[
        ("DATABASE_DRIVER", "postgres"),
        ("DATABASE_DSN", "host=db user=u dbname=a"),
    ]);
    assert_eq!(
        postgres.database.settings.url.expose_secret(),
        "postgres://u@db/a"
    );
    assert_eq!(postgres.database.file, None);
}

#[test]
fn listen_addresses_are_checked_before_anything_binds() {
    for address in [":8080", "0.0.0.0:80", "localhost:0", "[::1]:8080"] {
        assert_eq!(
            wrong(&[("SERVER_ADDR", address)]),
            Vec::<String>::new(),
            "{address}"
        );
    }
    for address in [
        "8080",
        "http://localhost:80",
        "localhost",
        "localhost:99999",
        "::1:8080",
    ] {
        assert_eq!(
            wrong(&[("SERVER_ADDR", address)]),
            ["SERVER_ADDR"],
            "{address}"
        );
    }
    assert_eq!(wrong(&[("CORE_URL", "https://core:9090")]), ["CORE_URL"]);
    assert_eq!(wrong(&[("CORE_URL", "core:9090")]), ["CORE_URL"]);
    assert!(
        config(&[("CORE_URL", "http://core:9090")])
            .peer
            .core_url
            .is_some()
    );
}

#[test]
fn proxies_are_addresses_or_ranges() {
    let proxies = config(&[("TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.7 ,::1")])
        .server
        .trusted_proxies;
    let shown: Vec<String> = proxies.iter().map(ToString::to_string).collect();
    assert_eq!(shown, ["10.0.0.0/8", "192.0.2.7/32", "::1/128"]);
    assert_eq!(
        wrong(&[("TRUSTED_PROXIES", "10.0.0.0/8,proxy.corp")]),
        ["TRUSTED_PROXIES"]
    );
}

#[test]
fn origins_are_origins() {
    let on = ("CORS_ENABLED", "true");
    let cors = config(&[
        on,
        (
            "CORS_ALLOWED_ORIGINS",
            "https://App.corp:443, http://localhost:3000/",
        ),
    ])
    .cors
    .unwrap();
    assert_eq!(
        cors.allowed_origins,
        ["https://app.corp", "http://localhost:3000"]
    );
    assert_eq!(
        wrong(&[("CORS_ALLOWED_ORIGINS", "https://app.corp/path")]),
        ["CORS_ALLOWED_ORIGINS"]
    );
    assert_eq!(
        wrong(&[("CORS_ALLOWED_ORIGINS", "app.corp")]),
        ["CORS_ALLOWED_ORIGINS"]
    );
    assert!(warnings(&[on])[0].contains("CORS_ALLOWED_ORIGINS"));
    assert!(
        config(&[("CORS_ALLOWED_ORIGINS", "https://app.corp")])
            .cors
            .is_none()
    );
}

#[test]
fn limits_can_be_switched_off() {
    assert_eq!(
        config(&[("ENABLE_RATE_LIMIT", "false")]).server.limits,
        RateLimits::default()
    );
    assert_eq!(config(&[("TOKEN_RATE_LIMIT", "0")]).server.limits.token, 0);
}

#[test]
fn passwords_leave_a_processor_to_the_others() {
    let name = "PASSWORD_HASH_CONCURRENCY";
    let concurrency = |given: &[(&str, &str)]| config(given).passwords.concurrency;
    assert_eq!([1, 2, 4, 64].map(passwords::by_default), [1, 1, 3, 4]);
    let processors = std::thread::available_parallelism().unwrap().get();
    assert_eq!(concurrency(&[]), passwords::by_default(processors));
    assert_eq!(concurrency(&[(name, "64")]), 64);
    assert_eq!(wrong(&[(name, "0")]), [name]);
    assert_eq!(wrong(&[(name, "65")]), [name]);
}

#[test]
fn the_audit_trail_can_be_bounded() {
    let audit = config(&[
        ("ENABLE_AUDIT_LOGGING", "no"),
        ("AUDIT_LOG_RETENTION", "720h"),
        ("AUDIT_LOG_CLEANUP_INTERVAL", "1h"),
        ("AUDIT_LOG_BUFFER_SIZE", "1000"),
        ("AUDIT_SHUTDOWN_TIMEOUT", "3s"),
    ])
    .audit;
    assert!(!audit.enabled);
    assert_eq!(audit.retention, Duration::from_secs(720 * 3600));
    assert_eq!(audit.cleanup_interval, Duration::from_secs(3600));
    assert_eq!(audit.buffer_size, 1000);
    assert_eq!(audit.shutdown_timeout, Duration::from_secs(3));
    let default = config(&[]).audit;
    assert!(default.enabled);
    assert_eq!(default.retention, Duration::from_secs(2160 * 3600));
    let names = [
        "ENABLE_AUDIT_LOGGING",
        "AUDIT_LOG_RETENTION",
        "AUDIT_LOG_CLEANUP_INTERVAL",
        "AUDIT_LOG_BUFFER_SIZE",
        "AUDIT_SHUTDOWN_TIMEOUT",
    ];
    assert_eq!(wrong(&names.map(|name| (name, "90 days"))), names);
    for (name, value) in [
        ("AUDIT_LOG_RETENTION", "0"),
        ("AUDIT_LOG_CLEANUP_INTERVAL", "999ms"),
        ("AUDIT_LOG_BUFFER_SIZE", "0"),
    ] {
        assert_eq!(wrong(&[(name, value)]), [name]);
    }
}

#[test]
fn what_is_not_built_is_refused_and_never_ignored() {
    for (name, value) in [
        ("AUTH_MODE", "http_api"),
        ("RATE_LIMIT_STORE", "redis"),
        ("METRICS_ENABLED", "true"),
        ("GITHUB_OAUTH_ENABLED", "1"),
        ("TOKEN_PROVIDER_MODE", "http_api"),
    ] {
        let problems = read(&[(name, value)]).err().unwrap();
        assert!(
            problems.0[0].expected.contains("not supported yet"),
            "{name}: {problems}"
        );
    }
    for (name, value) in [
        ("AUTH_MODE", "local"),
        ("RATE_LIMIT_STORE", "memory"),
        ("METRICS_ENABLED", "false"),
    ] {
        assert_eq!(wrong(&[(name, value)]), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn what_has_no_effect_is_said() {
    assert!(
        warnings(&[("ENABLE_SWAGGER", "true")])[0].starts_with("ENABLE_SWAGGER has no effect: ")
    );
    assert_eq!(
        warnings(&[("ENABLE_SWAGGER", "false")]),
        Vec::<String>::new()
    );
    assert_eq!(
        warnings(&[("JWT_EXPIRATON", "1h")]),
        ["JWT_EXPIRATON is not known; is JWT_EXPIRATION meant?"]
    );
    assert_eq!(
        warnings(&[("HOSTNAME", "a"), ("PATH", "/bin")]),
        Vec::<String>::new()
    );
    assert!(warnings(&[("BASE_URL", "http://auth.corp")])[0].contains("in the clear"));
    assert!(warnings(&[("ENVIRONMENT", "production")])[0].contains("in the clear"));
}

#[test]
fn the_summary_holds_no_secret() {
    let summary = config(&[
        ("ENCRYPTION_SECRET", STRONG),
        ("PEER_SECRET", STRONG),
        ("DATABASE_DRIVER", "postgres"),
        ("DATABASE_DSN", "postgres://u:hunter2@db/a"),
        ("DEFAULT_ADMIN_PASSWORD", "tr0ub4dor"),
    ])
    .summary()
    .to_string();
    for secret in [STRONG, "hunter2", "tr0ub4dor"] {
        assert!(!summary.contains(secret), "{summary}");
    }
}
