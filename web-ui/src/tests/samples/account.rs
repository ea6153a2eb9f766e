//! One's own account, as it looks in life.

use authgate_proto::v1::{
    App, Consent, Grant, Identity, ListAppsResponse, ListConsentsResponse, ListGrantsResponse,
    ListSignInsResponse, OwnApp, Profile, SignIn,
};

use super::{NOW, cli, hostile_app, web_app, words};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

pub const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
pub const SAFARI: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) \
                          AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 \
                          Mobile/15E148 Safari/604.1";

/// This browser, and a phone.
pub fn sign_ins() -> ListSignInsResponse {
    let here = SignIn {
        id: "s-1".to_owned(),
        current: true,
        client_ip: "203.0.113.7".to_owned(),
        user_agent: FIREFOX.to_owned(),
        created_at: NOW - HOUR,
        last_used_at: NOW,
        expires_at: NOW + 7 * HOUR,
        remembered: false,
    };
    let phone = SignIn {
        id: "s-2".to_owned(),
        current: false,
        client_ip: "2001:db8::7".to_owned(),
        user_agent: SAFARI.to_owned(),
        created_at: NOW - 19 * DAY,
        last_used_at: NOW - 5 * HOUR,
        expires_at: NOW + 11 * DAY,
        remembered: true,
    };
    ListSignInsResponse {
        sign_ins: vec![here, phone],
    }
}

/// A sign-in of `app` in `status`.
pub fn grant(id: &str, app: App, status: &str) -> Grant {
    Grant {
        id: id.to_owned(),
        app: Some(app),
        scopes: words("openid profile offline_access read"),
        status: status.to_owned(),
        client_ip: "10.0.0.7".to_owned(),
        user_agent: "authgate-cli/1.4 (linux; x86_64)".to_owned(),
        created_at: NOW - 200 * DAY,
        last_used_at: NOW - 5 * MINUTE,
        expires_at: NOW + 2 * HOUR,
        refreshable: true,
    }
}

/// One of each status, the middle page of three.
pub fn grants() -> ListGrantsResponse {
    let app = Grant {
        scopes: words("openid email reports.export"),
        user_agent: String::new(),
        refreshable: false,
        ..grant("g-2", web_app(), "disabled")
    };
    ListGrantsResponse {
        grants: vec![
            grant("g-1", cli(), "active"),
            app,
            grant("g-3", cli(), "revoked"),
            grant("g-4", hostile_app(), "expired"),
        ],
        previous_page_token: "before".to_owned(),
        next_page_token: "after".to_owned(),
    }
}

/// What was allowed to `app`, on which `live_grants` stand.
pub fn allowed(id: &str, app: App, live_grants: u32) -> Consent {
    Consent {
        id: id.to_owned(),
        app: Some(app),
        scopes: words("openid profile email"),
        granted_at: NOW - 90 * DAY,
        updated_at: NOW - 2 * DAY,
        live_grants,
        ..Consent::default()
    }
}

/// Three of them.
pub fn consents() -> ListConsentsResponse {
    ListConsentsResponse {
        consents: vec![
            allowed("c-1", web_app(), 3),
            allowed("c-2", cli(), 1),
            Consent {
                scopes: words("openid admin"),
                ..allowed("c-3", hostile_app(), 0)
            },
        ],
        ..ListConsentsResponse::default()
    }
}

/// An app of the person's own in `status`.
pub fn own_app(status: &str) -> OwnApp {
    OwnApp {
        client_id: "6f1c7a52-5d3e-4b70-9f0a-2f1f5a7c9b11".to_owned(),
        name: "Team Notes".to_owned(),
        metadata_json: r#"{"client_name":"Team Notes","description":"Notes that a team shares.",
            "redirect_uris":["https://notes.example.com/callback"],"contacts":["ops@example.com"],
            "grant_types":["authorization_code","refresh_token"],"response_types":["code"],
            "token_endpoint_auth_method":"client_secret_post","scope":"openid email read",
            "client_uri":"https://notes.example.com"}"#
            .to_owned(),
        status: status.to_owned(),
        created_at: NOW - 30 * DAY,
        updated_at: NOW - DAY,
        client_secret: String::new(),
        existed: false,
    }
}

/// The same right after it got a secret.
pub fn app_with_secret(status: &str) -> OwnApp {
    OwnApp {
        client_secret: "ago_k2v6jq5t3nq7x4m2s6d5a7w3c4r2e5y6h7b3z4k2v6jq5t3nq7x4".to_owned(),
        ..own_app(status)
    }
}

/// An app of each status.
pub fn own_apps() -> ListAppsResponse {
    let other = |id: &str, name: &str, status: &str| OwnApp {
        client_id: id.to_owned(),
        name: name.to_owned(),
        ..own_app(status)
    };
    ListAppsResponse {
        apps: vec![
            own_app("active"),
            other(
                "b0a7e1f2-0c3d-4e5f-8a9b-1c2d3e4f5a6b",
                "Build bot",
                "pending",
            ),
            other(
                "c1b8f203-1d4e-4f60-9bac-2d3e4f5a6b7c",
                "<b>Old</b>",
                "inactive",
            ),
        ],
        ..ListAppsResponse::default()
    }
}

/// Somebody whose account is kept here.
pub fn profile() -> Profile {
    Profile {
        user_id: "u-1".to_owned(),
        username: "ada".to_owned(),
        name: "Ada Lovelace".to_owned(),
        email: "ada@example.com".to_owned(),
        email_verified: true,
        role: "user".to_owned(),
        created_at: NOW - 400 * DAY,
        updated_at: NOW - 3 * DAY,
        has_password: true,
        managed_elsewhere: false,
        identities: identities(),
    }
}

/// Somebody whose account another source keeps.
pub fn managed_profile() -> Profile {
    Profile {
        has_password: false,
        managed_elsewhere: true,
        identities: identities().into_iter().skip(1).collect(),
        ..profile()
    }
}

/// The password here, and a source elsewhere.
pub fn identities() -> Vec<Identity> {
    vec![
        Identity {
            source: "local".to_owned(),
            external_id: String::new(),
            linked_at: NOW - 400 * DAY,
        },
        Identity {
            source: "GitHub".to_owned(),
            external_id: "ada-l".to_owned(),
            linked_at: NOW - 100 * DAY,
        },
    ]
}
