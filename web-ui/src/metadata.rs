//! A client's metadata (RFC 7591) between the core's JSON and the fields of a form.

use authgate_proto::vocabulary::grant_type::{
    AUTHORIZATION_CODE, CLIENT_CREDENTIALS, DEVICE_CODE, REFRESH_TOKEN,
};
use serde_json::{Map, Value};

use crate::{foreign, form::Fields, problems, texts::Texts};

/// What the core says beside the metadata, and takes back from nobody.
const SERVER_MEMBERS: [&str; 9] = [
    "client_id",
    "client_secret",
    "status",
    "created_at",
    "updated_at",
    "client_id_issued_at",
    "client_secret_expires_at",
    "registration_access_token",
    "registration_client_uri",
];

/// The form's field for each member that the core may complain about.
pub fn fields(texts: &Texts) -> [problems::Field; 17] {
    let labels = &texts.client.fields;
    [
        ("client_id", "client_id", texts.client.client_id),
        ("client_name", "client_name", labels.name),
        ("description", "description", labels.description),
        ("token_endpoint_auth_method", "type", labels.kind),
        ("grant_types", "grants", labels.grants),
        ("redirect_uris", "redirect_uris", labels.redirect_uris),
        ("scope", "scope", labels.scope),
        ("client_uri", "client_uri", labels.client_uri),
        ("logo_uri", "logo_uri", labels.logo_uri),
        ("policy_uri", "policy_uri", labels.policy_uri),
        ("tos_uri", "tos_uri", labels.tos_uri),
        ("token_profile", "token_profile", labels.token_profile),
        ("project", "project", labels.project),
        ("service_account", "service_account", labels.service_account),
        ("trusted", "trusted", labels.trusted),
        ("introspect_any", "introspect_any", labels.introspect_any),
        (
            "extra_claims_allowed",
            "extra_claims_allowed",
            labels.extra_claims,
        ),
    ]
}

/// The members of a document.
#[derive(Debug, Clone, Default)]
pub struct Metadata(Map<String, Value>);

impl Metadata {
    /// The members of `json`; none when it is no JSON object.
    pub fn parse(json: &str) -> Self {
        match serde_json::from_str(json) {
            Ok(Value::Object(members)) => Self(members),
            _ => Self::default(),
        }
    }

    /// A text; empty when it is missing.
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// A list of texts.
    pub fn list(&self, name: &str) -> Vec<&str> {
        let items = self.0.get(name).and_then(Value::as_array);
        items
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    }

    /// Whether it is there and true.
    pub fn flag(&self, name: &str) -> bool {
        self.0.get(name).and_then(Value::as_bool) == Some(true)
    }

    /// The scopes.
    pub fn scopes(&self) -> Vec<String> {
        self.text("scope")
            .split_whitespace()
            .map(str::to_owned)
            .collect()
    }

    /// The whole document for people to read.
    pub fn pretty(&self) -> String {
        foreign::document(&serde_json::to_string_pretty(&self.0).unwrap_or_default())
    }
}

/// A client as a form shows it: what was typed, or what is on record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    pub client_name: String,
    pub description: String,
    /// `confidential` or `public`.
    pub kind: String,
    pub authorization_code: bool,
    pub device_code: bool,
    pub client_credentials: bool,
    pub refresh_token: bool,
    /// One a line.
    pub redirect_uris: String,
    /// Parted by spaces.
    pub scope: String,
    pub client_uri: String,
    pub logo_uri: String,
    pub policy_uri: String,
    pub tos_uri: String,
    pub admin: AdminDraft,
}

/// What only admins may set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AdminDraft {
    /// `short`, `long` or `standard`.
    pub token_profile: String,
    pub project: String,
    pub service_account: String,
    pub trusted: bool,
    pub introspect_any: bool,
    pub extra_claims_allowed: bool,
}

impl Draft {
    /// What a new client's form begins with.
    pub fn new() -> Self {
        Self {
            kind: "confidential".to_owned(),
            authorization_code: true,
            refresh_token: true,
            scope: "openid profile email".to_owned(),
            ..Self::default()
        }
    }

    /// What was typed.
    pub fn typed(fields: &Fields) -> Self {
        let text = |name: &str| fields.get(name).trim().to_owned();
        let checked = |name: &str| fields.get(name) == "1";
        Self {
            client_name: text("client_name"),
            description: text("description"),
            kind: text("type"),
            authorization_code: checked("grant_authorization_code"),
            device_code: checked("grant_device_code"),
            client_credentials: checked("grant_client_credentials"),
            refresh_token: checked("grant_refresh_token"),
            redirect_uris: text("redirect_uris"),
            scope: text("scope"),
            client_uri: text("client_uri"),
            logo_uri: text("logo_uri"),
            policy_uri: text("policy_uri"),
            tos_uri: text("tos_uri"),
            admin: AdminDraft {
                token_profile: text("token_profile"),
                project: text("project"),
                service_account: text("service_account"),
                trusted: checked("trusted"),
                introspect_any: checked("introspect_any"),
                extra_claims_allowed: checked("extra_claims_allowed"),
            },
        }
    }

