//! The predecessor's `extra_claims` parameter: claims that a client adds to its own tokens.

use serde_json::{Map, Value};

use crate::config::ExtraClaims;

/// Claims that have a meaning already.
pub const RESERVED: [&str; 23] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "type",
    "scope",
    "user_id",
    "client_id",
    "azp",
    "amr",
    "acr",
    "auth_time",
    "nonce",
    "at_hash",
    "c_hash",
    "sid",
    "cnf",
    "act",
    "may_act",
    "events",
];
/// Claims that the server adds under its prefix; refused bare as well.
pub const PRIVATE: [&str; 4] = ["domain", "project", "service_account", "uid"];
/// The default prefix stays reserved when another is configured: old resource
/// servers may still look at it.
const DEFAULT_PREFIX: &str = "extra";

/// Reads the parameter; an empty one and JSON null are no claims.
///
/// # Errors
/// What is wrong with it, for the client's developer.
pub fn parse(text: &str, limits: &ExtraClaims, prefix: &str) -> Result<Map<String, Value>, String> {
    if text.is_empty() {
        return Ok(Map::new());
    }
    if limits.max_raw_size > 0 && text.len() > limits.max_raw_size {
        return Err(format!(
            "extra_claims is longer than {} bytes",
            limits.max_raw_size
        ));
    }
    let claims = match serde_json::from_str(text) {
        Ok(Value::Object(claims)) => claims,
        Ok(Value::Null) => return Ok(Map::new()),
        _ => return Err("extra_claims is not one JSON object".to_owned()),
    };
    if limits.max_keys > 0 && claims.len() > limits.max_keys {
        return Err(format!(
            "extra_claims has more than {} members",
            limits.max_keys
        ));
    }
    for (name, value) in &claims {
        if name.is_empty() {
            return Err("extra_claims has a member without a name".to_owned());
        }
        if is_reserved(name, prefix) {
            return Err("extra_claims names a claim that is the server's own".to_owned());
        }
        if limits.max_value_size > 0 && value.to_string().len() > limits.max_value_size {
            return Err(format!(
                "a value in extra_claims is longer than {} bytes",
                limits.max_value_size
            ));
        }
    }
    Ok(claims)
}

fn is_reserved(name: &str, prefix: &str) -> bool {
    let under = |prefix: &str| {
        name.strip_prefix(prefix)
            .and_then(|rest| rest.strip_prefix('_'))
            .is_some()
    };
    RESERVED.contains(&name) || PRIVATE.contains(&name) || under(prefix) || under(DEFAULT_PREFIX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: ExtraClaims = ExtraClaims {
        enabled: true,
        max_raw_size: 64,
        max_keys: 2,
        max_value_size: 16,
    };

    #[test]
    fn an_object_of_free_names_is_taken() {
        let claims = parse(r#"{"tenant":"a","level":3}"#, &LIMITS, "x").unwrap();
        assert_eq!(claims.len(), 2);
        assert!(parse("", &LIMITS, "x").unwrap().is_empty());
        assert!(parse("null", &LIMITS, "x").unwrap().is_empty());
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "[]",
            "{} {}",
            "{",
            r#"{"":1}"#,
            r#"{"sub":"root"}"#,
            r#"{"uid":"root"}"#,
            r#"{"x_uid":"root"}"#,
            r#"{"extra_uid":"root"}"#,
            r#"{"a":1,"b":2,"c":3}"#,
            r#"{"a":"0123456789abcdefg"}"#,
            &format!(r#"{{"a":"{}"}}"#, "0".repeat(64)),
        ] {
            assert!(parse(text, &LIMITS, "x").is_err(), "{text}");
        }
    }
}
