//! What the administration looks at.

use authgate_proto::v1::{
    AdminClient, AdminDeleteClientResponse, App, AuditEntry, Consent, Dashboard, ListAuditResponse,
    ListClientsResponse, ListConsentsResponse, ListKeysResponse, RevokedResponse,
    RotateKeysResponse, SigningKey, WithdrawKeyResponse,
};

use super::{super::scripted_core::Script, NOW, surroundings, words};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// The dashboard of a busy server.
pub fn dashboard() -> Dashboard {
    Dashboard {
        users: 12_482,
        admins: 4,
        disabled_users: 31,
        active_clients: 57,
        pending_clients: 3,
        inactive_clients: 6,
        access_tokens: 10_000,
        refresh_tokens: 8_310,
        counted_to: 10_000,
        sign_ins: 1_204,
        recent: events(),
        audit_off: false,
    }
}

/// The latest events, newest first.
pub fn events() -> Vec<AuditEntry> {
    let event = |minutes: i64, actor: &str, event_type: &str, resource: &str| AuditEntry {
        id: format!("e-{minutes}"),
        event_type: event_type.to_owned(),
        event_time: NOW - minutes * MINUTE,
        severity: "INFO".to_owned(),
        actor_user_id: format!("u-{actor}"),
        actor_username: actor.to_owned(),
        actor_ip: "203.0.113.7".to_owned(),
        resource_type: "CLIENT".to_owned(),
        resource_id: "notes".to_owned(),
        resource_name: resource.to_owned(),
        success: true,
        count: 1,
        ..AuditEntry::default()
    };
    vec![
        event(1, "grace", "CLIENT_APPROVED", "Team Notes"),
        AuditEntry {
            success: false,
            count: 4,
            ..event(6, "mallory", "AUTHENTICATION_FAILURE", "")
        },
        event(12, "ada", "USER_AUTHORIZATION_GRANTED", "Grafana"),
        AuditEntry {
            actor_username: String::new(),
            actor_user_id: "operator".to_owned(),
            ..event(55, "", "USER_CREATED", "linus")
        },
        AuditEntry {
            actor_username: String::new(),
            actor_user_id: "client:backup-agent".to_owned(),
            ..event(140, "", "CLIENT_CREDENTIALS_TOKEN_ISSUED", "Nightly backup")
        },
        event(1500, "grace", "CLIENT_TOKENS_REVOKED_ALL", "Old intranet"),
    ]
}

/// A confidential web client in use.
pub fn client() -> AdminClient {
    AdminClient {
        json: r#"{"client_id":"notes","client_name":"Team Notes","description":"Shared notes for everybody in the company","client_uri":"https://notes.example.com","policy_uri":"https://notes.example.com/privacy","contacts":["notes@example.com"],"grant_types":["authorization_code","refresh_token"],"response_types":["code"],"redirect_uris":["https://notes.example.com/callback","https://staging.notes.example.com/callback"],"scope":"openid profile email offline_access notes.write","token_endpoint_auth_method":"client_secret_post","token_profile":"short","project":"notes-prod","trusted":true,"status":"active","created_at":1790000000}"#
            .to_owned(),
        client_id: "notes".to_owned(),
        client_name: "Team Notes".to_owned(),
        status: "active".to_owned(),
        created_at: NOW - 210 * DAY,
        updated_at: NOW - 3 * DAY,
        confidential: true,
        users: 42,
        live_tokens: 118,
        counted_to: 10_000,
        ..AdminClient::default()
    }
}

/// A public client that waits.
pub fn pending_client() -> AdminClient {
    AdminClient {
        json: r#"{"client_id":"6f1d2c52-97b1-4d8e-8a43-0d6a1a7f2f11","client_name":"Deploy CLI","description":"Deploys from a terminal","grant_types":["urn:ietf:params:oauth:grant-type:device_code","refresh_token"],"scope":"openid email offline_access","token_endpoint_auth_method":"none","status":"pending"}"#
            .to_owned(),
        client_id: "6f1d2c52-97b1-4d8e-8a43-0d6a1a7f2f11".to_owned(),
        client_name: "Deploy CLI".to_owned(),
        status: "pending".to_owned(),
        created_at: NOW - 90 * MINUTE,
        updated_at: NOW - 90 * MINUTE,
        owner_id: "u-1".to_owned(),
        owner_username: "ada".to_owned(),
        counted_to: 10_000,
        ..AdminClient::default()
    }
}

/// A client whose every text is an attack.
pub fn hostile_client() -> AdminClient {
    AdminClient {
        json: r#"{"client_name":"<script>alert(1)</script>\u202E","description":"\"><img src=x onerror=alert(1)>","redirect_uris":["https://evil.example/<b>"],"grant_types":["authorization_code","<i>x</i>"],"scope":"openid <u>admin</u>","logo_uri":"javascript:alert(1)","token_endpoint_auth_method":"none"}"#
            .to_owned(),
        client_id: "a/b?c=d&e#f \"<g>'%../~".to_owned(),
        client_name: "<script>alert(1)</script>\u{202E}".to_owned(),
        owner_username: "<b>eve</b>".to_owned(),
        owner_id: "u-9".to_owned(),
        ..pending_client()
    }
}

