//! People and tokens as admins see them.

use authgate_proto::v1::{
    AdminToken, AdminUser, CreateUserResponse, ListTokensResponse, ListUserConnectionsResponse,
    ListUsersResponse, SetPasswordResponse,
};

use super::{NOW, account, words};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// Somebody with an account here.
pub fn ada() -> AdminUser {
    AdminUser {
        user_id: "u-1".to_owned(),
        username: "ada".to_owned(),
        email: "ada@example.com".to_owned(),
        name: "Ada Lovelace".to_owned(),
        role: "user".to_owned(),
        active: true,
        created_at: NOW - 400 * DAY,
        updated_at: NOW - 3 * DAY,
        email_verified: true,
        auth_source: "local".to_owned(),
        sign_ins: 2,
        grants: 1,
        consents: 3,
        connections: 1,
        apps: 3,
    }
}

/// The admin who looks.
pub fn grace() -> AdminUser {
    AdminUser {
        user_id: "u-2".to_owned(),
        username: "grace".to_owned(),
        email: "grace@example.com".to_owned(),
        name: "Grace Hopper".to_owned(),
        role: "admin".to_owned(),
        ..ada()
    }
}

/// Somebody who is switched off, from another source, with a name that is an attack.
pub fn mallory() -> AdminUser {
    AdminUser {
        user_id: "u-3".to_owned(),
        username: "mallory<script>".to_owned(),
        email: "mallory@example.net".to_owned(),
        name: "<img src=x onerror=alert(1)>\u{202E}".to_owned(),
        active: false,
        email_verified: false,
        auth_source: "corp".to_owned(),
        ..ada()
    }
}

/// A page of people.
pub fn users() -> ListUsersResponse {
    let more = [
        ("u-4", "alan", "Alan Turing"),
        ("u-5", "barbara", "Barbara Liskov"),
        ("u-6", "edsger", "Edsger W. Dijkstra"),
        ("u-7", "margaret.hamilton", "Margaret Hamilton"),
    ];
    let more = more.map(|(id, username, name)| AdminUser {
        user_id: id.to_owned(),
        username: username.to_owned(),
        email: format!("{username}@example.com"),
        name: name.to_owned(),
        ..ada()
    });
    let mut users = vec![ada(), grace(), mallory()];
    users.extend(more);
    ListUsersResponse {
        users,
        next_page_token: "after".to_owned(),
        previous_page_token: String::new(),
        auth_sources: vec!["corp".to_owned(), "local".to_owned()],
    }
}

/// A new account with a password that was made up.
pub fn created() -> CreateUserResponse {
    CreateUserResponse {
        user: Some(ada()),
        generated_password: "Kp7mWq3ZtR9xYv2B".to_owned(),
    }
}

/// A password that was made up.
pub fn new_password() -> SetPasswordResponse {
    SetPasswordResponse {
        generated_password: "Kp7mWq3ZtR9xYv2B".to_owned(),
    }
}

/// Where the account can be signed in to.
pub fn connections() -> ListUserConnectionsResponse {
    ListUserConnectionsResponse {
        identities: account::identities(),
    }
}

/// A token in `status`.
pub fn token(id: &str, category: &str, status: &str) -> AdminToken {
    AdminToken {
        id: id.to_owned(),
        category: category.to_owned(),
        status: status.to_owned(),
        client_id: "cli".to_owned(),
        client_name: "AuthGate CLI".to_owned(),
        user_id: "u-1".to_owned(),
        username: "ada".to_owned(),
        scopes: words("openid profile read"),
        created_at: NOW - 2 * DAY,
        expires_at: NOW + 8 * HOUR,
        last_used_at: NOW - HOUR,
        grant_id: "g-1".to_owned(),
    }
}

/// One of each status.
pub fn tokens() -> ListTokensResponse {
    let own = AdminToken {
        client_id: "batch".to_owned(),
        client_name: "Nightly batch".to_owned(),
        user_id: String::new(),
        username: String::new(),
        grant_id: String::new(),
        last_used_at: 0,
        scopes: words("reports.export"),
        ..token("0198c7a2-7d0e-7cc1-9d3c-1f2a3b4c5d70", "access", "active")
    };
    ListTokensResponse {
        tokens: vec![
            token("0198c7a2-7d0e-7cc1-9d3c-1f2a3b4c5d6e", "access", "active"),
            own,
            token("0198c7a2-7d0e-7cc1-9d3c-1f2a3b4c5d71", "access", "disabled"),
            token("0198c7a2-7d0e-7cc1-9d3c-1f2a3b4c5d72", "access", "revoked"),
            token("0198c7a2-7d0e-7cc1-9d3c-1f2a3b4c5d73", "access", "expired"),
        ],
        next_page_token: "after".to_owned(),
        previous_page_token: String::new(),
        incomplete: false,
    }
}
