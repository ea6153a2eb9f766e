//! Which of a person's claims a token or UserInfo answer releases
//! (OpenID Connect Core sections 5.1, 5.4 and 5.5).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{
    scope::{MalformedScope, ScopeSet},
    user::User,
};

/// The claims of scope `profile`.
const PROFILE: [&str; 14] = [
    "name",
    "family_name",
    "given_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "updated_at",
];
/// The claims of scope `email`.
const EMAIL: [&str; 2] = ["email", "email_verified"];
/// The claims of scope `address`.
const ADDRESS: [&str; 1] = ["address"];
/// The claims of scope `phone`.
const PHONE: [&str; 2] = ["phone_number", "phone_number_verified"];
/// What ID tokens carry of the scopes' claims: the predecessor's set. The rest
/// is at UserInfo (Core section 5.4).
const IN_ID_TOKEN: [&str; 6] = [
    "name",
    "preferred_username",
    "picture",
    "updated_at",
    "email",
    "email_verified",
];

/// The `claims` parameter (Core section 5.5), without what AuthGate does not know.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ClaimsRequest {
    /// For the UserInfo answer.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub userinfo: Map<String, Value>,
    /// For the ID token.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub id_token: Map<String, Value>,
}

impl ClaimsRequest {
    /// Reads the parameter.
    ///
    /// # Errors
    /// When it is not a JSON object whose members are objects of `null`s and objects.
    pub fn parse(text: &str) -> Result<Self, MalformedScope> {
        let document: Map<String, Value> =
            serde_json::from_str(text).map_err(|_| MalformedScope)?;
        let section = |name: &str| match document.get(name) {
            None | Some(Value::Null) => Ok(Map::new()),
            Some(Value::Object(members))
                if members.values().all(|v| v.is_null() || v.is_object()) =>
            {
                Ok(members.clone())
            }
            Some(_) => Err(MalformedScope),
        };
        Ok(Self {
            userinfo: section("userinfo")?,
            id_token: section("id_token")?,
        })
    }

    /// Reads what the store holds.
    #[must_use]
    pub fn from_stored(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    /// The stored form.
    #[must_use]
    pub fn to_stored(&self) -> String {
        json!(self).to_string()
    }

    /// The names of the person's claims asked for one by one: what consent is about.
    #[must_use]
    pub fn personal(&self) -> ScopeSet {
        let names: Vec<&str> = self
            .userinfo
            .keys()
            .chain(self.id_token.keys())
            .map(String::as_str)
            .filter(|name| is_personal(name))
            .collect();
        ScopeSet::from_stored(&names.join(" "))
    }

    /// The one subject that the request is about (Core section 5.5.1, `sub`).
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        let wanted = |section: &Map<String, Value>| {
            section.get("sub").and_then(|sub| sub.get("value")).cloned()
        };
        match wanted(&self.id_token).or_else(|| wanted(&self.userinfo)) {
            Some(Value::String(_)) => self
                .id_token
                .get("sub")
                .or_else(|| self.userinfo.get("sub"))
                .and_then(|sub| sub.get("value"))
                .and_then(Value::as_str),
            _ => None,
        }
    }

    /// The authentication classes of which one must be reached (Core section
    /// 5.5.1.1, an essential `acr`); none when any will do.
    #[must_use]
    pub fn essential_acr(&self) -> Option<Vec<&str>> {
        let acr = self.id_token.get("acr")?;
        if acr.get("essential") != Some(&Value::Bool(true)) {
            return None;
        }
        let values = acr.get("values").and_then(Value::as_array);
        let value = acr.get("value").and_then(Value::as_str);
        let wanted: Vec<&str> = values
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .chain(value)
            .collect();
        (!wanted.is_empty()).then_some(wanted)
    }
}

fn is_personal(name: &str) -> bool {
    PROFILE.contains(&name)
        || EMAIL.contains(&name)
        || ADDRESS.contains(&name)
        || PHONE.contains(&name)
}

fn of_scopes<'a>(scope: &ScopeSet) -> impl Iterator<Item = &'a str> + use<'a> {
    let groups: [(&str, &'static [&'static str]); 4] = [
        ("profile", &PROFILE),
        ("email", &EMAIL),
        ("address", &ADDRESS),
        ("phone", &PHONE),
    ];
    groups
        .map(|(word, names)| if scope.contains(word) { names } else { &[] })
        .into_iter()
        .flatten()
        .copied()
}

/// The claims for UserInfo: those of the scopes and those asked for one by one.
#[must_use]
pub fn for_userinfo(user: &User, scope: &ScopeSet, request: &ClaimsRequest) -> Map<String, Value> {
    let asked = request.userinfo.keys().map(String::as_str);
    release(user, of_scopes(scope).chain(asked))
}

