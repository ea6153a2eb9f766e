//! What may stand in an entry: nothing secret, nothing too long, nothing that a database
//! refuses. Whatever somebody sends, its entry can be written.

use std::borrow::Cow;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

/// Characters of ids, names and addresses.
pub(super) const NAME: usize = 255;
/// Characters of a user agent or a path.
pub(super) const LINE: usize = 500;
/// Characters of an error message, and of each text in the details.
pub(super) const TEXT: usize = 1000;
/// Bytes of the details, as JSON.
const DETAILS: usize = 16 * 1024;
/// How deep details are looked into; what is deeper is left out.
const DEPTH: usize = 8;

/// An empty object.
const NOTHING: &str = "{}";
/// Stands for a secret.
const REDACTED: &str = "[redacted]";
/// Stands at the end of what was cut off.
const CUT: char = '…';

/// Names of secrets contain one of these,
const SECRET: [&str; 9] = [
    "password",
    "secret",
    "token",
    "credential",
    "private_key",
    "cookie",
    "csrf",
    "device_code",
    "code_verifier",
];
/// unless they are one of these, or end with one of these behind an underscore.
const HARMLESS: [&str; 12] = [
    "id", "ids", "type", "kind", "profile", "category", "use", "name", "count", "method",
    "lifetime", "status",
];
/// These are secrets by their full name.
const SECRET_NAMES: [&str; 4] = ["code", "assertion", "authorization", "jwt"];

/// `text`, at most `most` characters of it, without NULs.
pub(super) fn cut(text: Cow<'_, str>, most: usize) -> String {
    // A text has no more characters than bytes.
    if text.len() <= most && !text.contains('\0') {
        return text.into_owned();
    }
    let mut chars = text.chars().map(|c| if c == '\0' { '\u{fffd}' } else { c });
    let mut kept: String = chars.by_ref().take(most).collect();
    if chars.next().is_some() {
        kept.pop();
        kept.push(CUT);
    }
    kept
}

/// `details` as a JSON object without secrets and of bounded length; its names are our own.
pub(super) fn details<N: AsRef<str> + Serialize>(details: Vec<(N, Value)>) -> String {
    if details.is_empty() {
        return NOTHING.to_owned();
    }
    let shown = details.into_iter().map(|(name, value)| {
        let value = member(name.as_ref(), value, 0);
        (name, value)
    });
    // There is no value that could not be written.
    let text =
        serde_json::to_string(&Members(shown.collect())).unwrap_or_else(|_| NOTHING.to_owned());
    if text.len() <= DETAILS {
        return text;
    }
    // Each text in it was cut already: there are very many.
    let begin: String = text.chars().take(DETAILS / 8).collect();
    serde_json::json!({ "cut_off": begin }).to_string()
}

/// An object without a tree for it: one comes with every token.
struct Members<N>(Vec<(N, Value)>);

impl<N: Serialize> Serialize for Members<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

fn object(members: Map<String, Value>, depth: usize) -> Map<String, Value> {
    members
        .into_iter()
        .map(|(name, value)| {
            let value = member(&name, value, depth);
            (cut(Cow::Owned(name), NAME), value)
        })
        .collect()
}

/// The value of the member `name` as it may be shown.
fn member(name: &str, value: Value, depth: usize) -> Value {
    let lower_case;
    let name = if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        lower_case = name.to_ascii_lowercase();
        &lower_case
    } else {
        name
    };
    match value {
        // Counts and flags tell nothing.
        Value::Null | Value::Bool(_) => value,
        Value::Number(_) if !is_chosen_secret(name) => value,
        Value::String(code) if name == "user_code" => Value::String(masked(&code)),
        _ if is_secret(name) => Value::String(REDACTED.to_owned()),
        value => shown(value, depth + 1),
    }
}

fn shown(value: Value, depth: usize) -> Value {
    match value {
        Value::String(text) => Value::String(cut(Cow::Owned(text), TEXT)),
        Value::Array(_) | Value::Object(_) if depth > DEPTH => Value::String(CUT.to_string()),
        Value::Array(items) => items
            .into_iter()
            .map(|item| shown(item, depth + 1))
            .collect(),
        Value::Object(members) => Value::Object(object(members, depth)),
        value => value,
    }
}