    /// What is on record.
    pub fn of(metadata: &Metadata) -> Self {
        let text = |name: &str| metadata.text(name).to_owned();
        let grants = metadata.list("grant_types");
        let kind = match metadata.text("token_endpoint_auth_method") {
            "none" => "public",
            _ => "confidential",
        };
        Self {
            client_name: text("client_name"),
            description: text("description"),
            kind: kind.to_owned(),
            authorization_code: grants.contains(&AUTHORIZATION_CODE),
            device_code: grants.contains(&DEVICE_CODE),
            client_credentials: grants.contains(&CLIENT_CREDENTIALS),
            refresh_token: grants.contains(&REFRESH_TOKEN),
            redirect_uris: metadata.list("redirect_uris").join("\n"),
            scope: text("scope"),
            client_uri: text("client_uri"),
            logo_uri: text("logo_uri"),
            policy_uri: text("policy_uri"),
            tos_uri: text("tos_uri"),
            admin: AdminDraft {
                token_profile: text("token_profile"),
                project: text("project"),
                service_account: text("service_account"),
                trusted: metadata.flag("trusted"),
                introspect_any: metadata.flag("introspect_any"),
                extra_claims_allowed: metadata.flag("extra_claims_allowed"),
            },
        }
    }

    /// Whether any grant is chosen: without one a client can do nothing.
    pub const fn has_grant(&self) -> bool {
        self.authorization_code || self.device_code || self.client_credentials || self.refresh_token
    }

    /// The document of a new client; its id is made up when `client_id` is empty.
    pub fn created(&self, client_id: &str, admin: bool) -> String {
        let mut members = self.members(Metadata::default(), admin);
        set_text(&mut members, "client_id", client_id);
        Value::Object(members).to_string()
    }

    /// The document to send: `metadata` with what the form shows put in its place, and
    /// everything else as it was. `admin`: what only admins may set is in the form too.
    pub fn put_into(&self, metadata: Metadata, admin: bool) -> String {
        Value::Object(self.members(metadata, admin)).to_string()
    }

    fn members(&self, metadata: Metadata, admin: bool) -> Map<String, Value> {
        let Metadata(mut members) = metadata;
        for name in SERVER_MEMBERS {
            members.remove(name);
        }
        // It follows from the grants.
        members.remove("response_types");
        let public = self.kind == "public";
        let method = match members.get("token_endpoint_auth_method") {
            _ if public => "none".to_owned(),
            Some(Value::String(method)) if method != "none" => method.clone(),
            _ => "client_secret_basic".to_owned(),
        };
        members.insert("token_endpoint_auth_method".to_owned(), method.into());
        members.insert("grant_types".to_owned(), self.grants(&members).into());
        let lines = self.redirect_uris.lines().map(str::trim);
        let uris: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
        set(
            &mut members,
            "redirect_uris",
            (!uris.is_empty()).then(|| uris.into()),
        );
        let scope = self.scope.split_whitespace().collect::<Vec<_>>().join(" ");
        for (name, text) in [
            ("client_name", &self.client_name),
            ("description", &self.description),
            ("scope", &scope),
            ("client_uri", &self.client_uri),
            ("logo_uri", &self.logo_uri),
            ("policy_uri", &self.policy_uri),
            ("tos_uri", &self.tos_uri),
        ] {
            set_text(&mut members, name, text);
        }
        if admin {
            self.admin.put_into(&mut members);
        }
        members
    }

    /// The grants that are chosen, and those that the form does not know.
    fn grants(&self, members: &Map<String, Value>) -> Vec<String> {
        let known = [
            (AUTHORIZATION_CODE, self.authorization_code),
            (DEVICE_CODE, self.device_code),
            (CLIENT_CREDENTIALS, self.client_credentials),
            (REFRESH_TOKEN, self.refresh_token),
        ];
        let chosen = known.iter().filter(|(_, chosen)| *chosen);
        let others = members.get("grant_types").and_then(Value::as_array);
        let others = others
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .filter(|name| known.iter().all(|(grant, _)| grant != name));
        chosen
            .map(|(grant, _)| *grant)
            .chain(others)
            .map(str::to_owned)
            .collect()
    }
}

impl AdminDraft {
    fn put_into(&self, members: &mut Map<String, Value>) {
        for (name, text) in [
            ("token_profile", &self.token_profile),
            ("project", &self.project),
            ("service_account", &self.service_account),
        ] {
            set_text(members, name, text);
        }
        for (name, flag) in [
            ("trusted", self.trusted),
            ("introspect_any", self.introspect_any),
            ("extra_claims_allowed", self.extra_claims_allowed),
        ] {
            set(members, name, flag.then(|| flag.into()));
        }
    }
}

fn set_text(members: &mut Map<String, Value>, name: &str, text: &str) {
    set(members, name, (!text.is_empty()).then(|| text.into()));
}

/// Sets a member, or takes it away.
fn set(members: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    match value {
        Some(value) => members.insert(name.to_owned(), value),
        None => members.remove(name),
    };
}