/// The claims for the ID token: the predecessor's few of the scopes, and those
/// asked for one by one.
#[must_use]
pub fn for_id_token(user: &User, scope: &ScopeSet, request: &ClaimsRequest) -> Map<String, Value> {
    let asked = request.id_token.keys().map(String::as_str);
    release(
        user,
        of_scopes(scope)
            .filter(|name| IN_ID_TOKEN.contains(name))
            .chain(asked),
    )
}

fn release<'a>(user: &User, names: impl Iterator<Item = &'a str>) -> Map<String, Value> {
    names
        .filter(|name| is_personal(name))
        .filter_map(|name| Some((name.to_owned(), value_of(user, name)?)))
        .collect()
}

/// One claim; none when there is nothing to say (Core section 5.3.2: left out, not null or empty).
fn value_of(user: &User, name: &str) -> Option<Value> {
    let value = match name {
        "email" => json!(user.email.as_ref()?),
        "email_verified" => {
            user.email.as_ref()?;
            json!(user.email_verified)
        }
        "updated_at" => json!(user.updated_at.seconds()),
        "preferred_username" => user
            .claims
            .get(name)
            .cloned()
            .unwrap_or_else(|| json!(user.username)),
        "phone_number_verified" => {
            user.claims.get("phone_number")?;
            user.claims.get(name)?.clone()
        }
        _ => user.claims.get(name)?.clone(),
    };
    let empty = match &value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    };
    (!empty).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{id::UserId, time::Timestamp, user::Role};

    fn alice() -> User {
        let claims = json!({
            "name": "Alice Example",
            "nickname": "",
            "address": {},
            "phone_number": "+41 44 000 00 00",
            "birthdate": null,
        });
        User {
            id: UserId::from("1"),
            username: "alice".to_owned(),
            email: Some("alice@example.org".to_owned()),
            email_verified: true,
            password_hash: None,
            role: Role::User,
            active: true,
            claims: claims.as_object().unwrap().clone(),
            auth_source: "local".to_owned(),
            external_id: None,
            created_at: Timestamp(0),
            updated_at: Timestamp(5_000),
        }
    }

    fn scope(text: &str) -> ScopeSet {
        ScopeSet::parse(text).unwrap()
    }

    #[test]
    fn scopes_release_their_claims_and_nothing_empty() {
        let claims = for_userinfo(
            &alice(),
            &scope("openid profile address phone"),
            &ClaimsRequest::default(),
        );
        assert_eq!(
            Value::Object(claims),
            json!({
                "name": "Alice Example",
                "preferred_username": "alice",
                "updated_at": 5,
                "phone_number": "+41 44 000 00 00",
            })
        );
    }

    #[test]
    fn the_claims_parameter_releases_single_claims_where_it_says() {
        let request = ClaimsRequest::parse(
            r#"{"userinfo":{"email":{"essential":true},"secret":null},"id_token":{"name":null}}"#,
        )
        .unwrap();
        let userinfo = for_userinfo(&alice(), &scope("openid"), &request);
        assert_eq!(
            Value::Object(userinfo),
            json!({"email": "alice@example.org"})
        );
        let id_token = for_id_token(&alice(), &scope("openid"), &request);
        assert_eq!(Value::Object(id_token), json!({"name": "Alice Example"}));
        assert_eq!(request.personal().to_string(), "email name");
    }

    #[test]
    fn no_claims_request_reaches_a_password_or_another_column() {
        let request = ClaimsRequest::parse(
            r#"{"userinfo":{"password_hash":null,"role":null,"id":null,"external_id":null}}"#,
        )
        .unwrap();
        assert!(for_userinfo(&alice(), &scope("openid"), &request).is_empty());
    }

    #[test]
    fn a_malformed_claims_parameter_is_refused() {
        for text in [
            "",
            "[]",
            "{",
            r#"{"userinfo":[]}"#,
            r#"{"id_token":{"sub":"x"}}"#,
        ] {
            assert!(ClaimsRequest::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn only_an_essential_acr_is_insisted_on() {
        let parse = |text| ClaimsRequest::parse(text).unwrap();
        let essential = parse(r#"{"id_token":{"acr":{"essential":true,"values":["9","1"]}}}"#);
        assert_eq!(essential.essential_acr(), Some(vec!["9", "1"]));
        let voluntary = parse(r#"{"id_token":{"acr":{"values":["9"]}}}"#);
        assert_eq!(voluntary.essential_acr(), None);
    }
}