/// Whether what stands under `name` (in lower case) is a secret.
fn is_secret(name: &str) -> bool {
    if SECRET_NAMES.contains(&name) {
        return true;
    }
    let last = name.rsplit_once('_').map_or(name, |(_, last)| last);
    !HARMLESS.contains(&last)
        && !name.starts_with("tokens_")
        && SECRET.iter().any(|secret| name.contains(secret))
}

/// Those that may be a number: people choose them.
fn is_chosen_secret(name: &str) -> bool {
    is_secret(name) && !name.contains("token")
}

/// A user code of which nobody can make use any more: its first two characters.
fn masked(code: &str) -> String {
    code.chars()
        .enumerate()
        .map(|(at, c)| if at < 2 || c == '-' { c } else { '*' })
        .take(NAME)
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn cleaned(value: Value) -> Value {
        let Value::Object(members) = value else {
            panic!("no object")
        };
        serde_json::from_str(&details(members.into_iter().collect())).unwrap()
    }

    #[test]
    fn secrets_do_not_show_however_deep_they_are() {
        let shown = cleaned(json!({
            "password": "p", "new_password": 12345, "client_secret": "s", "Access_Token": "t",
            "refresh_token": ["t"], "device_code": "d", "code": "c", "code_verifier": "v",
            "session_cookie": "c", "private_key_pem": {"a": "b"},
            "deep": { "list": [{ "registration_access_token": "t" }], "secret": { "a": "b" } },
        }));
        let redacted = json!(REDACTED);
        assert_eq!(
            shown,
            json!({
                "password": redacted, "new_password": redacted, "client_secret": redacted,
                "Access_Token": redacted, "refresh_token": redacted, "device_code": redacted,
                "code": redacted, "code_verifier": redacted, "session_cookie": redacted,
                "private_key_pem": redacted,
                "deep": { "list": [{ "registration_access_token": redacted }], "secret": redacted },
            })
        );
    }

    #[test]
    fn what_only_sounds_secret_shows() {
        let harmless = json!({
            "token_id": "a", "token_profile": "long", "token_type": "Bearer", "token_use": "access",
            "token_endpoint_auth_method": "none", "tokens_revoked": 3, "access_tokens": 4,
            "secret_changed": true, "scope": "openid", "password": null, "tokens_kept": "all",
        });
        assert_eq!(cleaned(harmless.clone()), harmless);
    }

    #[test]
    fn a_user_code_is_masked() {
        assert_eq!(
            cleaned(json!({ "user_code": "BCDF-GHJK" })),
            json!({ "user_code": "BC**-****" })
        );
    }

    #[test]
    fn what_is_too_long_is_cut_between_characters() {
        assert_eq!(cut("żółw".into(), 4), "żółw");
        assert_eq!(cut("żółwik".into(), 4), "żół…");
        assert_eq!(cut("a\0b".into(), 4), "a\u{fffd}b");
        assert_eq!(
            cut("\u{1f980}".repeat(300).into(), NAME).chars().count(),
            NAME
        );
        let shown = cleaned(json!({ "name": "x".repeat(1_000_000), "deep": { "\0": "\0" } }));
        assert_eq!(shown["name"].as_str().unwrap().chars().count(), TEXT);
        assert_eq!(shown["deep"]["\u{fffd}"], json!("\u{fffd}"));
    }

    #[test]
    fn details_have_an_end() {
        let many: Vec<String> = (0..100_000)
            .map(|number| "\u{1f980}".repeat(9) + &number.to_string())
            .collect();
        let Value::Object(members) = json!({ "many": many }) else {
            panic!("no object")
        };
        let text = details(members.into_iter().collect());
        assert!(text.len() <= DETAILS, "{}", text.len());
        let cut: Value = serde_json::from_str(&text).unwrap();
        assert!(cut["cut_off"].as_str().unwrap().starts_with("{\"many\":["));

        let mut deep = json!("end");
        for _ in 0..100 {
            deep = json!({ "a": deep });
        }
        assert!(cleaned(deep).to_string().len() < 100);
    }
}