/// A page of clients, between others.
pub fn clients() -> ListClientsResponse {
    let named = |client_id: &str, client_name: &str, status: &str, days: i64| AdminClient {
        client_id: client_id.to_owned(),
        client_name: client_name.to_owned(),
        status: status.to_owned(),
        created_at: NOW - days * DAY,
        ..client()
    };
    ListClientsResponse {
        clients: vec![
            pending_client(),
            client(),
            AdminClient {
                confidential: false,
                ..named("cli", "AuthGate CLI", "active", 300)
            },
            named("grafana", "Grafana", "active", 320),
            named("backup-agent", "Nightly backup", "active", 340),
            AdminClient {
                owner_username: "linus".to_owned(),
                ..named("0b0d1a0e-intranet", "Old intranet", "inactive", 800)
            },
            named("no-name", "", "active", 801),
        ],
        next_page_token: "older-1".to_owned(),
        previous_page_token: "newer-1".to_owned(),
    }
}

/// Clients that wait for an admin.
pub fn registrations() -> ListClientsResponse {
    ListClientsResponse {
        clients: vec![
            pending_client(),
            AdminClient {
                json: client().json,
                client_id: "wiki".to_owned(),
                client_name: "Wiki".to_owned(),
                owner_username: String::new(),
                ..pending_client()
            },
        ],
        ..ListClientsResponse::default()
    }
}

/// People who allowed a client something.
pub fn consents() -> ListConsentsResponse {
    let consent = |user: &str, scopes: &str, days: i64, live_grants: u32| Consent {
        id: format!("c-{user}"),
        app: Some(App {
            client_id: "notes".to_owned(),
            name: "Team Notes".to_owned(),
            ..App::default()
        }),
        scopes: words(scopes),
        granted_at: NOW - days * DAY,
        updated_at: NOW - days * DAY,
        live_grants,
        user_id: format!("u-{user}"),
        username: user.to_owned(),
    };
    ListConsentsResponse {
        consents: vec![
            consent("ada", "openid profile email", 3, 2),
            consent("grace", "openid profile email offline_access", 40, 1),
            consent("linus", "openid", 200, 0),
        ],
        next_page_token: "older-1".to_owned(),
        ..ListConsentsResponse::default()
    }
}

/// Keys in every state.
pub fn keys() -> ListKeysResponse {
    let key =
        |key_id: &str, algorithm: &str, status: &str, days: i64, expires_at: i64| SigningKey {
            key_id: key_id.to_owned(),
            algorithm: algorithm.to_owned(),
            status: status.to_owned(),
            created_at: NOW - days * DAY,
            activates_at: NOW - days * DAY + DAY,
            expires_at,
            configured: false,
        };
    ListKeysResponse {
        keys: vec![
            key("rN3v9u0cXbq1", "ES256", "published", 0, 0),
            key("k7Qp2mT5sYd8", "ES256", "active", 30, NOW + DAY),
            key("Zt4hW1xE6gJ0", "ES256", "retired", 60, NOW + DAY / 2),
            SigningKey {
                configured: true,
                ..key("hsm-2025", "RS256", "active", 400, 0)
            },
        ],
    }
}

/// Every call is answered, and everything is there.
pub fn script() -> Script {
    let client = client();
    let with_secret = AdminClient {
        client_secret: "ago_k5fz2q7x3m4hn6trw8pvy1jd9bce0sla5fz2q7x3m4hn6trw8pvy".to_owned(),
        ..client.clone()
    };
    Script {
        view_browser: Some(Ok(surroundings())),
        get_dashboard: Some(Ok(dashboard())),
        list_clients: Some(Ok(clients())),
        get_client: Some(Ok(client.clone())),
        create_client: Some(Ok(with_secret.clone())),
        update_client: Some(Ok(client.clone())),
        approve_client: Some(Ok(client.clone())),
        reject_client: Some(Ok(client.clone())),
        deactivate_client: Some(Ok(client)),
        regenerate_client_secret: Some(Ok(with_secret)),
        delete_client: Some(Ok(AdminDeleteClientResponse {})),
        revoke_client_tokens: Some(Ok(RevokedResponse::default())),
        revoke_any_consent: Some(Ok(Consent::default())),
        list_all_consents: Some(Ok(consents())),
        list_keys: Some(Ok(keys())),
        list_audit: Some(Ok(ListAuditResponse {
            entries: events(),
            ..ListAuditResponse::default()
        })),
        rotate_keys: Some(Ok(RotateKeysResponse::default())),
        withdraw_key: Some(Ok(WithdrawKeyResponse {})),
        ..Script::default()
    }
}
